"""Dataclasses and models come back as dicts, or as the class that the user names; bfloat16 comes back as itself."""

from __future__ import annotations

import pytest

from tests.capture.formats.trips import Trip, run

PREAMBLE = """
import dataclasses
import numpy as np

@dataclasses.dataclass
class Inner:
    rate: float = 0.1

@dataclasses.dataclass
class Config:
    name: str
    inner: Inner
    layers: list = dataclasses.field(default_factory=lambda: [1, 2])

value = Config("é", Inner(0.5))
"""
MODEL = (
    "import pydantic\nclass Mine(pydantic.BaseModel):\n    a: int\n    b: list[str] = []\nvalue = Mine(a=1, b=['x'])"
)
TRIPS = {
    "a dict": Trip("", "back == {'name': 'é', 'inner': {'rate': 0.5}, 'layers': [1, 2]}"),
    "the class": Trip("", "repr(back) == repr(value)", load="into=Config"),
    "a set inside": Trip("value.layers = {1}", refused="x['layers'] (builtins.set)"),
    "bfloat16": Trip(
        "import ml_dtypes\nvalue = np.array([1.5, -2], dtype=ml_dtypes.bfloat16)",
        "back.dtype == value.dtype and (back == value).all()",
    ),
    "small floats in a dict": Trip(
        "import ml_dtypes\nvalue = {'w': np.ones(3, dtype=ml_dtypes.float8_e4m3fn)}",
        "back['w'].dtype == value['w'].dtype and (back['w'] == value['w']).all()",
    ),
}
NEEDS = {"bfloat16": "ml_dtypes", "small floats in a dict": "ml_dtypes", "a model": "pydantic"}
TRIPS["a model"] = Trip(MODEL, "back == value.model_dump()")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("records"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_record_comes_back(name: str, results: dict[str, str]) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    assert results[name] == ""
