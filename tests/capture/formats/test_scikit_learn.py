"""scikit-learn's models come back equal from files that run no code; what cannot come back is refused at pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kitops_jupyter.errors import TrustNeeded
from tests.capture.formats.skops_files import load, saved
from tests.capture.formats.trips import Trip, run

pytest.importorskip("skops")

PREAMBLE = """
import functools, os, sys, tempfile
import numpy as np
import skops.io
from sklearn.cluster import Birch
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
X, y = load_iris(return_X_y=True)
folder = tempfile.mkdtemp()
open(os.path.join(folder, "own_steps.py"), "w").write("def half(x):\\n    return x / 2\\n")
sys.path.insert(0, folder)
"""
SAME = "type(back) is type(value) and np.array_equal(back.predict(X), value.predict(X))"
LAMBDA = "value = make_pipeline(StandardScaler(), FunctionTransformer(lambda x: x)).fit(X)"
OWN = "import own_steps\nvalue = make_pipeline(FunctionTransformer(own_steps.half), LogisticRegression()).fit(X, y)"
TRIPS = {
    "estimator": Trip("value = LogisticRegression(max_iter=500).fit(X, y)", SAME, kind="model"),
    "not fitted": Trip("value = LogisticRegression(C=3)", "back.get_params() == value.get_params()", kind="model"),
    "pipeline": Trip(
        "value = make_pipeline(StandardScaler(), SelectKBest(k=2), LogisticRegression()).fit(X, y)", SAME, kind="model"
    ),
    "forest": Trip("value = RandomForestClassifier(5, random_state=0).fit(X, y)", SAME, kind="model"),
    "histogram trees": Trip(
        "value = HistGradientBoostingClassifier(max_iter=3, random_state=0).fit(X, y)", SAME, kind="model"
    ),
    "neighbours": Trip("value = KNeighborsClassifier(algorithm='ball_tree').fit(X, y)", SAME, kind="model"),
    "search": Trip(
        "value = GridSearchCV(LogisticRegression(max_iter=500), {'C': [0.1, 1]}, cv=StratifiedKFold(3),"
        " scoring=['accuracy', 'f1_macro'], refit='accuracy').fit(X, y)\n"
        "value.refit_time_, value.cv_results_ = 0, {k: v for k, v in value.cv_results_.items() if 'time' not in k}",
        SAME + " and back.best_params_ == value.best_params_ and back.best_score_ == value.best_score_",
        kind="model",
    ),
    "columns of a frame": Trip(
        "import pandas as pd\n"
        "F = pd.DataFrame({'n': [1.0, 2, 3, 4], 'c': ['a', 'b', 'a', 'b']})\n"
        "value = make_pipeline(ColumnTransformer([('n', StandardScaler(), make_column_selector(dtype_include=float)),"
        " ('c', OneHotEncoder(), ['c'])]), LogisticRegression()).fit(F, ['x', 'y', 'x', 'y'])",
        "(back.predict(F) == value.predict(F)).all() and list(back.feature_names_in_) == ['n', 'c']",
        kind="model",
    ),
    "words of a text": Trip(
        "T = ['red green', 'blue', 'blue red']\n"
        "value = make_pipeline(TfidfVectorizer(stop_words=['green', 'the']), LogisticRegression()).fit(T, [0, 1, 1])",
        "(back.predict_proba(T) == value.predict_proba(T)).all()",
        kind="model",
    ),
    "a set": Trip(
        "value = TfidfVectorizer(vocabulary={w: i for i, w in enumerate('abc')})\n"
        "value.words_ = {'red', 'green', 'blue', 'grey', 'black'}",
        "back.words_ == value.words_",
        kind="model",
    ),
    "a dict of models": Trip(
        "value = {'lr': LogisticRegression(max_iter=500).fit(X, y), 'knn': KNeighborsClassifier().fit(X, y)}",
        "list(back) == ['lr', 'knn'] and (back['knn'].predict(X) == value['knn'].predict(X)).all()",
        kind="model",
    ),
    "the user's own file": Trip(
        OWN, SAME, kind="model", load="trust_types=frozenset({'own_steps.half'})"
    ),
    "a lambda": Trip(LAMBDA, refused="x.steps[1][1].func (builtins.function): a lambda"),
    "a function of the notebook": Trip(
        "def half(x): return x / 2\nvalue = make_pipeline(FunctionTransformer(half)).fit(X)",
        refused="x.steps[0][1].func (builtins.function): half is defined in the notebook",
    ),
    "a class of the notebook": Trip(
        "class Mine(StandardScaler): pass\nvalue = make_pipeline(Mine()).fit(X)",
        refused="x.steps[0][1] (__main__.Mine): Mine is defined in the notebook",
    ),
    "a function in a function": Trip(
        "import json\nvalue = FunctionTransformer(functools.partial(json.dumps, default=(lambda: (lambda x: x))()))",
        refused="x.func.keywords['default'] (builtins.function): a lambda",
    ),
    "an open file": Trip(
        "import os\nvalue = LogisticRegression()\nvalue.log_ = {'to': [open(os.devnull)]}",
        refused="x.log_['to'][0] (_io.TextIOWrapper): cannot be stored",
    ),
    "itself": Trip("value = LogisticRegression()\nvalue.me_ = [value]", refused="holds itself"),
    "Birch": Trip("value = Birch().fit(X)", refused="x (sklearn.cluster._birch.Birch): cannot be stored"),
}  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("sklearn"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_model_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""


def test_what_the_model_knows_of_its_training_is_told(tmp_path: Path) -> None:
    import pandas
    from sklearn.model_selection import GridSearchCV
    from sklearn.naive_bayes import GaussianNB

    frame = pandas.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [0.0, 1, 0, 1, 0, 1]})
    search = GridSearchCV(GaussianNB(), {"var_smoothing": [0.5, 1]}, cv=3).fit(frame, [0, 1, 0, 1, 0, 1])
    _, told = saved(search, tmp_path)
    assert told.metrics["best_score"] == search.best_score_
    assert told.params["best.var_smoothing"] in (0.5, 1) and told.params["cv"] == 3 and "estimator" not in told.params
    assert told.signature["inputs"] == [{"name": name, "type": "any", "required": True} for name in "ab"]
    assert told.signature["outputs"] == [{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]


def test_the_curve_of_a_network_is_its_history(tmp_path: Path) -> None:
    import warnings

    from sklearn.neural_network import MLPClassifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = MLPClassifier((2,), max_iter=3).fit([[0.0], [1.0]], [0, 1])
    _, told = saved(network, tmp_path)
    assert len(told.history["loss_curve"]) == told.metrics["n_iter"] == 3


def test_a_type_that_is_not_on_our_list_needs_the_users_word(tmp_path: Path) -> None:
    from sklearn.preprocessing import FunctionTransformer

    path, told = saved(FunctionTransformer(json.dumps), tmp_path)
    assert told.notes == ["loading it needs --trust-types json.dumps"]
    with pytest.raises(TrustNeeded, match=r"json\.dumps") as caught:
        load(path)
    assert caught.value.types == ("json.dumps",)
    assert caught.value.hint.endswith("--trust-types json.dumps")
    with pytest.raises(TrustNeeded):
        load(path, "json.loads")
    assert load(path, "json.dumps").func is json.dumps
