"""Models of XGBoost, LightGBM, CatBoost and ONNX come back with the same predictions, parameters and names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.capture.formats import Loading, format_named
from kitops_jupyter.errors import VariableRefused
from tests.capture.formats.trips import Trip, run

pytestmark = [pytest.mark.libraries, pytest.mark.timeout(600)]

PREAMBLE = """
import catboost, lightgbm, onnx, skops.io, xgboost
import numpy as np
from onnx import helper, numpy_helper, TensorProto
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
R = np.random.RandomState(0)
X, words = R.rand(80, 3), np.array(["no", "yes"])
y = (X[:, 0] > 0.5).astype(int)
quiet = dict(verbosity=-1, min_child_samples=2, n_jobs=1)
calm = dict(iterations=5, silent=True, thread_count=1, allow_writing_files=False)
def graph(extra=None):
    w = numpy_helper.from_array(np.ones((2, 2), "f4"), "w")
    if extra: extra(w)
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    sides = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, 2]) for n in "xy"]
    return helper.make_model(helper.make_graph([node], "g", sides[:1], sides[1:], [w]), ir_version=10,
                             opset_imports=[helper.make_opsetid("", 20)])
def outside(w):
    onnx.external_data_helper.set_external_data(w, location="../../secret")
    w.data_location = TensorProto.EXTERNAL
    w.ClearField("raw_data")
"""
SAME = "type(back) is type(value) and np.array_equal(back.predict(X), value.predict(X))"
PROBABLY = SAME + " and np.array_equal(back.predict_proba(X), value.predict_proba(X))"
PARAMS = " and repr(back.get_params()) == repr(value.get_params())"
TRIPS = {
    "XGBoost booster": Trip(
        "value = xgboost.train({'nthread': 1}, xgboost.DMatrix(X, y, feature_names=list('abc')), 4)\n"
        "value.set_attr(by='me')",
        "np.array_equal(back.predict(xgboost.DMatrix(X, feature_names=list('abc'))),"
        " value.predict(xgboost.DMatrix(X, feature_names=list('abc')))) and back.attributes() == value.attributes()"
        " and back.feature_names == list('abc')",
        kind="model",
    ),
    "XGBClassifier": Trip(
        "value = xgboost.XGBClassifier(n_estimators=9, learning_rate=0.3, max_depth=2, early_stopping_rounds=2,"
        " eval_metric='logloss', n_jobs=1).fit(X, y, eval_set=[(X, y)], verbose=False)",
        PROBABLY + PARAMS + " and back.best_iteration == value.best_iteration",
        kind="model",
    ),
    "XGBRegressor": Trip(
        "value = xgboost.XGBRegressor(n_estimators=3, monotone_constraints=(1, 0, 0), n_jobs=1).fit(X, y)",
        SAME + PARAMS,
        kind="model",
    ),
    "XGB in a pipeline": Trip(
        "value = make_pipeline(StandardScaler(), xgboost.XGBClassifier(n_estimators=3, n_jobs=1)).fit(X, y)",
        PROBABLY,
        kind="model",
    ),
    "own objective": Trip(
        "def mine(t, p): return p - t, np.ones_like(p)\n"
        "value = xgboost.XGBRegressor(n_estimators=2, objective=mine).fit(X, y)",
        refused="x.get_params()['objective'] (builtins.function): is code",
    ),
    "XGB not fitted": Trip("value = xgboost.XGBRegressor()", refused="need to call fit"),
    "LightGBM booster": Trip(
        "value = lightgbm.train(quiet | {'objective': 'binary'}, lightgbm.Dataset(X, y), 20,"
        " valid_sets=[lightgbm.Dataset(X[::-1], y)], callbacks=[lightgbm.early_stopping(2, verbose=False)])",
        "np.array_equal(back.predict(X), value.predict(X)) and back.best_iteration == value.best_iteration"
        " and back.num_trees() == value.num_trees()",
        kind="model",
    ),
    "LGBMClassifier": Trip(
        "value = lightgbm.LGBMClassifier(n_estimators=3, **quiet).fit(X, words[y])", PROBABLY + PARAMS, kind="model"
    ),
    "CatBoostClassifier": Trip(
        "value = catboost.CatBoostClassifier(**calm).fit(X, words[y])",
        PROBABLY + " and list(back.classes_) == ['no', 'yes']",
        kind="model",
    ),
    "CatBoostRegressor": Trip("value = catboost.CatBoostRegressor(**calm).fit(X, y)", SAME, kind="model"),
    "CatBoost not fitted": Trip("value = catboost.CatBoostRegressor(**calm)", refused="cannot be saved"),
    "CatBoost in a pipeline": Trip(
        "value = make_pipeline(StandardScaler(), catboost.CatBoostClassifier(**calm)).fit(X, y)", PROBABLY, kind="model"
    ),
    "ONNX": Trip("value = graph()", "back == value and back.graph.input[0].name == 'x'", kind="model"),
    "ONNX with data elsewhere": Trip("value = graph(outside)", refused="x tensor 'w'"),
}
# CatBoost puts the time and a random name into each training: an equal training is not an equal model.
TRAINED_ANEW = {name for name in TRIPS if name.startswith("CatBoost")}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("boosters"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_model_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    if name in TRAINED_ANEW and results[name].startswith("an equal value gave other bytes"):
        return
    assert results[name] == ""


@pytest.mark.parametrize("name", ["xgboost", "lightgbm", "catboost", "onnx"])
@pytest.mark.parametrize("data", [b"", b"\0" * 64, b"{", b"not a model", b"\x80\x04cos\nsystem\n"])
def test_a_file_that_is_no_model_is_refused(name: str, data: bytes, tmp_path: Path) -> None:
    found = format_named(name)
    assert found
    path = tmp_path / f"x{found.suffix}"
    path.write_bytes(data)
    with pytest.raises(VariableRefused):
        found.load(path, {"class": "os.system"}, Loading("x"))


@pytest.mark.parametrize("location", ["/etc/passwd", "../secret", "weights.bin"])
def test_an_onnx_model_that_reads_other_files_is_refused(location: str, tmp_path: Path) -> None:
    import onnx

    weights: Any = onnx.TensorProto(name="w", data_type=1, dims=[1], data_location=onnx.TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value=location)
    inner = onnx.helper.make_node("Constant", [], ["c"], value=weights)
    branch = onnx.helper.make_graph([inner], "then", [], [])
    graph = onnx.helper.make_graph([onnx.helper.make_node("If", ["b"], ["c"], then_branch=branch)], "g", [], [])
    (tmp_path / "x.onnx").write_bytes(onnx.helper.make_model(graph).SerializeToString())
    found = format_named("onnx")
    assert found
    with pytest.raises(VariableRefused, match=r"takes the tensor 'w' from the file"):
        found.load(tmp_path / "x.onnx", {}, Loading("x"))
