"""What a training logs stays in memory: exact where it matters, bounded, and never two runs in one."""

from __future__ import annotations

import math
import threading
import time
from decimal import Decimal
from typing import Any

import numpy
import pytest

from kitops_jupyter.capture.log import Point, ProcessLog
from kitops_jupyter.capture.log.series import POINTS_LIMIT, Series
from kitops_jupyter.errors import VariableRefused


class Notebook:
    """Cells with numbers: `cell()` runs the next one."""

    def __init__(self) -> None:
        self.now = 1

    def __call__(self) -> int:
        return self.now

    def cell(self) -> None:
        self.now += 1


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def log(notebook: Notebook) -> ProcessLog:
    return ProcessLog(cell=notebook)


def train(log: ProcessLog, losses: list[float], **more: float) -> None:
    for step, loss in enumerate(losses):
        log.log({"loss": loss, **more}, step)


def series(log: ProcessLog, name: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in log.logged().metrics.get(name, ())]


def test_without_steps_calls_are_counted(log: ProcessLog) -> None:
    for loss in (3, 2, 1):
        log.log({"loss": loss})
    log.log({"loss": 0.5}, step=10)
    log.log({"loss": 0.25})
    assert series(log, "loss") == [(0, 3), (1, 2), (2, 1), (10, 0.5), (11, 0.25)]


def test_the_same_step_again_replaces_its_number_and_takes_other_metrics(log: ProcessLog) -> None:
    log.log({"loss": 3.0}, 7)
    log.log({"loss": 2.0, "auc": 0.5}, 7)
    assert series(log, "loss") == [(7, 2.0)] and series(log, "auc") == [(7, 0.5)]


class Scalar:
    def item(self) -> float:
        return 0.5


@pytest.mark.parametrize(
    "value", [0.5, numpy.float32(0.5), numpy.float64(0.5), numpy.array([[0.5]]), Decimal("0.5"), Scalar()]
)
def test_numbers_of_any_library_are_numbers(log: ProcessLog, value: Any) -> None:
    log.log({"loss": value}, step=numpy.int64(3))
    assert series(log, "loss") == [(3, 0.5)] and type(log.logged().last()["loss"]) is float


def test_whole_numbers_stay_whole_and_truth_is_one(log: ProcessLog) -> None:
    log.log({"trees": numpy.int32(20), "done": True})
    assert repr(log.logged().last()) == "{'trees': 20, 'done': 1}"


def test_nan_and_infinity_are_numbers(log: ProcessLog) -> None:
    train(log, [math.inf, 0.5, math.nan])
    assert math.isnan(series(log, "loss")[-1][1]) and series(log, "loss")[0] == (0, math.inf)


class Awkward:
    def item(self) -> float:
        raise RuntimeError("no")


@pytest.mark.parametrize("value", ["0.5", None, [1], {"a": 1}, numpy.eye(2), 1j, 10**400, b"1", Awkward(), object()])
def test_what_is_not_a_number_is_refused_by_name_and_the_call_with_it(log: ProcessLog, value: Any) -> None:
    with pytest.raises(VariableRefused, match=r"metric val/loss is a .*expected one number"):
        log.log({"loss": 1.0, "val/loss": value})
    assert log.logged().is_empty


@pytest.mark.parametrize("name", ["", " loss", "a=b", "a,b", "a\nb", "\ud800", "x" * 300, 3, "../x", "<b>"])
def test_a_bad_name_is_refused(log: ProcessLog, name: Any) -> None:
    with pytest.raises(VariableRefused, match="cannot name a metric"):
        log.log({name: 1.0})
    with pytest.raises(VariableRefused, match="cannot name a parameter"):
        log.log_params({name: 1.0})


@pytest.mark.parametrize("name", ["loss", "train/loss", "precision@5", "val_loss", "größe", "a.b-c", "top 5", "p%"])
def test_names_of_other_trackers_are_taken(log: ProcessLog, name: str) -> None:
    log.log({name: 1.0})
    assert series(log, name) == [(0, 1.0)]


@pytest.mark.parametrize("step", ["1", 1.5, None.__class__, 1 << 60, numpy.arange(2)])
def test_a_step_is_a_whole_number(log: ProcessLog, step: Any) -> None:
    with pytest.raises(VariableRefused, match="step"):
        log.log({"loss": 1.0}, step)


def test_parameters_are_plain_values_and_copied(log: ProcessLog) -> None:
    layers = [3, 4]
    log.log_params({"lr": numpy.float64(0.5), "opt": {"name": "adam", "layers": layers}})
    layers.append(5)
    assert log.logged().params == {"lr": 0.5, "opt": {"name": "adam", "layers": [3, 4]}}
    with pytest.raises(VariableRefused, match=r"parameter model\['f'\] is a builtins.builtin_function"):
        log.log_params({"model": {"f": print}})


def test_a_cell_that_runs_again_begins_a_new_run(log: ProcessLog, notebook: Notebook) -> None:
    log.log_params({"lr": 0.1, "old": 1})
    train(log, [3, 2, 1], mse=4.0)
    notebook.cell()
    log.log({"auc": 0.9})
    notebook.cell()
    log.log_params({"lr": 0.2})
    train(log, [5, 4])
    found = log.logged()
    assert list(found.metrics) == ["loss"] and series(log, "loss") == [(0, 5), (1, 4)]
    assert found.params == {"lr": 0.2}
    assert "a later cell began again at step 0: the earlier loss, mse, auc is left out" in found.replaced


def test_an_evaluation_that_runs_again_leaves_the_training(log: ProcessLog, notebook: Notebook) -> None:
    log.log_params({"lr": 0.1})
    train(log, [3, 2, 1])
    notebook.cell()
    log.log({"auc": 0.8})
    notebook.cell()
    log.log({"auc": 0.9})
    assert series(log, "loss") == [(0, 3), (1, 2), (2, 1)] and series(log, "auc") == [(0, 0.9)]
    assert log.logged().params == {"lr": 0.1}


def test_a_step_that_goes_on_in_a_later_cell_continues_the_run(log: ProcessLog, notebook: Notebook) -> None:
    train(log, [3, 2])
    notebook.cell()
    log.log({"loss": 1}, step=2)
    assert series(log, "loss") == [(0, 3), (1, 2), (2, 1)] and not log.logged().replaced


def test_a_step_that_goes_back_in_one_cell_is_a_loop(log: ProcessLog) -> None:
    for epoch in range(2):
        train(log, [3, 2])
        log.log({"val": epoch}, epoch)
    assert [step for step, _ in series(log, "loss")] == [0, 1, 0, 1] and len(series(log, "val")) == 2


def test_a_loop_that_trains_and_packs_keeps_its_runs_apart(log: ProcessLog) -> None:
    for lr in (0.1, 0.2):
        log.log_params({"lr": lr})
        train(log, [3, 2, lr])
        assert series(log, "loss") == [(0, 3), (1, 2), (2, lr)] and log.logged().params == {"lr": lr}
        log.was_packed()
    assert not log.logged().replaced  # the first is in its kit
    assert series(log, "loss")[-1] == (2, 0.2)  # and stays for another pack


def test_a_checkpoint_that_is_packed_does_not_end_the_run(log: ProcessLog) -> None:
    for step in range(6):
        log.log({"loss": 6 - step}, step)
        if step % 2:
            log.was_packed()
    assert len(series(log, "loss")) == 6


def test_a_thread_that_trains_in_the_background_is_one_run(log: ProcessLog, notebook: Notebook) -> None:
    go, done = threading.Event(), threading.Event()

    def work() -> None:
        log.log({"loss": 3})
        done.set()
        go.wait(10)
        log.log({"loss": 2})

    thread = threading.Thread(target=work)
    thread.start()
    assert done.wait(10)
    notebook.cell()
    log.log({"other": 1})
    go.set()
    thread.join()
    assert series(log, "loss") == [(0, 3), (1, 2)] and series(log, "other") == [(0, 1)]


def test_no_number_of_several_threads_is_lost(log: ProcessLog) -> None:
    def work(name: str) -> None:
        for step in range(2000):
            log.log({name: step, "shared": step}, step)

    threads = [threading.Thread(target=work, args=(f"m{at}",)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [log.logged().counts[f"m{at}"] for at in range(4)] == [2000] * 4


def test_clearing_begins_a_new_run(log: ProcessLog) -> None:
    train(log, [1, 2])
    log.log_params({"lr": 1})
    assert len(log.clear().metrics["loss"]) == 2
    assert log.logged().is_empty
    log.log({"loss": 1})
    assert series(log, "loss") == [(0, 1)]


def test_a_million_points_stay_small_and_keep_last_lowest_and_highest() -> None:
    odd = {333_333: -5.0, 777_777: 99.0}
    series = Series((0, 0), (0, 0), Point(0, 1.0, 0.0))
    for step in range(1, 1_000_000):
        series.add(Point(step, odd.get(step, 1.0), float(step)), (0, 0), POINTS_LIMIT)
    found = series.points()
    assert series.count == 1_000_000 and 5_000 <= len(found) <= 10_003
    assert {(333_333, -5.0), (777_777, 99.0)} <= {point[:2] for point in found} and found[-1].step == 999_999
    assert [point.step for point in found] == sorted(point.step for point in found)


def test_a_loop_does_not_feel_a_call(log: ProcessLog) -> None:
    started = time.process_time()
    train(log, [1.0] * 30_000)
    assert (time.process_time() - started) / 30_000 < 0.0002, "seconds of a core"
    assert log.logged().counts == {"loss": 30_000}


def test_many_metrics_share_the_room_and_too_many_are_refused(log: ProcessLog) -> None:
    for step in range(405):
        log.log({f"m{at}": step for at in range(500)}, step)
    found = log.logged()
    assert sum(map(len, found.metrics.values())) <= 210_000
    assert all(points[-1].step == 404 for points in found.metrics.values())
    with pytest.raises(VariableRefused, match="a run has at most 1000 metrics"):
        log.log({f"n{at}": 1 for at in range(501)})
