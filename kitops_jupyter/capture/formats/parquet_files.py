"""Parquet files: written slice by slice, read a few columns at a time, so that memory holds the table once."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from kitops_jupyter.capture.formats.contract import Loading
from kitops_jupyter.errors import KitError, Usage, VariableRefused

ROWS = 262_144  # of a row group: few enough to be in memory twice
_GROUP_BYTES = 128 << 20  # of a wide table's row group
_READ_BYTES = 32 << 20  # of columns that are decoded at once
_CELL_BYTES = 8
_EDGE_BYTES = 4  # the magic at both ends, and the footer's length
# One page of a large dictionary: a second one would lose the order of its values.
_WRITING = {"compression": "zstd", "compression_level": 1, "version": "2.6", "write_statistics": True}


def rows_of_a_slice(columns: int) -> int:
    """How many rows are written at once."""
    return min(ROWS, max(1024, _GROUP_BYTES // (_CELL_BYTES * max(columns, 1))))


def open_writer(path: Path, schema: Any, dictionaries: Sequence[str] | bool) -> Any:
    """A writer whose file is the same for the same rows; `dictionaries` are the columns with few values."""
    from pyarrow import parquet

    return parquet.ParquetWriter(path, schema, use_dictionary=dictionaries or False, **_WRITING)


@contextmanager
def flat_memory() -> Iterator[None]:
    """Have Arrow return memory at once: its own pool keeps what it freed."""
    import pyarrow

    usual = pyarrow.default_memory_pool()
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    try:
        yield
    finally:
        pyarrow.set_memory_pool(usual)


def pieces(file: Any, names: Sequence[str], rows: int | None = None) -> Iterator[tuple[str, int, Any]]:
    """Each column's chunks in the order of rows, as name, first row and chunk; at most `_READ_BYTES` at once.

    With `rows`, only of the groups that have the first so many.
    """
    start, count = 0, max(1, file.metadata.num_columns)
    for group in range(file.num_row_groups):
        if rows is not None and start >= rows:
            return
        known = file.metadata.row_group(group)
        each = max(1, known.total_byte_size // count)
        at_once = max(1, _READ_BYTES // each)
        for first in range(0, len(names), at_once):
            some = names[first : first + at_once]
            # A name with a dot can bring others along: what is not in `some` is not looked at.
            table = file.read_row_group(group, columns=list(some))
            for name in some:
                at = start
                for chunk in table.column(name).chunks:
                    yield name, at, chunk
                    at += len(chunk)
            del table
        start += known.num_rows


def parts_of(file: BinaryIO, names_of: Callable[[Any], Sequence[str]]) -> list[tuple[int, int]] | None:
    """Where the file's footer says that the columns are which `names_of` chooses by the schema; with the footer itself.

    None without pyarrow. Raises ArrowException, ValueError, LookupError for a footer that is none.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        return None
    known = parquet.read_metadata(file)
    names = set(names_of(known.schema.to_arrow_schema()))
    end = file.seek(0, io.SEEK_END)
    parts = [(0, _EDGE_BYTES), (end - known.serialized_size - 2 * _EDGE_BYTES, end)]
    for group in range(known.num_row_groups):
        for at in range(known.num_columns):
            column = known.row_group(group).column(at)
            path = column.path_in_schema
            if path in names or any(path[:dot] in names for dot, sign in enumerate(path) if sign == "."):
                first = column.data_page_offset
                if column.has_dictionary_page and column.dictionary_page_offset:
                    first = min(first, column.dictionary_page_offset)
                parts.append((first, first + column.total_compressed_size))
    return parts


def wanted_of(labels: Sequence[str], loading: Loading) -> list[int]:
    """The places of the columns that were asked for, in the order of the question. Raises Usage for an unknown one."""
    if loading.columns is None:
        return list(range(len(labels)))
    found: list[int] = []
    for name in dict.fromkeys(loading.columns):
        there = [at for at, label in enumerate(labels) if label == name]
        if not there:
            known = ", ".join(labels[:10])
            raise Usage(f"{loading.name} has no column {name[:100]!r}", hint=f"its columns: {known[:300]}")
        found += there
    return found


@contextmanager
def refusing(path: Path, loading: Loading) -> Iterator[None]:
    """Report as VariableRefused whatever a library raises over a file that is not what it should be."""
    try:
        yield
    except KitError:
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        NotImplementedError,
        OSError,
        TypeError,
        ValueError,
    ) as problem:
        told = str(problem).partition("\n")[0][:300] or type(problem).__name__
        raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {told}") from None
    except MemoryError:
        raise VariableRefused(f"{loading.name}: {path.name} needs more memory than there is") from None
