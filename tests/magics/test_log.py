"""`%kit log` in cells: a cell that runs again does not mix its numbers with the old ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import NotFound, Usage, VariableRefused
from tests.magics.conftest import RunCell

TRAIN = "import kitops_jupyter as kit\nfor loss in {}:\n    kit.log(loss=loss)"


@pytest.fixture(autouse=True)
def new_run() -> Iterator[None]:
    kit.log_clear()
    yield
    kit.log_clear()


def test_values_and_variables_are_logged_and_packed(run_cell: RunCell) -> None:
    run_cell("acc = 0.9")
    ran = run_cell("%kit log loss=0.25 accuracy=acc --step 3 --param lr=0.01 --param opt=adam")
    assert ran.error is None and "Logged: 2 metrics and 2 parameters" in ran.printed
    assert run_cell("%kit pack -t app:v1").error is None
    model = run_cell("result = %kit info app:v1\nresult.kitfile.model").value
    assert model.parameters == {
        "metrics": {"loss": 0.25, "accuracy": 0.9},
        "params": {"lr": 0.01, "opt": "adam"},
    }
    assert "app:v1: 2 metrics and 2 parameters" in run_cell("%kit log app:v1").printed
    assert "Cleared 2 metrics" in run_cell("%kit log --clear").printed
    assert run_cell("%kit pack -t app:v2 --no-log").error is None


@pytest.mark.parametrize(
    ("line", "kind", "told"),
    [
        ("%kit log app:v9", NotFound, "app:v9"),
        ("%kit log loss=oops", VariableRefused, "metric loss is a builtins.str"),
        ("%kit log loss=1 --step x", VariableRefused, "step is 'x'"),
        ("%kit log --step 3", Usage, "--step is the step of a metric"),
        ("%kit log a:1 b:2", Usage, "kit log takes numbers, or one kit"),
        ("%kit log loss=1 --clear", Usage, "takes nothing else"),
    ],
)
def test_what_is_refused_says_what_to_do(run_cell: RunCell, line: str, kind: type[Exception], told: str) -> None:
    ran = run_cell(line)
    assert isinstance(ran.error, kind) and told in ran.printed
    assert kit.logged().metrics == ()


def test_a_cell_that_runs_again_is_a_new_run_in_a_real_shell(shell: Any) -> None:
    shell.run_cell(TRAIN.format("(3, 2, 1)"), store_history=True)
    shell.run_cell("kit.log(auc=0.5)", store_history=True)
    assert [(metric.name, metric.values) for metric in kit.logged().metrics] == [("loss", (3, 2, 1)), ("auc", (0.5,))]
    shell.run_cell(TRAIN.format("(5, 4)"), store_history=True)
    assert [(metric.name, metric.values) for metric in kit.logged().metrics] == [("loss", (5, 4))]
    assert "began again" in str(kit.logged())
