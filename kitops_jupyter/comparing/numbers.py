"""Differences of numbers in binary: counted by numpy, where it is there, else only as bytes that differ.

numpy has no types for bfloat16 and floats of 8 bits: their values are made here.
Source: "FP8 Formats for Deep Learning", 2022, table 1 (E4M3 has no infinities).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from kitops_jupyter.comparing.sides import Pair, Span
from kitops_jupyter.progress import beat

_PIECE_BYTES = 4 << 20
_NUMPY = {  # the types that numpy has, little-endian
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "C64": "<c8",
    "C128": "<c16",
    "BOOL": "|u1",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
}
BITS = {
    "F64": 64,
    "F32": 32,
    "F16": 16,
    "BF16": 16,
    "C64": 64,
    "C128": 128,
    "BOOL": 8,
    "I64": 64,
    "I32": 32,
    "I16": 16,
    "I8": 8,
    "U64": 64,
    "U32": 32,
    "U16": 16,
    "U8": 8,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "F4": 4,
}


@dataclass(slots=True)
class Differences:
    """What was found so far; without numpy, or for types that are not known, only `changed_bytes` grows."""

    is_counted: bool
    changed_bytes: int = 0
    elements: int = 0
    squares: float = 0.0
    largest: float = 0.0
    not_finite: int = 0


def differences(pair: Pair, dtype: str, starts: tuple[int, int], size_bytes: int, spans: list[Span]) -> Differences:
    """Of two arrays of one type and size that begin at these places. `spans` are parts of the first file.

    Reads both in pieces of 4 MiB, only in these spans, and asks the budget for nothing. Raises KitError.
    """
    numpy, width = _numpy(), max(1, BITS.get(dtype, 8) // 8)
    found = Differences(numpy is not None and (dtype in _NUMPY or dtype in _TABLES or dtype == "BF16"))
    for low, high in widened(spans, starts[0], size_bytes, width):
        for at in range(low, high, _PIECE_BYTES):
            beat()
            end = min(at + _PIECE_BYTES, high)
            one = pair.one.read(starts[0] + at, starts[0] + end)
            two = pair.two.read(starts[1] + at, starts[1] + end)
            if one != two:
                found.changed_bytes += _unlike(one, two)
                if found.is_counted:
                    _add(numpy, found, dtype, one, two)
    return found


def widened(spans: list[Span], start: int, size_bytes: int, width: int) -> list[Span]:
    """The spans as places in an array that begins at `start`, with whole elements, none of them twice."""
    found: list[Span] = []
    for low, high in spans:
        low, high = (low - start) // width * width, min(-(-(high - start) // width) * width, size_bytes)
        low = max(low, found[-1][1] if found else 0)
        if low < high:
            found.append((low, high))
    return found


def _unlike(one: bytes, two: bytes) -> int:
    """How many bytes differ."""
    both = int.from_bytes(one, "little") ^ int.from_bytes(two, "little")
    return len(one) - both.to_bytes(len(one), "little").count(0)


def _add(numpy: Any, found: Differences, dtype: str, one: bytes, two: bytes) -> None:
    with numpy.errstate(all="ignore"):
        before, after = _values(numpy, dtype, one), _values(numpy, dtype, two)
        unlike = ~((before == after) | ((before != before) & (after != after)))
        before, after = before[unlike], after[unlike]
        wide = "c16" if before.dtype.kind == "c" else "f8"
        difference = after.astype(wide) - before.astype(wide)
        is_finite = numpy.isfinite(difference)
        found.elements += int(unlike.sum())
        found.not_finite += int((~is_finite).sum())
        sizes = numpy.abs(difference[is_finite])
        if sizes.size:
            found.squares += float((sizes * sizes).sum())
            found.largest = max(found.largest, float(sizes.max()))


def _values(numpy: Any, dtype: str, data: bytes) -> Any:
    if dtype in _NUMPY:
        return numpy.frombuffer(data, _NUMPY[dtype])
    if dtype == "BF16":
        return (numpy.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    return numpy.array(_table(dtype), "f4")[numpy.frombuffer(data, "u1")]


_TABLES = {"F8_E4M3": (4, 3, 7), "F8_E5M2": (5, 2, 15)}  # bits of the exponent and of the fraction, bias


@cache
def _table(dtype: str) -> list[float]:
    """All 256 values of a float of 8 bits."""
    exponent_bits, fraction_bits, bias = _TABLES[dtype]
    found = []
    for code in range(256):
        exponent, fraction = code >> fraction_bits & (1 << exponent_bits) - 1, code & (1 << fraction_bits) - 1
        part = fraction / (1 << fraction_bits)
        value = (1 + part) * 2.0 ** (exponent - bias) if exponent else part * 2.0 ** (1 - bias)
        if dtype == "F8_E5M2" and exponent == 31:
            value = float("nan") if fraction else float("inf")
        elif dtype == "F8_E4M3" and code & 0x7F == 0x7F:
            value = float("nan")
        found.append(-value if code & 0x80 else value)
    return found


def _numpy() -> Any:
    """numpy, if it is installed."""
    try:
        import numpy
    except ImportError:
        return None
    return numpy
