"""An Index of pandas as JSON, and back: the columns of a frame, the categories of a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kitops_jupyter.capture.formats.frames.types import (
    dtype_of,
    frequency_of,
    frequency_to_json,
    label_of,
    label_to_json,
    spec_of,
)


def index_to_json(index: Any) -> dict[str, Any]:
    """All of an index: type, labels, names, frequency. Raises ValueError for what JSON cannot hold."""
    import pandas

    if isinstance(index, pandas.RangeIndex):
        return {"range": [index.start, index.stop, index.step], "name": label_to_json(index.name)}
    if isinstance(index, pandas.MultiIndex):
        return {
            "levels": [index_to_json(level.rename(None)) for level in index.levels],
            "codes": [[int(code) for code in codes] for codes in index.codes],
            "names": [label_to_json(name) for name in index.names],
        }
    spec = spec_of(index.dtype)
    if spec is None or type(index).__module__.partition(".")[0] != "pandas":
        raise ValueError(f"labels of type {index.dtype} have no text")
    told = {"type": spec, "labels": _labels_to_json(index), "name": label_to_json(index.name)}
    freq = frequency_to_json(index)
    return told if freq is None else {**told, "freq": freq}


def index_of(told: Mapping[str, Any]) -> Any:
    """The index that `index_to_json` told."""
    import pandas

    if "range" in told:
        return pandas.RangeIndex(*(int(bound) for bound in told["range"][:3]), name=label_of(told.get("name")))
    if "levels" in told:
        levels = [index_of(level) for level in told["levels"]]
        return pandas.MultiIndex(levels=levels, codes=told["codes"], names=[label_of(name) for name in told["names"]])
    spec, labels = told["type"], told["labels"]
    kind = spec["type"] if isinstance(spec, Mapping) else "plain"
    made = _values_of(kind, spec, labels)
    index = pandas.Index(made, dtype=made.dtype, name=label_of(told.get("name")))
    if told.get("freq") is not None:
        index.freq = frequency_of(told["freq"])
    return index


def _labels_to_json(index: Any) -> Any:
    import numpy
    import pandas

    dtype = index.dtype
    if isinstance(dtype, pandas.IntervalDtype):
        return [index_to_json(index.left), index_to_json(index.right)]
    if isinstance(dtype, pandas.CategoricalDtype):
        return [index_to_json(index.categories), [int(code) for code in index.codes]]
    if isinstance(dtype, pandas.PeriodDtype) or getattr(dtype, "kind", "") in ("M", "m"):
        return [int(each) for each in index.asi8]
    if getattr(dtype, "kind", "") == "c":
        raise ValueError("labels are complex numbers")
    if getattr(dtype, "kind", "") == "O" and isinstance(dtype, numpy.dtype):
        return [label_to_json(label) for label in index]
    values = index.to_numpy(dtype=object)
    return [None if is_missing else label_to_json(each) for each, is_missing in zip(values, index.isna(), strict=True)]


def _values_of(kind: str, spec: Any, labels: Any) -> Any:
    """The values of an index as an array of pandas or NumPy."""
    import numpy
    import pandas

    if kind == "interval":
        left, right = (index_of(side) for side in labels)
        return pandas.arrays.IntervalArray.from_arrays(left, right, closed=spec["closed"], dtype=dtype_of(spec))
    if kind == "category":
        dtype = pandas.CategoricalDtype(index_of(labels[0]), ordered=spec["ordered"] is True)
        return pandas.Categorical.from_codes(labels[1], dtype=dtype)
    dtype = dtype_of(spec)
    if kind == "tz":
        stored = numpy.array(labels, dtype="int64").view(f"datetime64[{dtype.unit}]")
        return pandas.DatetimeIndex(stored).tz_localize("UTC").tz_convert(dtype.tz)
    if kind == "period":
        return pandas.PeriodIndex.from_ordinals(labels, freq=dtype.freq)
    if kind == "object":
        return numpy.fromiter((label_of(label) for label in labels), dtype=object, count=len(labels))
    if kind == "plain" and dtype.kind in "Mm":
        return numpy.array(labels, dtype="int64").view(dtype)
    if kind == "plain":
        missing = numpy.nan if dtype.kind == "f" else None
        return numpy.array([missing if label is None else label_of(label) for label in labels], dtype=dtype)
    return pandas.array([label_of(label) for label in labels], dtype=dtype)
