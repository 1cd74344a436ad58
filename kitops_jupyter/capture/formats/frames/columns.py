"""Columns of pandas as arrays of Arrow, and back, a slice at a time: the exact type comes back, or is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from kitops_jupyter.capture.formats.frames.axes import index_of, index_to_json
from kitops_jupyter.capture.formats.frames.objects import Objects, objects_in
from kitops_jupyter.capture.formats.frames.types import dtype_of, spec_of


class Column(Protocol):
    """One column: `spec` and `categories` are JSON from which `column_of` makes it again."""

    @property
    def spec(self) -> Any: ...
    @property
    def categories(self) -> Any: ...
    @property
    def type(self) -> Any: ...

    def encode(self, values: Any) -> Any:
        """These rows as an array of `type`."""

    def room(self, rows: int) -> Any:
        """Space for so many rows."""

    def fill(self, room: Any, at: int, chunk: Any) -> None:
        """Put a chunk of the file at its rows. Raises ValueError for a chunk of another type."""

    def done(self, room: Any, stored: Any) -> Any:
        """The array of pandas or NumPy; `stored` is the type that the file has."""


def column_for(values: Any) -> Column | None:
    """How to store a column's array; None for a type that cannot come back. Raises BadCell, ValueError."""
    import numpy

    spec = spec_of(values.dtype)
    kind = spec["type"] if isinstance(spec, dict) else None
    if spec is None:
        return None
    if kind == "object":
        return ObjectColumn(objects_in(numpy.asarray(values)))
    if kind == "category":
        return CategoryColumn(values.categories, bool(values.ordered))
    if kind == "arrow":
        return ExtensionColumn(spec, values.dtype, values[:0])
    return column_of(spec, None)


def column_of(spec: Any, categories: Any) -> Column:
    """The column that was stored with this spec. Raises ValueError, TypeError, LookupError for a strange one."""
    import pandas

    if isinstance(spec, str):
        return PlainColumn(spec, dtype_of(spec))
    kind = spec["type"]
    if kind == "object":
        found = Objects(str(spec["of"]), str(spec.get("missing", "None")))
        return ObjectColumn(found)
    if kind == "category":
        return CategoryColumn(index_of(categories), spec["ordered"] is True)
    if kind == "sparse":
        return SparseColumn(spec, dtype_of(spec))
    if kind == "tz":
        return ZonedColumn(spec, dtype_of(spec))
    if kind == "arrow" and "name" not in spec:
        return ExtensionColumn(spec, None, None)
    dtype = dtype_of(spec)
    return ExtensionColumn(spec, dtype, pandas.array([], dtype=dtype))


class PlainColumn:
    """Numbers, truth values, dates and spans of NumPy; NaN stays NaN, NaT is a missing value in the file."""

    categories: Any = None

    def __init__(self, spec: Any, dtype: Any) -> None:
        import pyarrow

        self.spec, self.dtype = spec, dtype
        if dtype.kind == "c":
            part = pyarrow.float64() if dtype.itemsize == 16 else pyarrow.float32()
            self.type = pyarrow.struct([("real", part), ("imag", part)])
        else:
            self.type = pyarrow.from_numpy_dtype(dtype.newbyteorder("="))

    def encode(self, values: Any) -> Any:
        import numpy
        import pyarrow

        array = numpy.asarray(values)
        array = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
        if array.dtype.kind == "c":
            parts = [numpy.ascontiguousarray(array.real), numpy.ascontiguousarray(array.imag)]
            return pyarrow.StructArray.from_arrays([pyarrow.array(part) for part in parts], fields=list(self.type))
        return pyarrow.array(array, type=self.type, from_pandas=False)

    def room(self, rows: int) -> Any:
        import numpy

        return numpy.empty(rows, self.dtype)

    def fill(self, room: Any, at: int, chunk: Any) -> None:
        import pyarrow

        place = room[at : at + len(chunk)]
        is_time = self.dtype.kind in "Mm"
        same = (pyarrow.types.is_timestamp, pyarrow.types.is_duration)[self.dtype.kind == "m"]
        if not (same(chunk.type) if is_time else chunk.type == self.type and not chunk.null_count):
            raise ValueError(f"a column is {chunk.type}, expected {self.type}")
        if self.dtype.kind == "c":
            place.real, place.imag = chunk.field("real").to_numpy(), chunk.field("imag").to_numpy()
        else:
            place[:] = chunk.to_numpy(zero_copy_only=False)

    def done(self, room: Any, stored: Any) -> Any:
        return room


class ZonedColumn(PlainColumn):
    """Dates with a time zone."""

    def __init__(self, spec: Any, dtype: Any) -> None:
        import numpy
        import pandas
        import pyarrow

        super().__init__(spec, numpy.dtype(f"datetime64[{dtype.unit}]"))
        self.zoned, self.type = dtype, _whole(pyarrow.array(pandas.array([], dtype=dtype))).type

    def encode(self, values: Any) -> Any:
        import numpy

        return super().encode(numpy.asarray(values, dtype=self.dtype))

    def done(self, room: Any, stored: Any) -> Any:
        import pandas

        return pandas.DatetimeIndex(room).tz_localize("UTC").tz_convert(self.zoned.tz).array


class SparseColumn(PlainColumn):
    """Sparse values: dense in the file, where runs of one value take no space."""

    def __init__(self, spec: Any, dtype: Any) -> None:
        super().__init__(spec, dtype.subtype)
        self.sparse = dtype

    def done(self, room: Any, stored: Any) -> Any:
        import pandas

        return pandas.arrays.SparseArray(room, dtype=self.sparse)


@dataclass(slots=True)
class ObjectColumn:
    """Python objects of one type."""

    objects: Objects
    categories: Any = None

    @property
    def spec(self) -> Any:
        return {"type": "object", "of": self.objects.of, "missing": self.objects.missing}

    @property
    def type(self) -> Any:
        return self.objects.type

    def encode(self, values: Any) -> Any:
        return self.objects.encode(values)

    def room(self, rows: int) -> Any:
        import numpy

        return numpy.empty(rows, object)

    def fill(self, room: Any, at: int, chunk: Any) -> None:
        import numpy

        room[at : at + len(chunk)] = numpy.fromiter(self.objects.decode(chunk), dtype=object, count=len(chunk))

    def done(self, room: Any, stored: Any) -> Any:
        return room


class CategoryColumn:
    """Categories: their values in the file if it has their type, else their numbers; all of them in its footer."""

    def __init__(self, known: Any, ordered: bool) -> None:
        import pyarrow

        self.known, self.categories, self.ordered = known, index_to_json(known), ordered
        self.spec = {"type": "category", "ordered": ordered}
        inner = _category_values(known)
        self.values = None if inner is None else inner.encode(_array(known))
        self.type = pyarrow.int32() if self.values is None else self.values.type

    def encode(self, values: Any) -> Any:
        import numpy
        import pyarrow

        codes = numpy.asarray(values.codes, dtype="int32")
        numbers = pyarrow.array(codes, mask=codes < 0)
        return numbers if self.values is None else self.values.take(numbers)

    def room(self, rows: int) -> Any:
        import numpy

        return numpy.empty(rows, numpy.min_scalar_type(-max(len(self.known), 1)))

    def fill(self, room: Any, at: int, chunk: Any) -> None:
        from pyarrow import compute

        found = chunk
        if chunk.type != self.type:
            raise ValueError(f"a column is {chunk.type}, expected {self.type}")
        if self.values is not None:
            found = compute.index_in(chunk, value_set=self.values, skip_nulls=True)
            if found.null_count != chunk.null_count:
                raise ValueError("a column has values that are none of its categories")
        room[at : at + len(chunk)] = found.fill_null(-1).to_numpy(zero_copy_only=False)

    def done(self, room: Any, stored: Any) -> Any:
        import pandas

        return pandas.Categorical.from_codes(room, dtype=pandas.CategoricalDtype(self.known, ordered=self.ordered))


class ExtensionColumn:
    """Types of pandas that know their form in Arrow: text, numbers with missing values, periods, intervals, Arrow's."""

    categories: Any = None

    def __init__(self, spec: Any, dtype: Any, empty: Any) -> None:
        import pandas
        import pyarrow

        self.spec, self.dtype = spec, dtype
        self.is_text = isinstance(dtype, pandas.StringDtype)
        self.type = None
        if dtype is not None:
            self.type = pyarrow.large_string() if self.is_text else _whole(pyarrow.array(empty)).type

    def encode(self, values: Any) -> Any:
        import pyarrow

        array = _whole(pyarrow.array(values))
        return array.cast(self.type) if self.is_text else array

    def room(self, rows: int) -> Any:
        return []

    def fill(self, room: Any, at: int, chunk: Any) -> None:
        room.append(chunk)

    def done(self, room: Any, stored: Any) -> Any:
        import pandas
        import pyarrow

        chunks = pyarrow.chunked_array(room, type=stored)
        if self.dtype is None:
            return pandas.ArrowDtype(stored).__from_arrow__(chunks)
        if stored != self.type:
            chunks = chunks.cast(self.type)
        return self.dtype.__from_arrow__(chunks)


def _array(index: Any) -> Any:
    """The values of an index, as columns have them."""
    import numpy

    return index.to_numpy() if isinstance(index.dtype, numpy.dtype) else index.array


def _category_values(known: Any) -> Column | None:
    """How to store the categories' own values; None if the file has no type by which to find them again."""
    spec = spec_of(known.dtype)
    is_plain = isinstance(spec, str) and known.dtype.kind in "biufM" and known.dtype.name != "float16"
    is_text = isinstance(spec, dict) and spec["type"] == "string"
    if known.dtype == object:
        kinds = set(map(type, known))
        return ObjectColumn(Objects("str")) if kinds == {str} else None
    return column_of(spec, None) if is_plain or is_text else None


def _whole(array: Any) -> Any:
    """One array, also where pandas gives it in chunks."""
    import pyarrow

    return array.combine_chunks() if isinstance(array, pyarrow.ChunkedArray) else array
