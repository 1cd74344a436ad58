"""What the panel is told of a notebook's variables: never a value, and no code of the user runs for it."""

from __future__ import annotations

import importlib
import re
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy
import pandas
import pyarrow
import pytest
from sklearn.linear_model import LogisticRegression

from kitops_jupyter.capture import list_variables
from kitops_jupyter.capture.formats import table
from kitops_jupyter.capture.listing import _ROLE_OF, LISTED_LIMIT

FRAME = pandas.DataFrame({"age": [1, 2, 3], "income": [1.0, 2.0, 3.0]})


def listed(**variables: Any) -> dict[str, dict[str, Any]]:
    return {each.name: asdict(each) for each in list_variables(variables, {})[0]}


def test_each_variable_has_its_type_its_size_and_how_it_is_most_likely_meant() -> None:
    found = listed(
        clf=LogisticRegression(),
        train=FRAME,
        ages=FRAME["age"],
        rows=pyarrow.Table.from_pandas(FRAME),
        weights=numpy.zeros((2, 3)),
        auc=0.9,
        steps=3,
        loss=numpy.float32(0.1),
        name="adam",
        config={"lr": 0.1},
        layers=[1, 2],
        parts={"a": numpy.zeros(2)},
    )
    assert {name: (each["role"], each["type"]) for name, each in found.items()} == {
        "clf": ("model", "sklearn.LogisticRegression"),
        "train": ("dataset", "pandas.DataFrame"),
        "ages": ("dataset", "pandas.Series"),
        "rows": ("dataset", "pyarrow.Table"),
        "weights": ("dataset", "numpy.ndarray"),
        "parts": ("dataset", "dict"),
        "auc": ("metric", "float"),
        "steps": ("metric", "int"),
        "loss": ("metric", "numpy.float32"),
        "name": ("param", "str"),
        "config": ("param", "dict"),
        "layers": ("param", "list"),
    }
    assert next(iter(found)) == "clf"
    assert (found["train"]["shape"], found["ages"]["shape"], found["rows"]["shape"]) == ((3, 2), (3,), (3, 2))
    assert (found["weights"]["shape"], found["weights"]["size_bytes"]) == ((2, 3), 48)
    assert (found["name"]["items"], found["layers"]["items"], found["auc"]["items"]) == (4, 2, None)


def test_names_of_ipython_private_names_modules_functions_and_classes_are_left_out() -> None:
    here: dict[Any, Any] = {"In": [], "_": 1, "__x": 1, "re": re, "f": len, "g": lambda: 1, "C": Listing, "x": 1}
    here |= {"nothing": None, "not a name": 1, 3: 1, "n" * 101: 1}
    assert [each.name for each in list_variables(here, {"In": here["In"]})[0]] == ["x"]
    assert [each.name for each in list_variables(here, {"In": "another"})[0]] == ["x", "In"]


class Listing:
    """A class of the user's."""


def test_no_code_of_the_user_runs_for_the_list() -> None:
    ran: list[str] = []

    def noticed(*asked: Any) -> Any:
        ran.append(str(asked[1:]))
        raise RuntimeError("asked")

    class Meta(type):
        __module__ = property(noticed)
        __mro__ = property(noticed)
        __instancecheck__ = __subclasscheck__ = __getattribute__ = __eq__ = __hash__ = noticed

    hooks = ("__len__", "__repr__", "__getattr__", "__getattribute__", "__eq__", "__iter__", "__bool__", "__class__")
    body: dict[str, Any] = dict.fromkeys((*hooks, "__sizeof__", "__array__", "shape", "nbytes"), noticed)
    body["__class__"] = body["shape"] = property(noticed)
    made: dict[str, Any] = {"strange": type.__call__(Meta("Strange", (), dict(body)))}
    for base in (dict, list, str, int, float, numpy.ndarray, pandas.DataFrame, LogisticRegression):
        kind: Any = type("Own", (base,), dict(body))
        new: Any = base.__new__
        made[base.__name__] = new(kind, (1,)) if base is numpy.ndarray else new(kind)
    ran.clear()
    found = {each.name: each for each in list_variables(made, {})[0]}
    assert ran == []
    assert set(found) == {"ndarray", "DataFrame", "LogisticRegression"}
    assert {each.shape for each in found.values()} == {()}


def test_a_frame_with_an_index_of_the_users_own_has_no_shape_here() -> None:
    plain: Any = pandas.Index

    class Own(plain):  # type: ignore[misc]
        def __len__(self) -> int:
            raise RuntimeError("asked")

    frame = FRAME.copy()
    frame._mgr.axes[1] = object.__new__(Own)
    assert listed(frame=frame)["frame"]["shape"] == ()


def test_a_record_is_a_data_set() -> None:
    @dataclass
    class Point:
        x: int

    assert listed(p=Point(1))["p"]["role"] == "dataset"


def test_a_thousand_variables_are_listed_at_once_and_more_are_counted() -> None:
    many: dict[str, Any] = {f"v{number}": FRAME for number in range(LISTED_LIMIT + 500)}
    began_s = time.perf_counter()
    found, total = list_variables(many, {})
    assert (len(found), total) == (LISTED_LIMIT, LISTED_LIMIT + 500)
    assert time.perf_counter() - began_s < 2


@pytest.mark.parametrize("library", sorted({library for library, _ in table._BUILT_IN} - {"", "builtins"}))
def test_each_library_that_a_format_knows_has_its_types_in_the_list(library: str) -> None:
    own = {name.partition(".")[0] for name in _ROLE_OF}
    inherited = {"geopandas"}  # its frames are pandas' frames
    refused = {"statsmodels", "tensorflow"}  # not packed as they are: the list would promise too much
    assert library in own | inherited | refused


@pytest.mark.filterwarnings("ignore:In the future `np.bool`:FutureWarning")  # an old NumPy's
@pytest.mark.parametrize("name", sorted(_ROLE_OF))
def test_the_types_of_the_list_are_called_so_by_their_libraries(name: str) -> None:
    library, _, kind = name.partition(".")
    homes = {"sklearn": "sklearn.base", "torch": "torch.nn", "scipy": "scipy.sparse", "PIL": "PIL.Image"}
    homes |= {"matplotlib": "matplotlib.figure", "plotly": "plotly.basedatatypes"}
    module = pytest.importorskip(homes.get(library, library))
    found = getattr(module, kind, None) or getattr(importlib.import_module(library), kind, None)
    if found is None and library == "torch":
        found = module.modules.module.Module if kind == "Module" else importlib.import_module("torch.optim").Optimizer
    if found is None:
        assert name == "numpy.bool"  # NumPy 2 calls numpy.bool_ so
        return
    from kitops_jupyter.capture.listing import _short

    assert _short(found) in (name, "numpy.bool")
