"""Models and tokenizers of transformers as the folders that the library writes: safetensors and JSON, no code."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.hf_folders import (
    MODEL,
    TOKENIZER,
    check_folder,
    class_named,
    config_of,
    offline,
    settle,
)
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.refusals import refusing_all, saving_all
from kitops_jupyter.errors import VariableRefused

_WAY = "pack x.state_dict(), and build the model from your code"


class ModelFormat:
    """A model of a class that transformers has."""

    name = "transformers-model"
    kind: Kind = "model"
    suffix = ""
    library = "transformers"
    extra = "transformers"
    label = "transformers"

    def takes(self, value: Any) -> bool:
        import transformers

        return isinstance(value, transformers.PreTrainedModel)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import transformers

        kind = type(value)
        if getattr(transformers, kind.__name__, None) is not kind:
            raise saving.refuse(value, "", f"{kind.__name__} is not a class of transformers", _WAY)
        if getattr(value, "_hf_peft_config_loaded", False):
            raise saving.refuse(
                value, "", "has adapters, which would be all that is kept", "peft.get_peft_model(x, ...)"
            )
        _check_shapes(value, saving)
        with saving_all(value, saving, _WAY), offline():
            value.save_pretrained(path)
            settle(path)
            check_folder(path, MODEL, Loading(saving.name))
        weights = value.state_dict()
        return Saved(
            requires=["torch", "safetensors"],
            schema=[{"name": key, "type": f"{_type_of(each)}{list(each.shape)}"} for key, each in weights.items()],
            params={"parameters": value.num_parameters()},
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        config = config_of(check_folder(path, MODEL, loading), "config.json", path, loading)
        names = config.get("architectures")
        need("torch", self.extra, loading.name)
        library = need("transformers", self.extra, loading.name)
        name = names[0] if isinstance(names, list) and len(names) == 1 else None
        kind = class_named(library, name, library.PreTrainedModel, "transformers.models.", loading)
        with refusing_all(path, loading), offline():
            model, told = kind.from_pretrained(
                path,
                dtype="auto",
                local_files_only=True,
                output_loading_info=True,
                trust_remote_code=False,
                use_safetensors=True,
            )
        wrong = sorted(
            str(each) for key in ("missing_keys", "unexpected_keys", "mismatched_keys") for each in told[key]
        )
        if wrong:
            raise VariableRefused(f"{loading.name}: {path.name} does not fit a {name}: {wrong[0][:200]}")
        return model


class TokenizerFormat:
    """A tokenizer of a class that transformers has, with its special tokens and chat templates."""

    name = "transformers-tokenizer"
    kind: Kind = "model"
    suffix = ""
    library = "transformers"
    extra = "transformers"
    label = "transformers"

    def takes(self, value: Any) -> bool:
        import transformers

        return isinstance(value, transformers.PreTrainedTokenizerBase)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import transformers

        kind = type(value)
        if getattr(transformers, kind.__name__, None) is not kind:
            raise saving.refuse(
                value, "", f"{kind.__name__} is not a class of transformers", "pack x.backend_tokenizer"
            )
        with saving_all(value, saving, "keep Python code beside the notebook, and set it after the load"), offline():
            value.save_pretrained(path)
            settle(path)
            check_folder(path, TOKENIZER, Loading(saving.name))
        return Saved(restore={"class": kind.__name__}, requires=["tokenizers"], params={"tokens": len(value)})

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        config_of(check_folder(path, TOKENIZER, loading), "tokenizer_config.json", path, loading)
        library = need("transformers", self.extra, loading.name)
        base = library.PreTrainedTokenizerBase
        kind = class_named(library, restore.get("class"), base, "transformers.", loading)
        with refusing_all(path, loading), offline():
            return kind.from_pretrained(path, local_files_only=True, trust_remote_code=False)


def _check_shapes(value: Any, saving: Saving) -> None:
    """Raise VariableRefused unless a model built from the configuration alone has the weights of this one."""
    import torch

    with saving_all(value, saving, _WAY), torch.device("meta"):
        fresh = type(value)(copy.deepcopy(value.config)).state_dict()
    own = value.state_dict()
    for name in (*own, *fresh):
        if name not in own or name not in fresh or own[name].shape != fresh[name].shape:
            raise saving.refuse(value, f" weight {name}", "is not what the model's configuration says", _WAY)
    kinds = sorted({_type_of(each) for each in own.values() if each.is_floating_point()})
    if len(kinds) > 1 and not getattr(value, "_keep_in_fp32_modules", None):
        raise saving.refuse(value, "", f"has weights of several types: {', '.join(kinds)}", f"x.to(torch.{kinds[0]})")


def _type_of(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


FORMATS = (ModelFormat(), TokenizerFormat())
