"""The columns of a frame written to Parquet, slice by slice; what Parquet cannot hold is refused by its column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Saving
from kitops_jupyter.capture.formats.frames.columns import Column
from kitops_jupyter.capture.formats.frames.objects import BadCell
from kitops_jupyter.capture.formats.parquet_files import open_writer, rows_of_a_slice


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the file: its name there, what messages call it, its values."""

    name: str
    called: str
    column: Column
    values: Any


def write(path: Path, fields: Sequence[Field], rows: int, metadata: dict[bytes, bytes], saving: Saving) -> None:
    import pyarrow

    types = [_stored_type(field) for field in fields]
    named = [pyarrow.field(field.name, kind) for field, kind in zip(fields, types, strict=True)]
    schema = pyarrow.schema(named, metadata=metadata)
    few = [field.name for field, kind in zip(fields, types, strict=True) if _repeats(kind)]
    step = rows_of_a_slice(len(fields))
    try:
        with open_writer(path, schema, few) as writer:
            for start in range(0, max(rows, 1), step):
                arrays = [_encode(field, start, start + step, saving) for field in fields]
                writer.write_batch(pyarrow.RecordBatch.from_arrays(arrays, schema=schema), row_group_size=step)
    except (pyarrow.ArrowException, OverflowError, TypeError, ValueError) as problem:
        field = next((each for each in fields if not _is_writable(each)), fields[0])
        raise _not_in_parquet(field, problem, saving) from None


def _is_writable(field: Field) -> bool:
    import pyarrow
    from pyarrow import parquet

    try:
        parquet.write_table(pyarrow.table({"x": field.column.encode(field.values)}), pyarrow.BufferOutputStream())
    except (pyarrow.ArrowException, OverflowError, TypeError, ValueError):
        return False
    return True


def _not_in_parquet(field: Field, problem: Exception, saving: Saving) -> Exception:
    told = str(problem).partition("\n")[0][:200]
    return saving.refuse(field.values, field.called, f"Parquet cannot hold it: {told}", "x[column].astype(str)")


def _stored_type(field: Field) -> Any:
    kind = field.column.type
    return field.column.encode(field.values[:0]).type if kind is None else kind


def _repeats(kind: Any) -> bool:
    """Whether a dictionary of the values can make the file smaller: of text, not of numbers."""
    import pyarrow

    return bool(pyarrow.types.is_large_string(kind) or pyarrow.types.is_string(kind) or pyarrow.types.is_int32(kind))


def _encode(field: Field, start: int, stop: int, saving: Saving) -> Any:
    import pyarrow

    try:
        return field.column.encode(field.values[start:stop])
    except BadCell as bad:
        raise saving.refuse(bad.item, f"{field.called}.iloc[{start + bad.row}]", bad.why, bad.hint) from None
    except (pyarrow.ArrowException, OverflowError, TypeError, ValueError) as problem:
        raise _not_in_parquet(field, problem, saving) from None
