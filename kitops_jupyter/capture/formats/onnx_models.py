"""ONNX models as `.onnx`, whole: data in other files are refused, as their paths could lead anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.estimators import tensor
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.errors import Cancelled, VariableRefused

_LIMIT_BYTES = (1 << 31) - 1  # of a protobuf message


class OnnxFormat:
    """A ModelProto, the same bytes for the same model."""

    name = "onnx"
    kind: Kind = "model"
    suffix = ".onnx"
    library = "onnx"
    extra = "onnx"
    label = "ONNX"

    def takes(self, value: Any) -> bool:
        import onnx

        return isinstance(value, onnx.ModelProto)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        outside = next((each for each in _tensors(value) if each.data_location == each.EXTERNAL), None)
        if outside is not None:
            way = "onnx.load(path) brings them in; pack the files as they are if the model has more than 2 GiB"
            raise saving.refuse(value, f" tensor {outside.name!r}", "has its data in another file", way)
        if value.ByteSize() > _LIMIT_BYTES:
            raise saving.refuse(
                value, "", "has more than 2 GiB", "onnx.save_model(x, path, save_as_external_data=True)"
            )
        path.write_bytes(value.SerializeToString(deterministic=True))
        sides = {"inputs": value.graph.input, "outputs": value.graph.output}
        signature = {name: [_signature(each) for each in found] for name, found in sides.items()}
        return Saved(
            signature=signature,
            schema=[{"name": each.name, "type": _text(each)} for each in value.graph.input],
            params={"opset": max((each.version for each in value.opset_import if not each.domain), default=0)},
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        onnx = need("onnx", self.extra, loading.name)
        if path.stat().st_size > _LIMIT_BYTES:
            raise VariableRefused(f"{loading.name}: {path.name} has more than 2 GiB")
        try:
            model = onnx.ModelProto.FromString(path.read_bytes())
            outside = next((each for each in _tensors(model) if each.data_location == each.EXTERNAL), None)
            if outside is None:
                onnx.checker.check_model(model)
        except Cancelled:
            raise
        except Exception as problem:  # noqa: BLE001 -- what a parser of protobuf, of whichever version, raises
            text = str(problem).strip().splitlines() or [type(problem).__name__]
            raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {text[0][:200]}") from None
        if outside is not None:
            place = {each.key: each.value for each in outside.external_data}.get("location", "")
            raise VariableRefused(
                f"{loading.name}: {path.name} takes the tensor {outside.name[:80]!r} from the file {place[:120]!r}",
                hint="kit pack writes models whole; ask its author to pack it again",
            )
        return model


def _tensors(model: Any) -> Iterator[Any]:
    """Every tensor of the model, also inside attributes, graphs in graphs, functions and training."""
    graphs = [model.graph, *(each for info in model.training_info for each in (info.initialization, info.algorithm))]
    nodes = [node for function in model.functions for node in function.node]
    while graphs or nodes:
        while graphs:
            graph = graphs.pop()
            yield from graph.initializer
            for sparse in graph.sparse_initializer:
                yield from (sparse.values, sparse.indices)
            nodes.extend(graph.node)
        for node in nodes:
            for attribute in node.attribute:
                yield from (attribute.t, *attribute.tensors)
                for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                    yield from (sparse.values, sparse.indices)
                if attribute.HasField("g"):
                    graphs.append(attribute.g)
                graphs.extend(attribute.graphs)
        nodes = []


def _shape(value: Any) -> list[int]:
    return [each.dim_value if each.HasField("dim_value") else -1 for each in value.type.tensor_type.shape.dim]


def _kind(value: Any) -> str:
    import onnx

    try:
        return str(onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type))
    except (KeyError, ValueError):
        return "object"


def _signature(value: Any) -> dict[str, Any]:
    return {"name": value.name, **tensor(_kind(value), _shape(value))}


def _text(value: Any) -> str:
    return f"{_kind(value)}{_shape(value)}"


FORMATS = (OnnxFormat(),)
