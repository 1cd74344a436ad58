"""Adapters of peft as the folder that the library writes, without the model below: loading takes that as `into`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blake3 import blake3

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.hf_folders import check_folder, config_of, offline, settle
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.refusals import refusing_all, saving_all
from kitops_jupyter.errors import VariableRefused

_FILES = r"adapter_config\.json|adapter_model\.safetensors"
# Whose loading takes weights alone. Others load a tokenizer, other adapters, or compile.
_KINDS = frozenset(["ADALORA", "IA3", "LN_TUNING", "LOHA", "LOKR", "LORA", "OFT", "VERA"])
_STARTS = frozenset(["gaussian", "orthogonal"])  # ways to begin that leave the model below as it is
_WAY = "pack x.merge_and_unload(), a model without adapters"


class AdapterFormat:
    """The one adapter of a PeftModel."""

    name = "peft"
    kind: Kind = "model"
    suffix = ""
    library = "peft"
    extra = "peft"
    label = "PEFT"

    def takes(self, value: Any) -> bool:
        import peft

        return isinstance(value, peft.PeftModel)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        names = list(value.peft_config)
        if len(names) != 1 or names != ["default"]:
            raise saving.refuse(
                value, "", f"has the adapters {', '.join(names)[:200]}; one, default, can be kept", _WAY
            )
        with saving_all(value, saving, _WAY), offline():
            value.save_pretrained(path, safe_serialization=True)
            settle(path)
        config = config_of(check_folder(path, _FILES, Loading(saving.name)), "adapter_config.json", path, Loading(""))
        why = _problem_of(config)
        if why:
            raise saving.refuse(value, ".peft_config['default']", why, _WAY)
        base = value.get_base_model()
        kind = f"{type(base).__module__}.{type(base).__qualname__}"
        return Saved(
            restore={"base": kind, "weights": _digest(base, getattr(value.base_model, "prefix", ""))},
            requires=["torch", "transformers", "safetensors"],
            params={"peft_type": config["peft_type"], "base": config.get("base_model_name_or_path") or kind},
            notes=[f"loading it needs into=, the {type(base).__name__} below it"],
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        config = config_of(check_folder(path, _FILES, loading), "adapter_config.json", path, loading)
        why = _problem_of(config)
        if why:
            raise VariableRefused(f"{loading.name}: {path.name}/adapter_config.json {why}")
        torch = need("torch", self.extra, loading.name)
        library = need("peft", self.extra, loading.name)
        if not isinstance(loading.into, torch.nn.Module) or isinstance(loading.into, library.PeftModel):
            base = str(restore.get("base", "model"))[:200]
            raise VariableRefused(
                f"{loading.name}: {path.name} has an adapter for a {base}, and no such model",
                hint="into=MODEL takes it: load the model below it first",
            )
        if _digest(loading.into, "") != restore.get("weights"):
            warnings.warn(f"{loading.name}: this adapter was trained over other weights than into has", stacklevel=2)
        with refusing_all(path, loading), offline():
            return library.PeftModel.from_pretrained(loading.into, str(path), use_safetensors=True)


def _problem_of(config: Mapping[str, Any]) -> str:
    """Why an adapter cannot be kept, or must not be loaded; "" if it can."""
    kind, start = config.get("peft_type"), config.get("init_lora_weights", True)
    if kind not in _KINDS:
        return f"is of the kind {str(kind)[:40]}, which takes more than weights"
    if not isinstance(start, bool) and start not in _STARTS:
        return f"starts by {str(start)[:40]!r}, which changes the model below"
    extra = next((key for key, each in config.items() if key.endswith("_config") and each), None)
    return f"has a {extra}, which takes other libraries" if extra else ""


def _digest(model: Any, prefix: str) -> str:
    """Of the weights of a model without those that its adapters have, by names, types and bytes."""
    import torch

    hashing = blake3(max_threads=blake3.AUTO)
    weights = model.state_dict()
    for name in sorted(weights):
        plain = name.replace(".base_layer.", ".").replace(".original_module.", ".")
        if (prefix and prefix in name) or ".modules_to_save." in name:
            continue
        tensor = weights[name].detach().cpu().contiguous()
        hashing.update(f"{plain} {tensor.dtype} {list(tensor.shape)}\n".encode())
        hashing.update(memoryview(tensor.reshape(-1).view(torch.uint8).numpy()))
    return hashing.hexdigest()


FORMATS = (AdapterFormat(),)
