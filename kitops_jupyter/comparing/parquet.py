"""Parquet tables by pyarrow, where it is installed: schema and rows from the footers, then column by column.

The footer says how large everything is once it is unpacked, and whoever made the file wrote it: so its own sizes are
limited first, then what it says, and columns are read in batches, one at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from kitops_jupyter.comparing.results import ColumnChange, TableChange
from kitops_jupyter.comparing.sides import Bytes, Pair, TooFar, Unreadable
from kitops_jupyter.progress import beat

_FOOTER_LIMIT_BYTES = 16 << 20
_COLUMN_LIMIT_BYTES = 256 << 20  # of a column in a group of rows, unpacked
_ROWS_LIMIT = 50_000_000
_COLUMNS_LIMIT = 10_000
_BATCH_ROWS = 65_536
_MAGIC = b"PAR1"


def compare_parquet(pair: Pair) -> TableChange:
    """Both as Parquet. Raises Unreadable without pyarrow, for what is not Parquet, or is too large; TooFar."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise Unreadable("pyarrow, which reads Parquet, is not installed") from None
    try:
        one, two = (
            parquet.ParquetFile(pyarrow.PythonFile(_Reader(pair, side), mode="r")) for side in (pair.one, pair.two)
        )
        return _compared(one, two)
    except (pyarrow.ArrowException, OSError) as problem:
        raise Unreadable(f"it is not Parquet that can be read: {type(problem).__name__}") from None


class _Reader(io.RawIOBase):
    """A file for pyarrow; each read asks the budget first, and is no longer than the file."""

    def __init__(self, pair: Pair, side: Bytes) -> None:
        super().__init__()
        self._pair = pair
        self._side = side
        self._at = 0
        end = pair.start(side, 4) if side.size >= 12 else b""
        tail = self._read(side.size - 8, side.size) if end == _MAGIC else b""
        if tail[4:] != _MAGIC or not 0 < int.from_bytes(tail[:4], "little") <= min(_FOOTER_LIMIT_BYTES, side.size - 12):
            raise Unreadable("it is not a Parquet file, or its footer is too large")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def size(self) -> int:
        return self._side.size

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._side.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        end = self._side.size if size is None or size < 0 else min(self._at + size, self._side.size)
        data = self._read(self._at, end) if self._at < end else b""
        self._at += len(data)
        return data

    def _read(self, start: int, end: int) -> bytes:
        self._pair.budget.take(self._side.cost(start, end))
        return self._side.read(start, end)


def _compared(one: Any, two: Any) -> TableChange:
    before, after = (_types(file) for file in (one, two))
    columns = [ColumnChange(name, "removed", type, "") for name, type in before.items() if name not in after]
    columns += [ColumnChange(name, "added", "", type) for name, type in after.items() if name not in before]
    both = [name for name in before if name in after]
    columns += [
        ColumnChange(name, "changed", before[name], after[name]) for name in both if before[name] != after[name]
    ]
    rows = one.metadata.num_rows, two.metadata.num_rows
    alike = [name for name in both if before[name] == after[name]]
    same, unknown = 0, 0
    for name in alike if rows[0] == rows[1] else ():
        try:
            count = _unlike(one, two, name)
        except TooFar:
            unknown += 1
            continue
        same += count == 0
        if count != 0:
            columns.append(ColumnChange(name, "changed", before[name], after[name], count if count > 0 else None))
    if rows[0] != rows[1]:
        unknown = len(alike)
    note = "" if rows[0] == rows[1] else "the numbers of rows differ, so values were not compared"
    return TableChange(rows, tuple(columns), same, unknown, note=note)


def _types(file: Any) -> dict[str, str]:
    metadata = file.metadata
    if metadata.num_columns > _COLUMNS_LIMIT or not 0 <= metadata.num_rows <= _ROWS_LIMIT:
        raise Unreadable(f"it says that it has {metadata.num_rows:,} rows of {metadata.num_columns:,} columns")
    for group in range(metadata.num_row_groups):
        beat()
        for column in range(metadata.num_columns):
            if not 0 <= metadata.row_group(group).column(column).total_uncompressed_size <= _COLUMN_LIMIT_BYTES:
                raise Unreadable(f"a column of it has more than {_COLUMN_LIMIT_BYTES >> 20} MiB")
    return {field.name: str(field.type)[:200] for field in file.schema_arrow}


def _unlike(one: Any, two: Any, name: str) -> int:
    """In how many rows two columns differ; -1 if they do, and these cannot be counted."""
    from pyarrow import compute

    total = 0
    for before, after in zip(_batches(one, name), _batches(two, name), strict=True):
        if before.equals(after):
            continue
        try:
            both_null = compute.and_(
                compute.is_null(before, nan_is_null=True), compute.is_null(after, nan_is_null=True)
            )
            equal = compute.or_(compute.fill_null(compute.equal(before, after), False), both_null)
            total += len(before) - compute.sum(equal).as_py()
        except (NotImplementedError, TypeError):
            return -1
    return total


def _batches(file: Any, name: str) -> Iterator[Any]:
    """The column in pieces of equal lengths, however its groups of rows are cut."""
    import pyarrow

    waiting: list[Any] = []
    count = 0
    for batch in file.iter_batches(_BATCH_ROWS, columns=[name], use_threads=False):
        beat()
        waiting.append(batch.column(0))
        count += len(batch)
        while count >= _BATCH_ROWS:
            joined = pyarrow.concat_arrays(waiting)
            yield joined[:_BATCH_ROWS]
            waiting = [joined[_BATCH_ROWS:]]
            count -= _BATCH_ROWS
    if count:
        yield pyarrow.concat_arrays(waiting)
