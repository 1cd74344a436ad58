"""The types and labels of pandas as JSON, and back: what a Parquet file does not keep of them.

What comes back may be a stranger's. Every function that reads it raises ValueError, TypeError or LookupError.
"""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

_PLAIN = re.compile(
    r"bool|u?int(?:8|16|32|64)|float(?:16|32|64)|complex(?:64|128)|(?:datetime|timedelta)64\[(?:s|ms|us|ns)\]"
    r"|[<>](?:[iu][248]|f[248]|c8|c16|[Mm]8\[(?:s|ms|us|ns)\])"
)
_ZONE = re.compile(r"(?!dateutil)[A-Za-z0-9_+:-]+(?:/[A-Za-z0-9_+-]+)*")
_FREQUENCY = re.compile(r"[A-Za-z0-9:-]{1,30}")
_MASKED = re.compile(r"boolean|U?Int(?:8|16|32|64)|Float(?:32|64)")
_SCALARS = re.compile(r"bool|u?int(?:8|16|32|64)|float(?:16|32|64)")


def spec_of(dtype: Any) -> Any:
    """The type as JSON; None if it cannot come back equal."""
    import numpy
    import pandas

    if isinstance(dtype, numpy.dtype):
        text = dtype.name if dtype.isnative else dtype.str
        return {"type": "object"} if dtype.kind == "O" else text if _PLAIN.fullmatch(text) else None
    found: Any = None
    if isinstance(dtype, pandas.DatetimeTZDtype):
        found = {"type": "tz", "unit": dtype.unit, "tz": str(dtype.tz)}
    elif isinstance(dtype, pandas.StringDtype):
        found = {"type": "string", "storage": dtype.storage, "missing": "NA" if dtype.na_value is pandas.NA else "NaN"}
    elif isinstance(dtype, pandas.PeriodDtype):
        found = {"type": "period", "freq": dtype.name[len("period[") : -1]}
    elif isinstance(dtype, pandas.IntervalDtype):
        found = {"type": "interval", "of": spec_of(dtype.subtype), "closed": dtype.closed}
    elif isinstance(dtype, pandas.CategoricalDtype):
        return {"type": "category", "ordered": bool(dtype.ordered)}
    elif isinstance(dtype, pandas.SparseDtype):
        found = {"type": "sparse", "of": spec_of(dtype.subtype), "fill": label_to_json(dtype.fill_value)}
    elif isinstance(dtype, pandas.ArrowDtype):
        return {"type": "arrow", "name": str(dtype)} if _is_named(dtype) else {"type": "arrow"}
    elif _MASKED.fullmatch(dtype.name):
        found = {"type": "masked", "name": dtype.name}
    try:
        return found if found is not None and dtype_of(found) == dtype else None
    except (LookupError, TypeError, ValueError):
        return None


def dtype_of(spec: Any) -> Any:
    """The type that `spec_of` told, but for categories, and Arrow's nested types, which the file has."""
    import numpy
    import pandas

    if isinstance(spec, str):
        return numpy.dtype(_matching(_PLAIN, spec))
    kind = spec["type"]
    if kind == "object":
        return numpy.dtype(object)
    if kind == "tz":
        return pandas.DatetimeTZDtype(_one_of(("s", "ms", "us", "ns"), spec["unit"]), _matching(_ZONE, spec["tz"]))
    if kind == "string":
        return _string_dtype(_one_of(("python", "pyarrow", "pyarrow_numpy"), spec["storage"]), spec["missing"] == "NA")
    if kind == "period":
        return pandas.PeriodDtype(_matching(_FREQUENCY, spec["freq"]))
    if kind == "interval":
        return pandas.IntervalDtype(dtype_of(spec["of"]), _one_of(("left", "right", "both", "neither"), spec["closed"]))
    if kind == "sparse":
        return pandas.SparseDtype(dtype_of(spec["of"]), label_of(spec["fill"]))
    if kind == "masked":
        return pandas.api.types.pandas_dtype(_matching(_MASKED, spec["name"]))
    if kind == "arrow":
        return pandas.api.types.pandas_dtype(_matching(re.compile(r"[\w\[\], /+:=-]+\[pyarrow\]"), spec["name"]))
    raise ValueError(f"there is no type {str(kind)[:40]!r}")


def frequency_to_json(index: Any) -> str | None:
    """The steps of an index of dates as text; None if it has none. Raises ValueError if text does not say it all."""
    import pandas

    freq = getattr(index, "freq", None)
    if freq is None or isinstance(index, pandas.PeriodIndex):
        return None
    if not _FREQUENCY.fullmatch(freq.freqstr) or pandas.tseries.frequencies.to_offset(freq.freqstr) != freq:
        raise ValueError(f"its freq {freq!r} has no text")
    return str(freq.freqstr)


def frequency_of(told: Any) -> Any:
    """The steps as pandas has them."""
    import pandas

    return None if told is None else pandas.tseries.frequencies.to_offset(_matching(_FREQUENCY, told))


def label_to_json(label: Any) -> Any:
    """One label as JSON, its exact type with it. Raises ValueError for a type that has none."""
    import numpy
    import pandas

    kind = type(label)
    if label is None or kind in (str, int, bool) or (kind is float and math.isfinite(label)):
        return label
    if kind is float:
        return {"float": str(label)}
    if kind is tuple:
        return {"tuple": [label_to_json(item) for item in label]}
    if label is pandas.NA or label is pandas.NaT:
        return {"missing": "NA" if label is pandas.NA else "NaT"}
    if kind in (datetime.datetime, datetime.date) and getattr(label, "tzinfo", None) is None:
        return {kind.__name__: label.isoformat()}
    if kind in (pandas.Timestamp, pandas.Timedelta) and getattr(label, "tz", None) is None:
        stored = label.to_numpy()
        return {"numpy": stored.dtype.name, "value": int(stored.astype("int64")), "class": kind.__name__}
    if isinstance(label, numpy.generic) and _SCALARS.fullmatch(label.dtype.name):
        return {"numpy": label.dtype.name, "value": label_to_json(label.item())}
    raise ValueError(f"the label {label!r:.100} is a {kind.__module__}.{kind.__qualname__}")


def label_of(told: Any) -> Any:
    """The label that `label_to_json` told."""
    import numpy
    import pandas

    if not isinstance(told, dict):
        return told
    if "float" in told:
        return float(told["float"])
    if "tuple" in told:
        return tuple(label_of(item) for item in told["tuple"])
    if "missing" in told:
        return {"NA": pandas.NA, "NaT": pandas.NaT}[told["missing"]]
    if "datetime" in told:
        return datetime.datetime.fromisoformat(told["datetime"])
    if "date" in told:
        return datetime.date.fromisoformat(told["date"])
    if "class" in told:
        value = numpy.array(int(told["value"]), "int64").view(_matching(_PLAIN, told["numpy"]))[()]
        return {"Timestamp": pandas.Timestamp, "Timedelta": pandas.Timedelta}[told["class"]](value)
    return numpy.dtype(_matching(_SCALARS, told["numpy"])).type(label_of(told["value"]))


def _string_dtype(storage: str, is_na: bool) -> Any:
    """pandas before 2.3 has no text whose missing values are NaN under this name."""
    import numpy
    import pandas

    if is_na:
        return pandas.StringDtype(storage)
    try:
        return pandas.StringDtype(storage, na_value=numpy.nan)
    except TypeError:
        return pandas.StringDtype("pyarrow_numpy")


def _is_named(dtype: Any) -> bool:
    try:
        return bool(dtype_of({"type": "arrow", "name": str(dtype)}) == dtype)
    except (NotImplementedError, LookupError, TypeError, ValueError):
        return False


def _matching(pattern: re.Pattern[str], text: Any) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError(f"{str(text)[:40]!r} is not a type of pandas")
    return text


def _one_of(known: tuple[str, ...], text: Any) -> Any:
    if text not in known:
        raise ValueError(f"{str(text)[:40]!r} is not a type of pandas")
    return text
