"""PyTorch's tensors, state dicts and modules as `.safetensors`: weights travel, classes do not."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.safetensors_files import check_tensors, write_tensors
from kitops_jupyter.errors import VariableRefused

_TYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "BOOL",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e4m3fnuz": "F8_E4M3FNUZ",
    "float8_e5m2fnuz": "F8_E5M2FNUZ",
}  # fmt: skip
_METADATA = {"format": "pt"}  # which transformers wants


class TensorsFormat:
    """A tensor, a list or tuple of tensors, or a dict of them by text, such as a state dict."""

    name = "torch-tensors"
    kind: Kind = "model"
    suffix = ".safetensors"
    library = "torch"
    extra = "torch"
    label = "PyTorch"

    def takes(self, value: Any) -> bool:
        import torch

        items = list(value.values()) if isinstance(value, dict) else value
        if isinstance(value, torch.Tensor):
            return True
        return isinstance(items, (list, tuple)) and any(isinstance(item, torch.Tensor) for item in items)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import torch

        restore: dict[str, Any] = {}
        if isinstance(value, torch.Tensor):
            restore["container"], tensors, insides = "tensor", {"tensor": value}, {"tensor": ""}
        elif isinstance(value, dict):
            restore["order"] = list(value)
            tensors, insides = value, {key: f"[{key!r}]" for key in value}
        elif type(value) in (list, tuple):
            restore["container"] = type(value).__name__
            tensors = {str(at): item for at, item in enumerate(value)}
            insides = {key: f"[{key}]" for key in tensors}
        else:
            raise saving.refuse(value, "", "would come back as a plain list", "list(x)")
        write_file(path, tensors, insides, saving)
        return told(tensors, restore)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        tensors = read_file(path, loading)
        container = restore.get("container")
        if container == "tensor" and set(tensors) == {"tensor"}:
            return tensors["tensor"]
        if container in ("list", "tuple"):
            try:
                items = [tensors[str(at)] for at in range(len(tensors))]
            except KeyError:
                raise VariableRefused(f"{loading.name}: {path.name} is not a {container} of tensors") from None
            return items if container == "list" else tuple(items)
        order = restore.get("order")
        order = order if isinstance(order, list) and set(map(str, order)) == set(tensors) else sorted(tensors)
        return {name: tensors[name] for name in order}


class ModuleFormat:
    """The weights of an nn.Module. Its class is code, so loading needs a module, or a class, to put them into."""

    name = "torch-module"
    kind: Kind = "model"
    suffix = ".safetensors"
    library = "torch"
    extra = "torch"
    label = "PyTorch"

    def takes(self, value: Any) -> bool:
        import torch

        return isinstance(value, torch.nn.Module)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import torch

        if isinstance(value, torch.jit.ScriptModule):
            raise saving.refuse(
                value, "", "is a program, which runs when it is loaded", "pack the module it was made of"
            )
        weights = dict(value.state_dict())
        tied = _tied(weights)
        kept = {name: tensor for name, tensor in weights.items() if name not in tied}
        write_file(path, kept, {name: f".state_dict()[{name!r}]" for name in kept}, saving)
        kind = type(value)
        restore = {"class": f"{kind.__module__}.{kind.__qualname__}", "tied": tied}
        count = sum(each.numel() for each in value.parameters())
        return told(
            kept, restore, params={"parameters": count}, notes=["loading it needs into=, a module of its class"]
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        torch = need("torch", self.extra, loading.name)
        kind = str(restore.get("class", "module"))[:200]
        into = loading.into
        if isinstance(into, type) and issubclass(into, torch.nn.Module):
            try:
                into = into()
            except TypeError as problem:
                raise VariableRefused(
                    f"{loading.name}: {kind} cannot be built: {problem}",
                    hint="into=CLASS(...) gives your own module",
                ) from None
        if not isinstance(into, torch.nn.Module):
            raise VariableRefused(
                f"{loading.name}: {path.name} has the weights of a {kind}, and no class",
                hint=f"into={kind.rpartition('.')[2]}(...) takes them: import the class, or define it, first",
            )
        weights = read_file(path, loading)
        tied = restore.get("tied")
        for name, other in tied.items() if isinstance(tied, Mapping) else ():
            if other in weights and name not in weights:
                weights[name] = weights[other]
        _check_fit(into, weights, path, loading)
        into.load_state_dict(weights)
        return into


def _tied(weights: Mapping[str, Any]) -> dict[str, str]:
    """Names whose tensor is the very one of an earlier name."""
    first: dict[Any, str] = {}
    tied = {}
    for name, tensor in weights.items():
        if not hasattr(tensor, "data_ptr") or tensor.numel() == 0 or tensor.is_meta:
            continue
        place = (tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tuple(tensor.stride()), str(tensor.device))
        if place in first:
            tied[name] = first[place]
        else:
            first[place] = name
    return tied


def _check_fit(module: Any, weights: Mapping[str, Any], path: Path, loading: Loading) -> None:
    """Raise VariableRefused, before anything is changed, unless each weight has its place, shape and type."""
    own = module.state_dict()
    problems = [f"{name} is not in the file" for name in own if name not in weights]
    problems += [f"{name} is not in the module" for name in weights if name not in own]
    for name in own.keys() & weights.keys():
        one, other = own[name], weights[name]
        if one.shape != other.shape or one.dtype != other.dtype:
            problems.append(
                f"{name} is {other.dtype}{list(other.shape)} in the file, {one.dtype}{list(one.shape)} in the module"
            )
    if problems:
        raise VariableRefused(
            f"{loading.name}: {path.name} does not fit the {type(module).__name__}: {problems[0]}",
            hint="build the module with the arguments that it had, and in its type, as module.to(torch.bfloat16)",
        )


def write_file(path: Path, tensors: Mapping[str, Any], insides: Mapping[str, str], saving: Saving) -> None:
    """Write the tensors; each has the path inside the variable that a refusal names. Raises VariableRefused."""
    for key, tensor in tensors.items():
        _check(key, tensor, insides[key], saving)
    entries = {
        key: (_TYPES[_type_of(each)], list(each.shape), functools.partial(_bytes, each))
        for key, each in tensors.items()
    }
    write_tensors(path, entries, _METADATA)


def _type_of(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _check(key: Any, tensor: Any, inside: str, saving: Saving) -> None:
    import torch

    if type(key) is not str or key == "__metadata__":
        raise saving.refuse(key, inside, "only text can name a tensor", "{str(k): v for k, v in x.items()}")
    if not isinstance(tensor, torch.Tensor):
        raise saving.refuse(tensor, inside, "is not a tensor", "pack it as a variable of its own")
    if type(tensor) not in (torch.Tensor, torch.nn.Parameter, getattr(torch.nn, "Buffer", torch.Tensor)):
        raise saving.refuse(tensor, inside, "is a tensor of another class, which would be lost", "torch.Tensor(x)")
    if tensor.layout != torch.strided:
        raise saving.refuse(tensor, inside, f"is sparse ({tensor.layout})", "x.to_dense(), or its indices and values")
    if tensor.is_meta:
        raise saving.refuse(tensor, inside, "is on the device meta, where no values are", "build it on a real device")
    if _type_of(tensor) not in _TYPES:
        raise saving.refuse(tensor, inside, f"the type {tensor.dtype} has no form in the file", "torch.view_as_real(x)")


def _bytes(tensor: Any) -> bytes | memoryview:
    """The tensor's bytes in the order of its shape, whatever its strides."""
    import torch

    flat = tensor.detach().cpu().resolve_neg().contiguous().reshape(-1)
    if not flat.numel():
        return b""
    if flat.stride(0) != 1:  # one element of a view keeps its stride
        flat = flat.clone(memory_format=torch.contiguous_format)
    return memoryview(flat.view(torch.uint8).numpy())


def read_file(path: Path, loading: Loading) -> dict[str, Any]:
    """The tensors, mapped from the file: what is not looked at is not read."""
    check_tensors(path, loading)
    library = need("safetensors.torch", "torch", loading.name)
    found: dict[str, Any] = library.load_file(path)
    return found


def told(tensors: Mapping[str, Any], restore: Facts, **more: Any) -> Saved:
    """What is reported of a file of these tensors."""
    schema = [{"name": key, "type": f"{_type_of(each)}{list(each.shape)}"} for key, each in tensors.items()]
    return Saved(restore=restore, requires=["safetensors"], schema=schema, **more)


FORMATS = (ModuleFormat(), TensorsFormat())
