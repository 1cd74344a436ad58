"""Which format keeps a value: by the names of the modules that its types come from. No library is imported to match."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from kitops_jupyter.capture.formats.contract import Format
from kitops_jupyter.errors import Cancelled, VariableRefused

GROUP = "kitops_jupyter.formats"
# By the library whose types they take, the more special first: an XGBClassifier is an estimator of scikit-learn, too.
_BUILT_IN = (
    ("onnx", "onnx_models"),
    ("xgboost", "xgboost_models"),
    ("lightgbm", "lightgbm_models"),
    ("catboost", "catboost_models"),
    ("keras", "keras_models"),
    ("sentence_transformers", "sentence_models"),
    ("peft", "peft_adapters"),
    ("diffusers", "diffusers_models"),
    ("transformers", "transformers_models"),
    ("tokenizers", "tokenizers_json"),
    ("spacy", "spacy_pipelines"),
    ("prophet", "prophet_models"),
    ("statsmodels", "statsmodels_results"),
    ("tensorflow", "tensorflow_models"),
    ("torch", "torch_programs"),
    ("torch", "torch_optimizers"),
    ("torch", "torch_tensors"),
    ("sklearn", "scikit_learn"),
    ("geopandas", "geo_frames"),
    ("datasets", "hf_datasets"),
    ("xarray", "xarray_sets"),
    ("zarr", "zarr_stores"),
    ("pandas", "frames"),
    ("polars", "polars_frames"),
    ("pyarrow", "arrow_tables"),
    ("scipy", "scipy_sparse"),
    ("PIL", "pil_images"),
    ("matplotlib", "matplotlib_figures"),
    ("plotly", "plotly_figures"),
    ("altair", "altair_charts"),
    ("numpy", "numpy_arrays"),
    ("builtins", "json_values"),
    ("pydantic", "records"),
    ("builtins", "records"),
    ("", "pickles"),  # taken by name only
)
_CONTAINERS = (dict, list, tuple)
_ITEMS_LIMIT = 64  # of a container, looked at for the library of what it holds


def format_of(value: Any) -> Format:
    """The format that keeps this value, ours before a plugin's. Raises VariableRefused for a value that none takes."""
    libraries = _libraries_of(value)
    for found in _candidates(libraries):
        if found.takes(value):
            return found
    kind = type(value)
    raise VariableRefused(
        f"no format keeps a {kind.__module__}.{kind.__qualname__}",
        hint="save it as a file yourself, or pack with --allow-pickle; code belongs in a .py file beside the notebook",
    )


def format_named(name: str) -> Format | None:
    """The format with this name, ours or an installed plugin's; None if there is none."""
    for _, module in _BUILT_IN:
        for found in _formats_in(module):
            if found.name == name:
                return found
    return next((found for found in _plugins(None) if found.name == name), None)


def names() -> list[str]:
    """Every built-in format's name."""
    return [found.name for module in dict.fromkeys(module for _, module in _BUILT_IN) for found in _formats_in(module)]


def type_names(value: Any) -> list[str]:
    """The value's type and its bases, each as module and name."""
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in type(value).__mro__]


def _libraries_of(value: Any) -> set[str]:
    """The top modules of the value's types, and of what a container holds."""
    found = {name.partition(".")[0] for name in type_names(value)}
    if isinstance(value, _CONTAINERS):
        items: Iterable[Any] = value.values() if isinstance(value, dict) else value
        for item in islice(items, _ITEMS_LIMIT):
            found.update(name.partition(".")[0] for name in type_names(item))
    return found


def _candidates(libraries: set[str]) -> Iterator[Format]:
    for library, module in _BUILT_IN:
        if library in libraries:
            yield from _formats_in(module)
    yield from _plugins(libraries)


def _formats_in(module: str) -> Sequence[Format]:
    formats: Sequence[Format] = importlib.import_module(f"kitops_jupyter.capture.formats.{module}").FORMATS
    return formats


def _plugins(libraries: set[str] | None) -> Iterator[Format]:
    """Formats of other distributions; an entry point is called as the library whose types it takes, and only then
    imported. A plugin that cannot be imported is as good as none."""
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        if libraries is None or point.name.partition(".")[0] in libraries:
            try:
                found = point.load()
                yield found() if isinstance(found, type) else found
            except Cancelled:
                raise
            except Exception:  # noqa: BLE001 -- whatever a stranger's module raises
                continue
