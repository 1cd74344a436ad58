"""pandas frames, series and indexes as Parquet; what Parquet does not keep of them stands in the sidecar.

Sources: Apache Parquet and Arrow's schema in its footer; pandas' own metadata, so that `pandas.read_parquet` finds the
index. Categories stand in the footer, as there can be many.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.frames.axes import index_to_json
from kitops_jupyter.capture.formats.frames.columns import column_for
from kitops_jupyter.capture.formats.frames.objects import BadCell
from kitops_jupyter.capture.formats.frames.reading import FOOTER, read, stored_names, text_of
from kitops_jupyter.capture.formats.frames.types import frequency_to_json, label_to_json
from kitops_jupyter.capture.formats.frames.writing import Field, write
from kitops_jupyter.capture.formats.json_values import problems
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.parquet_files import flat_memory, parts_of, refusing

_FOOTER_LIMIT_BYTES = 64 << 20
_SAMPLE_ROWS = 50


class PandasFormat:
    """A frame, a series or an index; it comes back with its types, labels and index, or is refused."""

    name = "pandas"
    kind: Kind = "dataset"
    suffix = ".parquet"
    library = "pandas"
    extra = "frames"
    label = "Parquet"

    def takes(self, value: Any) -> bool:
        import pandas

        return isinstance(value, (pandas.DataFrame, pandas.Series, pandas.Index))

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        need("pyarrow", self.extra, saving.name)
        kind, frame = _as_frame(value, saving)
        restore, notes = _facts_of(kind, frame, saving)
        if kind == "series":
            restore["name"] = _name_of(value, saving)
        fields = list(_fields_of(frame, saving))
        count = len(frame.columns)
        restore["columns"] = [field.column.spec for field in fields[:count]]
        restore["index"]["levels"] = [field.column.spec for field in fields[count:]]
        if restore["labels"].get("labels") == [field.name for field in fields[:count]]:
            restore["labels"].pop("labels")
        with flat_memory():
            write(path, fields, len(frame), _metadata(frame, fields, saving), saving)
        _compare(path, value, frame, restore, saving)
        schema = [
            {"name": text_of(label), "type": str(dtype)}
            for label, dtype in zip(frame.columns, frame.dtypes, strict=True)
        ]
        if kind == "index":
            schema = [{"name": text_of(value.name), "type": str(value.dtype)}]
        return Saved(restore=restore, requires=["pyarrow"], rows=len(frame), schema=schema, notes=notes)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("pandas", self.extra, loading.name)
        need("pyarrow", self.extra, loading.name)
        with refusing(path, loading), flat_memory():
            return read(path, restore, loading, None)

    def parts(self, file: BinaryIO, restore: Facts, loading: Loading) -> Sequence[tuple[int, int]] | None:
        need("pyarrow", self.extra, loading.name)
        with refusing(Path(self.name + self.suffix), loading):
            return parts_of(file, lambda schema: stored_names(schema.names, restore, loading))


def _as_frame(value: Any, saving: Saving) -> tuple[str, Any]:
    """What it is, and the frame that holds it. A subclass has more than a frame can hold."""
    import pandas

    if type(value) is pandas.DataFrame:
        return "frame", value
    if type(value) is pandas.Series:
        return "series", value.to_frame(value.name if isinstance(value.name, str) else "value")
    if isinstance(value, pandas.Index) and type(value).__module__.partition(".")[0] == "pandas":
        return "index", pandas.DataFrame(index=value)
    raise saving.refuse(value, "", "is a subclass that would come back as a plain one", "pandas.DataFrame(x) packs it")


def _facts_of(kind: str, frame: Any, saving: Saving) -> tuple[dict[str, Any], list[str]]:
    """What the file does not say: labels, the index, flags and attrs; and notes on what was left out of attrs."""
    import pandas

    index = frame.index
    try:
        told: dict[str, Any] = {"kind": kind, "labels": index_to_json(frame.columns)}
    except ValueError as problem:
        raise saving.refuse(frame.columns, ".columns", str(problem), "x.columns = [...]") from None
    try:
        told["index"] = {"names": [label_to_json(name) for name in index.names], "freq": frequency_to_json(index)}
    except ValueError as problem:
        raise saving.refuse(index, ".index", str(problem), "x.index.freq = None, x.index.names = [...]") from None
    if isinstance(index, pandas.RangeIndex):
        told["index"]["range"] = [index.start, index.stop, index.step]
    if isinstance(index, pandas.MultiIndex):
        told["index"]["coded"] = [_is_coded(index, at) for at in range(index.nlevels)]
    if not frame.flags.allows_duplicate_labels:
        told["unique_labels"] = True
    attrs = frame.attrs
    kept = {key: each for key, each in attrs.items() if type(key) is str and not any(problems(each, "", 0))}
    if kept:
        told["attrs"] = kept
    return told, [f"{saving.name}.attrs[{key!r}] is not JSON and was left out" for key in attrs if key not in kept]


def _name_of(series: Any, saving: Saving) -> Any:
    try:
        return label_to_json(series.name)
    except ValueError as problem:
        raise saving.refuse(series.name, ".name", str(problem), "x.name = ...") from None


def _fields_of(frame: Any, saving: Saving) -> Iterator[Field]:
    """The columns, then the levels of an index that numbers alone do not make."""
    import pandas

    names = _names_of(frame.columns)
    for at, name in enumerate(names):
        series = frame.iloc[:, at]
        yield _field(name, f"[{frame.columns[at]!r}]", series, saving)
    index = frame.index
    if isinstance(index, pandas.RangeIndex) and names:
        return
    for at, title in enumerate(index.names):
        wanted = title if isinstance(title, str) and title not in names and index.names.count(title) == 1 else ""
        values = _level_of(index, at) if isinstance(index, pandas.MultiIndex) else index
        yield _field(wanted or _unused(f"__index_level_{at}__", names), f".index[{at}]", values, saving)


def _is_coded(index: Any, at: int) -> bool:
    """Whether a level's own list has more labels, or another order, than the values alone would give."""
    import pandas

    level, codes = index.levels[at], index.codes[at]
    is_usual = level.is_monotonic_increasing and len(pandas.unique(codes[codes >= 0])) == len(level)
    return not is_usual and not isinstance(level.dtype, pandas.CategoricalDtype)


def _level_of(index: Any, at: int) -> Any:
    """A level's values, as categories if it is coded."""
    import pandas

    if not _is_coded(index, at):
        return index.get_level_values(at)
    dtype = pandas.CategoricalDtype(index.levels[at])
    return pandas.Series(pandas.Categorical.from_codes(index.codes[at], dtype=dtype))


def _field(name: str, called: str, series: Any, saving: Saving) -> Field:
    import numpy

    values = series.to_numpy() if isinstance(series.dtype, numpy.dtype) else series.array
    try:
        column = column_for(values)
    except BadCell as bad:
        raise saving.refuse(bad.item, f"{called}.iloc[{bad.row}]", bad.why, bad.hint) from None
    except ValueError as problem:
        raise saving.refuse(series, called, str(problem), "x[column].astype(str)") from None
    if column is None:
        raise saving.refuse(series, called, f"the type {series.dtype} has no form in Parquet", "x[column].astype(...)")
    return Field(name, called, column, values)


def _names_of(labels: Any) -> list[str]:
    """The file's names: the labels if they are different texts, else their text, else numbers."""
    names = [label if isinstance(label, str) else text_of(label) for label in labels]
    return names if len(set(names)) == len(names) else [str(at) for at in range(len(names))]


def _unused(name: str, names: Sequence[str]) -> str:
    return name if name not in names else _unused(f"_{name}", names)


def _metadata(frame: Any, fields: Sequence[Field], saving: Saving) -> dict[bytes, bytes]:
    """The footer: categories, and pandas' own words if the file has the names that pandas would give."""
    import pandas
    import pyarrow

    listed = {str(at): field.column.categories for at, field in enumerate(fields) if field.column.categories}
    found = {FOOTER: json.dumps(listed).encode()} if listed else {}
    if sum(map(len, found.values())) > _FOOTER_LIMIT_BYTES:
        largest = max(listed, key=lambda at: len(json.dumps(listed[at])))
        field = fields[int(largest)]
        raise saving.refuse(field.values, field.called, "has too many categories", "x[column].astype(str)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of names that are not text, and of attrs: the sidecar has both
            usual = pyarrow.Schema.from_pandas(frame.iloc[:0])
        said = json.loads(usual.metadata[b"pandas"])
    except (pyarrow.ArrowException, LookupError, TypeError, ValueError):
        return found
    if usual.names != [field.name for field in fields]:
        return found
    if isinstance(frame.index, pandas.RangeIndex):
        index = frame.index
        said["index_columns"][0] |= {"start": index.start, "stop": index.stop, "step": index.step}
    said.pop("attributes", None)
    return {**found, b"pandas": json.dumps(said).encode()}


def _compare(path: Path, value: Any, frame: Any, restore: Mapping[str, Any], saving: Saving) -> None:
    """Read the first rows again as a stranger would; raise VariableRefused if they differ in anything."""
    import pandas
    from pandas import testing

    loading = Loading(saving.name)
    sample = frame.iloc[:_SAMPLE_ROWS]
    with refusing(path, loading):
        back = read(path, {**restore, "kind": "frame"}, loading, _SAMPLE_ROWS)
    # A level that is a range comes back as numbers: a level is no index of its own.
    exact = "equiv" if isinstance(frame.index, pandas.MultiIndex) else True
    try:
        testing.assert_frame_equal(
            back, sample, check_exact=True, check_index_type=exact, check_column_type=True, check_flags=True
        )
    except AssertionError as problem:
        told = " ".join(str(problem).split())[:300]
        raise saving.refuse(value, "", f"would not come back equal: {told}", "x.astype(...), x.reset_index()") from None
    for at, (there, kind) in enumerate(zip(back.dtypes, sample.dtypes, strict=True)):
        if there != kind or isinstance(back.index, pandas.MultiIndex) != isinstance(sample.index, pandas.MultiIndex):
            raise saving.refuse(frame.iloc[:, at], f"[{frame.columns[at]!r}]", f"{kind} would become {there}", "")


FORMATS = (PandasFormat(),)
