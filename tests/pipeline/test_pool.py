"""Several jobs at once: results in order, the first error stops all of them."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest

from kitops_jupyter.errors import Cancelled
from kitops_jupyter.pipeline import Stoppable, run_all
from kitops_jupyter.progress import Event, beat, ignore, watched

EVENT = Event("advanced", "a")


def test_results_come_in_the_order_of_the_jobs() -> None:
    def after(seconds: float) -> float:
        time.sleep(seconds)
        return seconds

    jobs = [partial(after, seconds) for seconds in (0.05, 0.0, 0.02)]
    assert run_all(jobs, workers=3, name="kit-test", observe=Stoppable(ignore, "stopped")) == [0.05, 0.0, 0.02]


def test_no_jobs_are_done_at_once() -> None:
    assert run_all([], workers=4, name="kit-test", observe=Stoppable(ignore, "stopped")) == []


def test_no_more_jobs_run_at_once_than_workers_are_asked_for() -> None:
    running, most, lock = [0], [0], threading.Lock()

    def job() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1

    run_all([job] * 12, workers=3, name="kit-test", observe=Stoppable(ignore, "stopped"))
    assert 1 <= most[0] <= 3


@pytest.mark.parametrize("is_last", [False, True], ids=["the first job fails", "the last job fails"])
def test_an_error_stops_the_jobs_under_way_and_is_raised_when_none_is_left(is_last: bool) -> None:
    told = Stoppable(ignore, "stopped")
    has_begun = threading.Event()
    ended: list[str] = []

    def fail() -> None:
        has_begun.wait(5)
        raise KeyError("broken")

    def keep_on() -> None:
        has_begun.set()
        try:
            while True:
                told(EVENT)
                time.sleep(0.001)
        except Cancelled as problem:
            ended.append(problem.message)
            raise

    with pytest.raises(KeyError, match="broken"):
        run_all([keep_on, fail] if is_last else [fail, keep_on], workers=2, name="kit-test", observe=told)
    assert ended == ["stopped"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("kit-test")]


def test_after_an_error_no_more_jobs_begin() -> None:
    begun: list[int] = []

    def job(number: int) -> None:
        begun.append(number)
        time.sleep(0.02)
        if not number:
            raise KeyError("broken")

    with pytest.raises(KeyError):
        run_all(
            [partial(job, number) for number in range(100)],
            workers=2,
            name="kit-test",
            observe=Stoppable(ignore, "stopped"),
        )
    assert 0 < len(begun) < 50


def test_a_stopped_observer_asks_nobody_any_more() -> None:
    seen: list[Event] = []
    told = Stoppable(seen.append, "stopped")
    told(EVENT)
    told.stop()
    with pytest.raises(Cancelled, match="stopped"):
        told(EVENT)
    assert seen == [EVENT]


def test_jobs_run_under_the_watch_of_their_caller() -> None:
    seen: list[str] = []
    with watched(lambda: seen.append(threading.current_thread().name)):
        run_all([beat], workers=1, name="kit-test", observe=Stoppable(ignore, "stopped"))
    assert [name.startswith("kit-test") for name in seen] == [True]


def test_a_job_that_waits_is_stopped_at_its_next_beat() -> None:
    has_begun = threading.Event()

    def fail() -> None:
        has_begun.wait(5)
        raise KeyError("broken")

    def wait_without_end() -> None:
        has_begun.set()
        while True:
            beat()
            time.sleep(0.001)

    with pytest.raises(KeyError, match="broken"):
        run_all([wait_without_end, fail], workers=2, name="kit-test", observe=Stoppable(ignore, "stopped"))


def test_what_one_job_hears_from_its_observer_stops_the_others() -> None:
    def cancel(event: Event) -> None:
        raise Cancelled("enough")

    told = Stoppable(cancel, "stopped")
    with pytest.raises(Cancelled, match="enough"):
        told(EVENT)
    with pytest.raises(Cancelled, match="stopped"):
        told.beat()
