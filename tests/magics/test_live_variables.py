"""`%kit pack --model clf` and `%kit load`: two lines at the end of a notebook."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter

from kitops_jupyter.errors import Conflict, NotFound, Usage
from tests.magics.conftest import RunCell

SET = "import numpy as np\nclf, df, acc, cfg = np.eye(3), np.arange(4), np.float64(0.9), {'a': [1]}"


@pytest.fixture
def packed(run_cell: RunCell, shell: Any) -> RunCell:
    run_cell(SET)
    line = "%kit pack -t app:v1 --model clf --dataset train=df[1:] --metric accuracy=acc --param lr=0.01"
    assert run_cell(f"{line} --param opt=adam --param config=cfg").error is None
    return run_cell


def test_variables_and_expressions_are_packed_and_numbers_are_what_they_are(packed: RunCell) -> None:
    model = packed("result = %kit info app:v1\nresult.kitfile.model").value
    assert model.parameters["metrics"] == {"accuracy": 0.9}
    assert model.parameters["params"] == {"lr": 0.01, "opt": "adam", "config": {"a": [1]}}


def test_they_come_back_into_the_notebook(packed: RunCell) -> None:
    packed("del clf")
    ran = packed("%kit load app:v1")
    assert ran.error is None and "train" in ran.printed and "numpy.ndarray" in ran.printed
    assert packed("clf.tolist(), train.tolist()").value == ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, 2, 3])


def test_a_taken_name_is_not_overwritten_unasked(packed: RunCell) -> None:
    packed("clf = 'mine'")
    ran = packed("%kit load app:v1")
    assert isinstance(ran.error, Conflict) and "the notebook has clf already" in ran.printed
    assert packed("clf, 'train' in globals()").value == ("mine", False)
    assert packed("%kit load app:v1 clf --as other").error is None
    assert packed("clf, other.shape").value == ("mine", (3, 3))
    assert packed("%kit load app:v1 clf --overwrite").error is None
    assert packed("clf.shape").value == (3, 3)


def test_a_list_loads_nothing(packed: RunCell) -> None:
    packed("del clf")
    assert "numpy.ndarray" in packed("%kit load app:v1 --list").printed
    assert packed("'clf' in globals()").value is False


@pytest.mark.parametrize(
    ("line", "kind", "told"),
    [
        ("%kit pack --model nothing", Usage, "--model nothing: NameError: name 'nothing' is not defined"),
        ("%kit pack --model df.x[0]", Usage, "an expression needs a name"),
        ("%kit pack --metric accuracy", Usage, "expected NAME=VALUE"),
        ("%kit load app:v1 trian", NotFound, "did you mean train?"),
        ("%kit load app:v1 --as x", Usage, "--as gives one variable a name"),
    ],
)
def test_what_cannot_be_done_is_said(packed: RunCell, line: str, kind: type[Exception], told: str) -> None:
    ran = packed(line)
    assert isinstance(ran.error, kind) and told in ran.printed


def test_tab_offers_the_variables(packed: RunCell, shell: Any) -> None:
    line = "%kit pack --dataset train=d"
    with provisionalcompleter():
        found = [each.text for each in shell.Completer.completions(line, len(line))]
    assert "train=df" in found
