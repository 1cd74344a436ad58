"""Models and pipelines of diffusers as the folders that it writes, of its own classes and those of transformers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

_WEIGHTS = r"diffusion_pytorch_model(-\d+-of-\d+)?\.safetensors|diffusion_pytorch_model\.safetensors\.index\.json"
_MODEL = rf"config\.json|{_WEIGHTS}"
_PIPELINE = rf"model_index\.json|\w+/({_MODEL}|{MODEL}|{TOKENIZER})"
_INDEX = "model_index.json"
_LIBRARIES = {"diffusers": "diffusers.", "transformers": "transformers."}
_KINDS = ("float16", "bfloat16", "float32", "float64")
_WAY = "pack its parts, as x.unet"


class ModelFormat:
    """A model of a class that diffusers has."""

    name = "diffusers-model"
    kind: Kind = "model"
    suffix = ""
    library = "diffusers"
    extra = "diffusers"
    label = "diffusers"

    def takes(self, value: Any) -> bool:
        import diffusers

        return isinstance(value, diffusers.ModelMixin)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import diffusers

        kind = type(value)
        if getattr(diffusers, kind.__name__, None) is not kind:
            raise saving.refuse(value, "", f"{kind.__name__} is not a class of diffusers", "pack x.state_dict()")
        with saving_all(value, saving, "pack x.state_dict()"), offline():
            value.save_pretrained(path, safe_serialization=True)
            settle(path)
        check_folder(path, _MODEL, Loading(saving.name))
        return Saved(
            restore={"dtype": _type_of(value, saving, "")},
            requires=["torch", "safetensors"],
            schema=[
                {"name": key, "type": f"{each.dtype}{list(each.shape)}"} for key, each in value.state_dict().items()
            ],
            params={"parameters": value.num_parameters()},
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        config = config_of(check_folder(path, _MODEL, loading), "config.json", path, loading)
        torch = need("torch", self.extra, loading.name)
        library = need("diffusers", self.extra, loading.name)
        kind = class_named(library, config.get("_class_name"), library.ModelMixin, "diffusers.models.", loading)
        dtype = getattr(torch, _known(restore.get("dtype")))
        with refusing_all(path, loading), offline():
            model, told = kind.from_pretrained(
                path, torch_dtype=dtype, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
        wrong = sorted(
            str(each) for key in ("missing_keys", "unexpected_keys", "mismatched_keys") for each in told[key]
        )
        if wrong:
            raise VariableRefused(f"{loading.name}: {path.name} does not fit its configuration: {wrong[0][:200]}")
        return model


class PipelineFormat:
    """A pipeline whose parts are of diffusers and transformers."""

    name = "diffusers-pipeline"
    kind: Kind = "model"
    suffix = ""
    library = "diffusers"
    extra = "diffusers"
    label = "diffusers"

    def takes(self, value: Any) -> bool:
        import diffusers

        return isinstance(value, diffusers.DiffusionPipeline)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import diffusers
        import torch

        kind = type(value)
        if getattr(diffusers, kind.__name__, None) is not kind:
            raise saving.refuse(value, "", f"{kind.__name__} is not a class of diffusers", _WAY)
        with saving_all(value, saving, _WAY), offline():
            value.save_pretrained(path, safe_serialization=True)
            settle(path)
        index = config_of(check_folder(path, _PIPELINE, Loading(saving.name)), _INDEX, path, Loading(saving.name))
        for name, why in _problems(index):
            raise saving.refuse(getattr(value, name, value), f".{name}", why, _WAY)
        parts = {name: each for name, each in value.components.items() if isinstance(each, torch.nn.Module)}
        return Saved(
            restore={"dtypes": {name: _type_of(each, saving, f".{name}") for name, each in parts.items()}},
            requires=["torch", "safetensors", *(["transformers"] if "transformers" in str(index) else [])],
            params={"parts": ", ".join(sorted(value.components))},
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        index = config_of(check_folder(path, _PIPELINE, loading), _INDEX, path, loading)
        for name, why in _problems(index):
            raise VariableRefused(f"{loading.name}: {path.name}: its part {name[:60]} {why}")
        torch = need("torch", self.extra, loading.name)
        library = need("diffusers", self.extra, loading.name)
        base = library.DiffusionPipeline
        kind = class_named(library, index.get("_class_name"), base, "diffusers.pipelines.", loading)
        for _, (where, name) in _parts(index):
            class_named(need(where, self.extra, loading.name), name, object, _LIBRARIES[where], loading)
        told = restore.get("dtypes")
        dtypes = {str(name): getattr(torch, _known(each)) for name, each in dict(told or {}).items()}
        with refusing_all(path, loading), offline():
            return kind.from_pretrained(
                path, torch_dtype=dtypes or None, local_files_only=True, trust_remote_code=False, use_safetensors=True
            )


def _parts(index: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    return ((name, each) for name, each in index.items() if isinstance(each, list) and each != [None, None])


def _problems(index: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, each in _parts(index):
        if len(each) != 2 or each[0] not in _LIBRARIES or each[1] == "AutoModel" or not name.isidentifier():
            yield name, f"is a {'.'.join(map(str, each))[:100]}, which is not a class of diffusers or transformers"


def _type_of(model: Any, saving: Saving, inside: str) -> str:
    """The one type that the weights have, which the library asks for when it loads them."""
    found = {str(each.dtype).removeprefix("torch.") for each in model.state_dict().values() if each.is_floating_point()}
    if len(found) > 1 or not found <= set(_KINDS):
        raise saving.refuse(
            model, inside, f"has weights of the types {', '.join(sorted(found))}", "x.to(torch.float32)"
        )
    return found.pop() if found else "float32"


def _known(kind: Any) -> str:
    return kind if kind in _KINDS else "float32"


FORMATS = (ModelFormat(), PipelineFormat())
