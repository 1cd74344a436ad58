"""Runs over their steps, side by side: the newest kits' logs, and the curves that a model itself knew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

HTTP = Connection(plain_http=True)
X, Y = numpy.arange(16.0).reshape(-1, 1), [0] * 8 + [1] * 8


@pytest.fixture(autouse=True)
def new_run() -> Iterator[None]:
    kit.log_clear()
    yield
    kit.log_clear()


def pack_runs(folder: Path, repository: str, settings: Settings, count: int = 2) -> None:
    (folder / "run.py").write_text("")
    for run in range(count):
        for step in range(4):
            kit.log(loss=10 / (step + 1) - run)
        kit.pack(folder, tag=f"{repository}:v{run}", propose=True, settings=settings)


def test_each_metric_is_drawn_over_its_steps_with_a_line_for_each_kit(tmp_path: Path, here: Settings) -> None:
    pack_runs(tmp_path, "app", here)
    result = kit.compare("app", settings=here)
    assert [one.series["loss"].values for one in result.kits] == [(10, 5, 10 / 3, 2.5), (9, 4, 10 / 3 - 1, 1.5)]
    shown = result._repr_html_()
    assert shown.count("<polyline") == 2 and "v1: 1.5" in shown and "v0: 2.5" in shown
    assert 'aria-label="loss by step: 1.5 to 10, steps 0 to 3, of v1, v0"' in shown
    assert "polyline" not in str(result)


def test_only_the_newest_kits_are_drawn(tmp_path: Path, here: Settings) -> None:
    pack_runs(tmp_path, "app", here, count=8)
    result = kit.compare("app", settings=here)
    assert [bool(one.series) for one in result.kits].count(True) == 6 and len(result.kits) == 8


def test_in_a_registry_logs_are_read_when_asked_for(
    tmp_path: Path, here: Settings, there: Settings, reference: str
) -> None:
    repository = reference.rpartition(":")[0]
    pack_runs(tmp_path, repository, here)
    for run in range(2):
        kit.push(f"{repository}:v{run}", connection=HTTP, settings=here)
    assert not any(one.series for one in kit.compare(repository, connection=HTTP, settings=there).kits)
    asked = kit.compare(repository, series=True, connection=HTTP, settings=there)
    assert sorted(one.series["loss"].last for one in asked.kits) == [1.5, 2.5]


def test_a_log_that_cannot_be_read_hides_no_other(tmp_path: Path, here: Settings) -> None:
    pack_runs(tmp_path, "app", here)
    (tmp_path / "metrics.csv").write_text("lie\n")
    kit.pack(tmp_path, tag="app:lies", metrics={"loss": 1}, log=False, settings=here)
    result = kit.compare("app", settings=here)
    assert [len(one.series) for one in result.kits].count(1) == 2
    assert any("lies: the log cannot be read" in problem for problem in result.problems)


def test_curves_that_a_model_knows_need_no_log(tmp_path: Path, here: Settings) -> None:
    from sklearn.neural_network import MLPClassifier

    model: Any = MLPClassifier((2,), solver="sgd", max_iter=5, n_iter_no_change=99, tol=0.0, random_state=1)
    with pytest.warns(match="hasn't converged"):
        model.fit(X, Y)
    (tmp_path / "run.py").write_text("")
    kit.pack(tmp_path, tag="app:v1", models={"clf": model}, propose=True, settings=here)
    found = kit.logged("app:v1", settings=here)
    assert found["loss_curve"].values == tuple(model.loss_curve_) and found["loss_curve"].steps == (0, 1, 2, 3, 4)
    told = next(path for path in tmp_path.rglob("*.kit.json") if "loss_curve" in path.read_text())
    kept = told.read_text()
    told.write_text(json.dumps({**json.loads(kept), "history": {"loss_curve": [10**400], "more": [1, 0.5]}}))
    kit.pack(tmp_path, tag="app:lies", settings=here)
    assert [metric.name for metric in kit.logged("app:lies", settings=here).metrics] == ["more"]
    told.write_text(kept)
    kit.log(loss=0.5)
    kit.pack(tmp_path, tag="app:v2", models={"clf": model}, settings=here)
    assert {metric.name for metric in kit.logged("app:v2", settings=here).metrics} == {"loss", "loss_curve"}
