"""Which variables of a notebook can be packed: their names, types and sizes, never a value.

No code of the user runs for it: types are matched by the names that they were defined with, and sizes are asked of
exact types of known libraries.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import ModuleType
from typing import Any, Literal

from kitops_jupyter.capture.formats.table import GROUP

Role = Literal["model", "dataset", "metric", "param"]

LISTED_LIMIT = 2_000
_ITEMS_LIMIT = 64  # of a container, looked at for what it holds
_TEXT_LIMIT = 100  # characters of a name or a type; longer names are left out

_ROLES: Mapping[Role, tuple[str, ...]] = {
    "model": (
        "catboost.CatBoost",
        "diffusers.DiffusionPipeline",
        "diffusers.ModelMixin",
        "keras.Model",
        "lightgbm.Booster",
        "onnx.ModelProto",
        "peft.PeftModel",
        "prophet.Prophet",
        "sentence_transformers.SentenceTransformer",
        "sklearn.BaseEstimator",
        "spacy.Language",
        "tokenizers.Tokenizer",
        "torch.Module",
        "torch.Optimizer",
        "transformers.PreTrainedModel",
        "transformers.PreTrainedTokenizerBase",
        "xgboost.Booster",
    ),
    "dataset": (
        "PIL.Image",
        "altair.TopLevelMixin",
        "datasets.Dataset",
        "datasets.DatasetDict",
        "matplotlib.Figure",
        "numpy.ndarray",
        "pandas.DataFrame",
        "pandas.Index",
        "pandas.Series",
        "plotly.BaseFigure",
        "polars.DataFrame",
        "polars.LazyFrame",
        "polars.Series",
        "pyarrow.Table",
        "pydantic.BaseModel",
        "scipy.sparray",
        "scipy.spmatrix",
        "torch.Tensor",
        "xarray.DataArray",
        "xarray.Dataset",
        "zarr.Array",
        "zarr.Group",
    ),
    "metric": ("numpy.floating", "numpy.integer"),
    "param": ("numpy.bool", "numpy.bool_"),
}
_ROLE_OF: Mapping[str, Role] = {name: role for role, names in _ROLES.items() for name in names}
_PLAIN: Mapping[type, Role] = {float: "metric", int: "metric", bool: "param", str: "param"}
_CONTAINERS = (dict, list, tuple)
_JSON = (*_PLAIN, *_CONTAINERS, type(None))
_AXES = (
    *("Index", "RangeIndex", "MultiIndex", "CategoricalIndex"),
    *("DatetimeIndex", "IntervalIndex", "PeriodIndex", "TimedeltaIndex"),
)
_MRO, _MODULE, _NAME, _FIELDS = (type.__dict__[name] for name in ("__mro__", "__module__", "__qualname__", "__dict__"))


@dataclass(frozen=True, slots=True)
class Listed:
    """A variable: how it is most likely meant, and as much of its size as is known without asking it."""

    name: str
    type: str
    role: Role
    shape: tuple[int, ...] = ()
    size_bytes: int | None = None
    items: int | None = None


def list_variables(namespace: Mapping[str, Any], hidden: Mapping[str, Any]) -> tuple[list[Listed], int]:
    """The variables that can be packed, models first, at most 2,000; and how many there are.

    Left out are names that IPython set itself (`hidden`) or that begin with `_`, and values that no format keeps.
    """
    plugins = _plugins()
    own = [
        (name, value)
        for name, value in list(namespace.items())
        if _is_own(name) and hidden.get(name, _ROLES) is not value
    ]
    found = [listed for name, value in own if (listed := _listed(name, value, plugins))]
    order = list(_ROLES)
    found.sort(key=lambda each: (order.index(each.role), each.name))
    return found[:LISTED_LIMIT], len(found)


def _is_own(name: object) -> bool:
    return type(name) is str and name.isidentifier() and not name.startswith("_") and len(name) <= _TEXT_LIMIT


def _listed(name: str, value: Any, plugins: frozenset[str]) -> Listed | None:
    kind = type(value)
    names = [_short(each) for each in _MRO.__get__(kind)]
    role = _role_of(value, kind, names, plugins)
    if role is None:
        return None
    shape, size_bytes, items = _measured(value, kind)
    return Listed(name, names[0][:_TEXT_LIMIT], role, shape, size_bytes, items)


def _role_of(value: Any, kind: type, names: list[str], plugins: frozenset[str]) -> Role | None:
    for plain, role in _PLAIN.items():
        if kind is plain:
            return role
    if _is_one_of(kind, *_CONTAINERS):
        return "param" if _is_plain(value.values() if kind is dict else value) else "dataset"
    for name in names:
        if found := _ROLE_OF.get(name):
            return found
    is_record = any("__dataclass_fields__" in _FIELDS.__get__(each) for each in _MRO.__get__(kind))
    return "dataset" if is_record or any(name.partition(".")[0] in plugins for name in names) else None


def _is_one_of(kind: type, *kinds: type) -> bool:
    """By identity: to compare types, or to look one up, may run code of a metaclass."""
    return any(kind is each for each in kinds)


def _is_plain(items: Iterable[Any]) -> bool:
    """Whether a container seems to hold JSON values alone, which parameters are."""
    try:
        return all(_is_one_of(type(item), *_JSON) for item in islice(items, _ITEMS_LIMIT))
    except RuntimeError:  # a cell changed it meanwhile
        return False


def _short(kind: type) -> str:
    """`pandas.DataFrame` for `pandas.core.frame.DataFrame`: what a class says of itself is taken only if it is text."""
    module, name = _MODULE.__get__(kind), _NAME.__get__(kind)
    library = module.partition(".")[0] if type(module) is str else ""
    last = name.rpartition(".")[2] if type(name) is str else "?"
    return last if library in ("", "builtins", "__main__") else f"{library}.{last}"


def _measured(value: Any, kind: type) -> tuple[tuple[int, ...], int | None, int | None]:
    """Shape, bytes and number of items: of types that are exactly those of a library, whose own code answers."""
    if _is_one_of(kind, *_CONTAINERS, str):
        return (), None, len(value)
    try:
        if _is(kind, "numpy", "ndarray"):
            return tuple(value.shape), value.nbytes, None
        if _is(kind, "pandas", "DataFrame", "Series") or _is(kind, "geopandas", "GeoDataFrame"):
            axes = value.axes
            is_known = all(_is(type(axis), "pandas", *_AXES) for axis in axes)
            return tuple(len(axis) for axis in axes) if is_known else (), None, None
        if _is(kind, "polars", "DataFrame"):
            return tuple(value.shape), None, None
        if _is(kind, "polars", "Series"):
            return (value.len(),), None, None
        if _is(kind, "pyarrow", "Table"):
            return (value.num_rows, value.num_columns), value.nbytes, None
    except Exception:  # noqa: BLE001 -- a library may fail over what its user did to the value; then no size is reported
        pass
    return (), None, None


def _is(kind: type, library: str, *names: str) -> bool:
    """Whether the type is, exactly, a public one of a library that is imported."""
    module = sys.modules.get(library)
    return type(module) is ModuleType and any(module.__dict__.get(name) is kind for name in names)


def _plugins() -> frozenset[str]:
    """The libraries whose types formats of other distributions take."""
    from importlib.metadata import entry_points

    return frozenset(point.name.partition(".")[0] for point in entry_points(group=GROUP))
