"""`.safetensors` files: written here, in one pass and from any layout in memory; their header checked before a library
reads it. Source: the format's description in the README of safetensors."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Loading
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import VariableRefused

HEADER_LIMIT_BYTES = 100_000_000  # the library's own
BYTES_OF = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2,
    "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E4M3FNUZ": 1, "F8_E5M2FNUZ": 1,
}  # fmt: skip


def write_tensors(
    path: Path, tensors: Mapping[str, tuple[str, Sequence[int], Any]], metadata: Mapping[str, str]
) -> None:
    """Write each tensor: by its name the type, the shape, and a function that gives its bytes when it is its turn.

    Names are sorted, the widest types first, so that each tensor is aligned and equal tensors give equal bytes.
    """
    order = sorted(tensors, key=lambda name: (-BYTES_OF[tensors[name][0]], name))
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name in order:
        kind, shape, _ = tensors[name]
        begin, end = end, end + math.prod(shape) * BYTES_OF[kind]
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        for name in order:
            stream.write(tensors[name][2]())


def check_tensors(path: Path, loading: Loading) -> None:
    """Raise VariableRefused for a header that lies about the file: no byte twice, none left over, none beyond."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > min(HEADER_LIMIT_BYTES, size - 8):
            raise _refusal(path, loading, f"its header would have {length} bytes, the file has {size}")
        try:
            header = parse_json(stream.read(length))
        except ValueError as problem:
            raise _refusal(path, loading, f"its header cannot be read: {problem}") from None
    if not isinstance(header, dict):
        raise _refusal(path, loading, "its header is not an object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(each, str) for each in metadata.values()):
        raise _refusal(path, loading, "its metadata are not texts")
    end = 0
    for begin, stop in sorted(_places(header, path, loading)):
        if begin != end:
            raise _refusal(path, loading, "its tensors overlap" if begin < end else "it has bytes of no tensor")
        end = stop
    if end != size - 8 - length:
        raise _refusal(path, loading, f"its tensors have {end} bytes, the file has {size - 8 - length} for them")


def _places(header: Mapping[str, Any], path: Path, loading: Loading) -> Iterator[tuple[int, int]]:
    for name, told in header.items():
        said: dict[str, Any] = told if isinstance(told, dict) else {}
        kind: Any = said.get("dtype")
        shape: Any = said.get("shape")
        place: Any = said.get("data_offsets")
        if not isinstance(kind, str) or kind not in BYTES_OF:
            raise _refusal(path, loading, f"tensor {name[:80]!r} has the unknown type {str(kind)[:20]!r}")
        if not (_are_counts(shape) and _are_counts(place) and len(place) == 2):
            raise _refusal(path, loading, f"tensor {name[:80]!r} has no shape and place")
        if place[1] - place[0] != math.prod(shape) * BYTES_OF[kind]:
            raise _refusal(path, loading, f"tensor {name[:80]!r} has another size than its shape")
        yield place[0], place[1]


def _are_counts(found: Any) -> bool:
    return isinstance(found, list) and all(type(each) is int and 0 <= each < 1 << 62 for each in found)


def _refusal(path: Path, loading: Loading, why: str) -> VariableRefused:
    return VariableRefused(f"{loading.name}: {path.name} is not a safetensors file: {why}")
