"""Tensors by name: `.safetensors` and `.npy`; headers read by us, bodies in pieces, and only where they differ.

Source: the safetensors format (header of at most 100 MB, offsets that cover the rest without holes); numpy's NEP 1.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, TypeGuard

from kitops_jupyter.comparing.numbers import BITS, differences
from kitops_jupyter.comparing.results import TensorChange, TensorsChange, ValueChange
from kitops_jupyter.comparing.sides import Bytes, Pair, Span, TooFar, Unreadable
from kitops_jupyter.comparing.values import changed_values
from kitops_jupyter.disk import parse_json
from kitops_jupyter.progress import beat

_HEADER_LIMIT_BYTES = 100_000_000
_TENSORS_LIMIT = 200_000  # a header of more takes gigabytes once it is parsed
_SHOWN = 500
_NPY = re.compile(
    rb"\s*\{'descr': '([<|][a-z]\d{1,2})', 'fortran_order': (True|False),"
    rb" 'shape': (\((?:\d{1,18},? ?){0,32}\)),? *\}\s*"
)
_NPY_TYPES = {
    "<f8": "F64",
    "<f4": "F32",
    "<f2": "F16",
    "<c8": "C64",
    "<c16": "C128",
    "|b1": "BOOL",
    "|i1": "I8",
    "|u1": "U8",
    "<i8": "I64",
    "<i4": "I32",
    "<i2": "I16",
    "<u8": "U64",
    "<u4": "U32",
    "<u2": "U16",
}


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where a tensor is in its file, and how it is written; `order` is "F" for columns first."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int
    order: str = "C"

    @property
    def form(self) -> tuple[object, ...]:
        return self.dtype, self.shape, self.order


def compare_safetensors(pair: Pair) -> TensorsChange:
    """Tensors that differ, the largest difference first. Raises Unreadable for a header that lies, TooFar for both."""
    (one, before), (two, after) = (_safetensors(pair, side) for side in (pair.one, pair.two))
    return _compared(pair, one, two, changed_values(before, after))


def compare_npy(pair: Pair) -> TensorsChange:
    """The one array of each. Raises Unreadable, also for arrays of objects, which are pickles; TooFar."""
    one, two = ({"array": _npy(pair, side)} for side in (pair.one, pair.two))
    return _compared(pair, one, two, ())


def _compared(
    pair: Pair, one: dict[str, _Tensor], two: dict[str, _Tensor], metadata: tuple[ValueChange, ...]
) -> TensorsChange:
    found: list[TensorChange] = []
    same, total, unknown, far_bytes = 0, 0, 0, 0
    for name in [*one, *(name for name in two if name not in one)]:
        beat()
        try:
            change = _change(pair, name, one.get(name), two.get(name))
        except TooFar as far:
            unknown += 1
            far_bytes += far.size_bytes
            continue
        same += change is None
        total += change is not None
        if change is not None and len(found) < _SHOWN:
            found.append(change)
    if unknown and not same and not total:
        raise TooFar(far_bytes)
    found.sort(key=lambda change: (change.change != "changed", -(change.norm or 0.0)))
    return TensorsChange(tuple(found), same, total, metadata, unknown, far_bytes)


def _change(pair: Pair, name: str, one: _Tensor | None, two: _Tensor | None) -> TensorChange | None:
    """What became of a tensor, None if every byte is the same. Raises TooFar."""
    if one is None or two is None or one.form != two.form:
        return _form(name, one, two)
    size = one.end - one.start
    starts = one.start, two.start
    spans: list[Span] = [(one.start, one.end)]
    if one.start == two.start:
        spans = list(pair.spans.within(one.start, one.end))
    if not size or not spans:
        return None
    shift = two.start - one.start
    pair.budget.take(sum(pair.one.cost(a, b) + pair.two.cost(a + shift, b + shift) for a, b in spans))
    told = differences(pair, one.dtype, starts, size, spans)
    if not told.changed_bytes:
        return None
    form = _form(name, one, two)
    sizes = [told.elements, math.sqrt(told.squares), told.largest] if told.is_counted else [None, None, None]
    elements, norm, largest = sizes
    return TensorChange(
        name,
        "changed",
        form.before_dtype,
        form.after_dtype,
        form.before_shape,
        form.after_shape,
        changed_bytes=told.changed_bytes,
        elements=None if elements is None else int(elements),
        norm=norm if norm is None or math.isfinite(norm) else None,
        largest=largest,
        not_finite=told.not_finite,
    )


def _form(name: str, one: _Tensor | None, two: _Tensor | None) -> TensorChange:
    """A change without values."""
    change = "added" if one is None else "removed" if two is None else "changed"
    dtypes = (f"{each.dtype}{' by columns' if each.order == 'F' else ''}" if each else "" for each in (one, two))
    shapes = (each.shape if each else () for each in (one, two))
    return TensorChange(name, change, *dtypes, *shapes)  # type: ignore[arg-type]


def _safetensors(pair: Pair, side: Bytes) -> tuple[dict[str, _Tensor], Any]:
    """The tensors in the order of their places, and the file's own metadata. Raises Unreadable, TooFar."""
    length = int.from_bytes(pair.start(side, 8), "little")
    if side.size < 8 or not 2 <= length <= min(_HEADER_LIMIT_BYTES, side.size - 8):
        raise Unreadable("it is not a safetensors file: the length of its header is impossible")
    pair.budget.take(side.cost(8, 8 + length))
    header = _parsed(side.read(8, 8 + length))
    metadata = header.pop("__metadata__", {})
    found = {name: _tensor(name, value, 8 + length) for name, value in header.items()}
    at = 8 + length
    ordered = sorted(found.items(), key=lambda item: (item[1].start, item[1].end))
    for name, tensor in ordered:
        if tensor.start != at:
            raise Unreadable(f"its tensors overlap, or leave a hole, before {name[:100]!r}")
        at = tensor.end
    if at != side.size:
        raise Unreadable(f"its tensors end at byte {at:,} of {side.size:,}")
    return dict(ordered), metadata


def _parsed(data: bytes) -> dict[str, Any]:
    if (
        data.count(b"{") > _TENSORS_LIMIT
        or data.count(b",") > 12 * _TENSORS_LIMIT
        or data.count(b"[") > 4 * _TENSORS_LIMIT
    ):
        raise Unreadable(f"it has more than {_TENSORS_LIMIT:,} tensors")
    try:
        parsed = parse_json(data)
    except ValueError as problem:
        raise Unreadable(f"its header cannot be read: {problem}") from None
    if not isinstance(parsed, dict):
        raise Unreadable("its header is not an object")
    return parsed


def _tensor(name: str, value: Any, base: int) -> _Tensor:
    parts: dict[str, Any] = value if isinstance(value, dict) else {}
    dtype, shape, offsets = parts.get("dtype"), parts.get("shape"), parts.get("data_offsets")
    if not isinstance(dtype, str) or not _are_counts(shape) or not _are_counts(offsets) or len(offsets) != 2:
        raise Unreadable(f"its header says of {name[:100]!r} what no tensor is")
    start, end = offsets
    bits = BITS.get(dtype)
    count = 1
    for each in shape:
        count *= each
        if count > 1 << 62:
            raise Unreadable(f"the shape of {name[:100]!r} is impossible")
    if start > end or (bits is not None and count * bits != (end - start) * 8):
        raise Unreadable(f"the shape of {name[:100]!r} does not fit its place in the file")
    return _Tensor(dtype[:20], tuple(shape), base + start, base + end)


def _are_counts(value: Any) -> TypeGuard[list[int]]:
    if not isinstance(value, list) or len(value) > 64:
        return False
    return all(type(each) is int and 0 <= each < 1 << 62 for each in value)


def _npy(pair: Pair, side: Bytes) -> _Tensor:
    start = pair.start(side, 10_256)
    if start[:6] != b"\x93NUMPY" or len(start) < 12 or start[6] not in (1, 2, 3):
        raise Unreadable("it is not a .npy file")
    fixed = 10 if start[6] == 1 else 12
    length = int.from_bytes(start[8:fixed], "little")
    match = _NPY.fullmatch(start[fixed : fixed + length])
    if fixed + length > len(start) or match is None or (dtype := _NPY_TYPES.get(match[1].decode())) is None:
        raise Unreadable("its array is not one of plain numbers")
    shape = tuple(int(text) for text in re.findall(rb"\d+", match[3]))
    size = math.prod(shape) * BITS[dtype] // 8
    if fixed + length + size != side.size:
        raise Unreadable("its size is not that of its array")
    return _Tensor(dtype, shape, fixed + length, side.size, "F" if match[2] == b"True" and len(shape) > 1 else "C")
