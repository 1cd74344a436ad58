"""The state of PyTorch's optimizers: tensors as `.safetensors`, groups and numbers in the sidecar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.torch_tensors import read_file, told, write_file
from kitops_jupyter.errors import VariableRefused

_PLAIN = (str, int, bool, type(None))


class OptimizerFormat:
    """The state of an optimizer; it comes back in the optimizer given as `into`, else as a state dict."""

    name = "torch-optimizer"
    kind: Kind = "model"
    suffix = ".safetensors"
    library = "torch"
    extra = "torch"
    label = "PyTorch"

    def takes(self, value: Any) -> bool:
        import torch

        return isinstance(value, torch.optim.Optimizer)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        state = value.state_dict()
        tensors: dict[str, Any] = {}
        insides: dict[str, str] = {}
        restore = {
            key: _split(state[key], f"state_dict()[{key!r}]", key, tensors, insides, saving)
            for key in ("state", "param_groups")
        }
        write_file(path, tensors, insides, saving)
        return told(tensors, restore)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        torch = need("torch", self.extra, loading.name)
        tensors = read_file(path, loading)
        try:
            state = {key: _joined(restore[key], tensors) for key in ("state", "param_groups")}
            if not isinstance(loading.into, torch.optim.Optimizer):
                return state
            loading.into.load_state_dict(state)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
            raise VariableRefused(f"{loading.name}: {path.name} does not fit: {problem}") from None
        return loading.into


def _split(value: Any, inside: str, key: str, tensors: dict[str, Any], insides: dict[str, str], saving: Saving) -> Any:
    """The value as JSON, its tensors put aside by the names that stand in their place."""
    import torch

    if isinstance(value, torch.Tensor):
        tensors[key], insides[key] = value, f".{inside}"
        return {"tensor": key}
    if type(value) is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if type(value) in _PLAIN:
        return value
    if type(value) in (list, tuple):
        items = [
            _split(each, f"{inside}[{at}]", f"{key}.{at}", tensors, insides, saving) for at, each in enumerate(value)
        ]
        return items if type(value) is list else {"tuple": items}
    if isinstance(value, dict) and all(type(each) in (int, str) for each in value):
        pairs = [
            [name, _split(each, f"{inside}[{name!r}]", f"{key}.{name}", tensors, insides, saving)]
            for name, each in value.items()
        ]
        return {"dict": pairs}
    raise saving.refuse(value, f".{inside}", "is neither a tensor nor a plain value", "take it out of the optimizer")


def _joined(value: Any, tensors: Mapping[str, Any]) -> Any:
    """What `_split` took apart."""
    if isinstance(value, list):
        return [_joined(each, tensors) for each in value]
    if not isinstance(value, Mapping):
        return value
    ((kind, held),) = value.items()
    if kind == "tensor":
        return tensors[held]
    if kind == "float":
        return float(held)
    if kind == "tuple":
        return tuple(_joined(each, tensors) for each in held)
    return {name: _joined(each, tensors) for name, each in held}


FORMATS = (OptimizerFormat(),)
