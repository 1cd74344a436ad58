"""A frame, series or index back from its file and the facts of its sidecar, which may be a stranger's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Loading
from kitops_jupyter.capture.formats.frames.axes import index_of
from kitops_jupyter.capture.formats.frames.columns import Column, column_of
from kitops_jupyter.capture.formats.frames.types import frequency_of, label_of
from kitops_jupyter.capture.formats.parquet_files import pieces, wanted_of
from kitops_jupyter.disk import parse_json

FOOTER = b"kitops.categories"
_CONSOLIDATED_BYTES = 64 << 20  # below it a copy into blocks costs less than many small arrays do later


def text_of(label: Any) -> str:
    """A label as a name in the file, or as a user asks for it."""
    return "" if label is None else str(label)


def read(path: Path, restore: Facts, loading: Loading, limit: int | None) -> Any:
    """The value, or its first rows as a frame. Raises ValueError, TypeError, LookupError for facts that do not fit."""
    import pandas
    import pyarrow
    from pyarrow import parquet

    pyarrow.array(pandas.array([], dtype="period[D]"))  # has pandas tell Arrow its types, before a file names them
    with parquet.ParquetFile(path, pre_buffer=False) as file:
        stored = file.schema_arrow
        labels, wanted = _chosen(stored.names, restore, loading)
        specs, index_told = restore["columns"], restore["index"]
        levels = index_told.get("levels") or []
        known = parse_json((stored.metadata or {}).get(FOOTER, b"{}"))
        columns = {
            at: column_of(spec, known.get(str(at)))
            for at, spec in enumerate([*specs, *levels])
            if at in wanted or at >= len(specs)
        }
        rows = file.metadata.num_rows if limit is None else min(limit, file.metadata.num_rows)
        arrays = _arrays(file, columns, rows, is_sample=limit is not None)
    index = _index_of(index_told, [arrays[len(specs) + at] for at in range(len(levels))], rows, limit)
    kind = restore["kind"]
    if kind == "index":
        return index
    frame = _frame_of([arrays[at] for at in wanted], index, labels if loading.columns is None else labels.take(wanted))
    frame.attrs.update(restore.get("attrs") or {})
    frame = frame.set_flags(allows_duplicate_labels=restore.get("unique_labels") is not True)
    if kind != "series":
        return frame
    series = frame.iloc[:, 0]
    series.name = label_of(restore.get("name"))
    return series


def stored_names(names: Sequence[str], restore: Facts, loading: Loading) -> list[str]:
    """Which columns of a file with these `read` needs: those wanted, and the index. Raises as `read` does."""
    _, wanted = _chosen(names, restore, loading)
    return [names[at] for at in wanted] + list(names[len(restore["columns"]) :])


def _chosen(names: Sequence[str], restore: Facts, loading: Loading) -> tuple[Any, list[int]]:
    """The frame's labels, and the places of those that are wanted."""
    specs, levels = restore["columns"], restore["index"].get("levels") or []
    if len(names) != len(specs) + len(levels) or len(set(names)) != len(names):
        raise ValueError(f"it has {len(names)} columns, its sidecar {len(specs)} and {len(levels)}")
    labels = index_of({"labels": names[: len(specs)], **restore["labels"]})
    return labels, wanted_of([text_of(label) for label in labels], loading) if specs else []


def _arrays(file: Any, columns: Mapping[int, Column], rows: int, *, is_sample: bool) -> dict[int, Any]:
    stored = file.schema_arrow  # made anew each time that it is asked for
    names = {stored.names[at]: at for at in columns}
    rooms = {at: column.room(rows) for at, column in columns.items()}
    filled = dict.fromkeys(columns, 0)
    for name, start, chunk in pieces(file, list(names), rows if is_sample else None):
        at = names[name]
        columns[at].fill(rooms[at], start, chunk[: max(0, rows - start)])
        filled[at] += len(chunk)
    wrong = [count for count in filled.values() if count != rows]
    if wrong and not is_sample:
        raise ValueError(f"a column has {wrong[0]} rows, the file says {rows}")
    return {at: columns[at].done(rooms.pop(at), stored.field(at).type) for at in columns}


def _index_of(told: Mapping[str, Any], arrays: Sequence[Any], rows: int, limit: int | None) -> Any:
    import pandas

    names = [label_of(name) for name in told["names"]]
    if "range" in told:
        index = pandas.RangeIndex(*(int(bound) for bound in told["range"][:3]), name=names[0])
        index = index if limit is None else index[:rows]
        if len(index) != rows:
            raise ValueError(f"it has {rows} rows, its sidecar {len(index)}")
        return index
    if "coded" in told:
        parts = [_level_of(array, is_coded) for array, is_coded in zip(arrays, told["coded"], strict=True)]
        return pandas.MultiIndex([level for level, _ in parts], [codes for _, codes in parts], names=names)
    index = pandas.Index(arrays[0], dtype=arrays[0].dtype, name=names[0])
    if told.get("freq") is not None:
        index.freq = frequency_of(told["freq"])
    return index


def _level_of(array: Any, is_coded: bool) -> tuple[Any, Any]:
    """The labels of one level and their numbers; those of a coded one are its categories."""
    import pandas

    if is_coded:
        return array.categories, array.codes
    one = pandas.MultiIndex.from_arrays([pandas.Index(array, dtype=array.dtype)])
    return one.levels[0], one.codes[0]


def _frame_of(arrays: Sequence[Any], index: Any, labels: Any) -> Any:
    import numpy
    import pandas

    plain = [each if isinstance(each, numpy.ndarray) and each.dtype != object else None for each in arrays]
    held = {
        at: each if plain[at] is not None else pandas.Series(each, dtype=each.dtype, copy=False)
        for at, each in enumerate(arrays)
    }
    is_small = sum(each.nbytes for each in arrays) < _CONSOLIDATED_BYTES
    frame = pandas.DataFrame(held, copy=is_small) if held else pandas.DataFrame(index=index)
    if held:
        frame.index = index
    frame.columns = labels
    return frame
