"""Columns of Python objects: one exact type, which Arrow can hold, and one kind of missing value."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kitops_jupyter.capture.formats.frames.types import label_of, label_to_json
from kitops_jupyter.capture.formats.json_values import problems
from kitops_jupyter.disk import parse_json

_ITEMS = {str: "str", int: "int", float: "float", bool: "bool"}
_SCALARS = {
    **_ITEMS,
    bytes: "bytes",
    datetime.date: "date",
    datetime.datetime: "datetime",
    datetime.time: "time",
    datetime.timedelta: "timedelta",
    uuid.UUID: "uuid",
}
_DECIMAL_DIGITS = 38


class BadCell(Exception):
    """A cell that would not come back equal: its row, itself, why, and a way out."""

    def __init__(self, row: int, item: Any, why: str, hint: str) -> None:
        super().__init__(why)
        self.row, self.item, self.why, self.hint = row, item, why, hint


@dataclass(frozen=True, slots=True)
class Objects:
    """How the objects of a column are stored: what they are, and what stands for a missing one."""

    of: str
    missing: str = "None"

    @property
    def type(self) -> Any:
        """The type in the file; None if only the file knows it."""
        import pyarrow

        kind, _, item = self.of.partition(" ")
        if kind == "list":
            return pyarrow.list_(Objects(item).type)
        if kind == "array":
            return pyarrow.list_(pyarrow.from_numpy_dtype(item))
        if kind == "numpy":
            return pyarrow.from_numpy_dtype(item)
        if kind == "decimal":
            return pyarrow.decimal128(_DECIMAL_DIGITS, int(item))
        if kind == "timestamp":
            return pyarrow.timestamp(item)
        return _types()[kind]

    def encode(self, values: Any) -> Any:
        """The cells as an array of Arrow. Raises BadCell."""
        import pyarrow

        is_missing = _MISSING[self.missing]
        change = _encoder(self.of)
        cells = [None if is_missing(each) else change(each) if change else each for each in values]
        try:
            return pyarrow.array(cells, type=self.type, from_pandas=False)
        except (pyarrow.ArrowException, OverflowError, TypeError, ValueError):
            for row, each in enumerate(cells):
                try:
                    pyarrow.scalar(each, type=self.type)
                except (pyarrow.ArrowException, OverflowError, TypeError, ValueError) as problem:
                    told = str(problem).partition("\n")[0][:200]
                    raise BadCell(row, values[row], f"no Parquet type holds it: {told}", "store it as text") from None
            raise

    def decode(self, chunk: Any) -> list[Any]:
        """The cells again. Raises ValueError for a chunk of another type."""
        if chunk.type != self.type:
            raise ValueError(f"a column is {chunk.type}, expected {self.type}")
        kind, _, _ = self.of.partition(" ")
        missing = _missing_values()[self.missing]
        if kind == "array":
            flat, ends = chunk.values.to_numpy(), chunk.offsets.to_numpy()
            cells = zip(ends[:-1], ends[1:], chunk.is_valid().to_pylist(), strict=True)
            return [flat[start:end].copy() if is_there else missing for start, end, is_there in cells]
        if kind in ("numpy", "timestamp"):
            return [missing if each is None else each for each in _boxed(chunk, kind)]
        change = _decoder(self.of)
        return [missing if each is None else change(each) if change else each for each in chunk.to_pylist()]


def objects_in(values: Any) -> Objects:
    """How to store these objects. Raises BadCell for the first one that cannot be."""
    import numpy
    import pandas

    kinds = set(map(type, values))
    missing = [name for name, kind in _missing_types().items() if kind in kinds]
    there = kinds - {*_missing_types().values()}
    if float in there and len(there) > 1:
        _only(values, lambda each: type(each) is not float or each != each, "is a number among other objects")
        missing.append("NaN")
        there.discard(float)
    others = [_MISSING[name] for name in missing[1:]]
    _only(
        values if others else (), lambda each: not any(other(each) for other in others), "is missing, as others are not"
    )
    name = missing[0] if missing else "None"
    if not there:
        return Objects("null", name)
    if len(there) > 1:
        first = next(type(each) for each in values if type(each) in there)
        _only(values, lambda each: type(each) is first or type(each) not in there, f"stands among {first.__name__}s")
    (kind,) = there
    cells = [(row, each) for row, each in enumerate(values) if type(each) is kind]
    if kind in _SCALARS:
        return Objects(_SCALARS[kind] if kind is not datetime.datetime else _datetimes(cells), name)
    if issubclass(kind, numpy.generic) and kind().dtype.name in _numbers():
        return Objects(f"numpy {kind().dtype.name}", name)
    special = {
        decimal.Decimal: _decimals,
        list: _lists,
        tuple: _tuples,
        dict: _jsons,
        numpy.ndarray: _arrays,
        pandas.Timestamp: _timestamps,
    }
    if kind not in special:
        way = "sorted(x) makes a list of it" if kind in (set, frozenset) else "str(x), or a column for each part of it"
        raise BadCell(cells[0][0], cells[0][1], "no Parquet type holds it", way)
    return Objects(special[kind](cells), name)


_Cells = list[tuple[int, Any]]


def _lists(cells: _Cells) -> str:
    kinds = {type(item) for _, cell in cells for item in cell}
    (kind,) = kinds if len(kinds) == 1 else (None,)
    in_range = kind is not int or all(-(1 << 63) <= item < 1 << 63 for _, cell in cells for item in cell)
    return f"list {_ITEMS[kind]}" if kind in _ITEMS and in_range else _jsons(cells)


def _jsons(cells: _Cells) -> str:
    for row, cell in cells:
        for inside, item, why, hint in problems(cell, "", 0):
            raise BadCell(row, item, f"at {inside or 'the cell'}: {why}", hint)
    return "json"


def _tuples(cells: _Cells) -> str:
    for row, cell in cells:
        try:
            label_to_json(cell)
        except ValueError as problem:
            raise BadCell(row, cell, str(problem), "list(x) packs a list") from None
    return "tuple"


def _arrays(cells: _Cells) -> str:
    kinds = {cell.dtype for _, cell in cells}
    for row, cell in cells:
        if cell.ndim != 1 or len(kinds) > 1 or cell.dtype.name not in _numbers() or not cell.dtype.isnative:
            raise BadCell(row, cell, "arrays in cells are stored if all are flat and of one type", "numpy.stack(x)")
    return f"array {kinds.pop().name}"


def _decimals(cells: _Cells) -> str:
    exponents = {cell.as_tuple().exponent for _, cell in cells}
    (only,) = exponents if len(exponents) == 1 else (1,)
    digits = max(len(cell.as_tuple().digits) for _, cell in cells)
    is_fixed = isinstance(only, int) and -_DECIMAL_DIGITS <= only <= 0 and digits <= _DECIMAL_DIGITS
    is_signed_zero = any(not cell and cell.is_signed() for _, cell in cells)
    return f"decimal {-only}" if is_fixed and not is_signed_zero else "decimaltext"


def _datetimes(cells: _Cells) -> str:
    for row, cell in cells:
        if cell.tzinfo is not None:
            raise BadCell(row, cell, "a time zone of Python has no form on disk", "pandas.to_datetime(x, utc=True)")
    return "datetime"


def _timestamps(cells: _Cells) -> str:
    units = {cell.unit for _, cell in cells}
    for row, cell in cells:
        if cell.tz is not None or len(units) > 1:
            raise BadCell(row, cell, "Timestamps as objects have one unit and no zone", "pandas.to_datetime(x)")
    return f"timestamp {units.pop()}"


def _only(values: Any, fits: Callable[[Any], bool], why: str) -> None:
    for row, each in enumerate(values):
        if not fits(each):
            raise BadCell(row, each, why, "one type a column: x.astype(str), or fillna(...)")


def _numbers() -> set[str]:
    return {"bool", "float32", "float64", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}


def _types() -> dict[str, Any]:
    import pyarrow

    text = pyarrow.large_string()
    return {
        "null": pyarrow.null(),
        "str": text,
        "int": pyarrow.int64(),
        "float": pyarrow.float64(),
        "bool": pyarrow.bool_(),
        "bytes": pyarrow.large_binary(),
        "date": pyarrow.date32(),
        "datetime": pyarrow.timestamp("us"),
        "time": pyarrow.time64("us"),
        "timedelta": pyarrow.duration("us"),
        "uuid": text,
        "decimaltext": text,
        "json": text,
        "tuple": text,
    }


def _encoder(of: str) -> Callable[[Any], Any] | None:
    if of == "tuple":
        return lambda each: _text([label_to_json(item) for item in each])
    known: dict[str, Callable[[Any], Any]] = {"uuid": str, "decimaltext": str, "json": _text}
    return known.get(of)


def _decoder(of: str) -> Callable[[Any], Any] | None:
    if of == "tuple":
        return lambda each: tuple(label_of(item) for item in parse_json(each))
    known: dict[str, Callable[[Any], Any]] = {"uuid": uuid.UUID, "decimaltext": _decimal, "json": parse_json}
    return known.get(of)


def _decimal(text: str) -> decimal.Decimal:
    try:
        return decimal.Decimal(text)
    except decimal.InvalidOperation:
        raise ValueError(f"{text[:40]!r} is not a number") from None


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _boxed(chunk: Any, kind: str) -> Iterator[Any]:
    """NumPy scalars or Timestamps, and None."""
    import numpy
    import pandas

    filled = chunk.fill_null(0) if kind == "numpy" else chunk
    values = filled.to_numpy(zero_copy_only=False)
    if kind == "timestamp":
        values = pandas.DatetimeIndex(values).astype(object)
    for each, is_there in zip(values, numpy.asarray(chunk.is_valid()), strict=True):
        yield each if is_there else None


def _missing_types() -> dict[str, type]:
    import pandas

    return {"None": type(None), "NA": type(pandas.NA), "NaT": type(pandas.NaT)}


def _missing_values() -> dict[str, Any]:
    import numpy
    import pandas

    return {"None": None, "NaN": numpy.nan, "NA": pandas.NA, "NaT": pandas.NaT}


_MISSING: dict[str, Callable[[Any], bool]] = {
    "None": lambda each: each is None,
    "NaN": lambda each: type(each) is float and each != each,
    "NA": lambda each: type(each).__name__ == "NAType",
    "NaT": lambda each: type(each).__name__ == "NaTType",
}
