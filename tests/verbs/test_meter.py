"""Progress: what is drawn, how often, and that it ends well."""

from __future__ import annotations

import io
import re
import threading
from typing import Any

import pytest
from tqdm.std import tqdm

from kitops_jupyter.progress import Event
from kitops_jupyter.verbs.core.meter import BARS_LIMIT, Bars, Lines

MIB = 1 << 20


class Clock:
    """Time that passes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Ticking(Clock):
    """Time in which every event is due to be drawn."""

    def __call__(self) -> float:
        self.now += 1
        return self.now


class RecordingBar:
    """A bar that remembers what was asked of it; the interface is tqdm's."""

    made: list[RecordingBar]

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.total, self.n, self.leave = options["total"], options["initial"], options["leave"]
        self.updates: list[int] = []
        self.postfix = ""
        self.closed = False
        type(self).made.append(self)

    def update(self, count: int) -> None:
        assert not self.closed
        assert count > 0
        self.n += count
        self.updates.append(self.n)

    def set_postfix_str(self, text: str, refresh: bool = True) -> None:
        self.postfix = text

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def made() -> list[RecordingBar]:
    RecordingBar.made = []
    return RecordingBar.made


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_there_is_a_bar_for_each_layer_and_one_for_the_total(made: list[RecordingBar]) -> None:
    with Bars(RecordingBar, Ticking()) as observe:
        observe(Event("started", "model", 0, 10))
        observe(Event("started", "data", 0, 20))
        observe(Event("finished", "model", 10, 10))
        observe(Event("finished", "data", 20, 20))
    assert [(bar.options["desc"], bar.options["position"]) for bar in made] == [("total", 0), ("model", 1), ("data", 2)]
    assert [bar.n for bar in made] == [30, 10, 20]
    assert all(bar.closed for bar in made)
    assert [bar.leave for bar in made] == [True, False, False]


def test_what_is_done_at_once_needs_no_bar(made: list[RecordingBar], clock: Clock) -> None:
    with Bars(RecordingBar, clock) as observe:
        for name in ("a", "b", "c"):
            observe(Event("started", name, 0, 1))
            clock.now += 0.05
            observe(Event("finished", name, 1, 1))
    assert made == []


def test_waiting_for_a_server_draws_no_bar_and_counts_as_nothing(made: list[RecordingBar]) -> None:
    written: list[str] = []
    bars, lines = Bars(RecordingBar, Ticking()), Lines(written.append, Ticking())
    for observe in (bars, lines):
        with observe:
            observe(Event("waiting", "r.example/team/churn:v1"))
        assert observe.summary() == ""
    assert (made, written) == ([], [])


def test_waiting_for_a_server_moves_no_bar_back(made: list[RecordingBar]) -> None:
    with Bars(RecordingBar, Ticking()) as observe:
        observe(Event("advanced", "model", 6, 10))
        observe(Event("waiting", "model"))
        observe(Event("finished", "model", 10, 10))
    assert [bar.n for bar in made] == [10, 10]


def test_a_place_that_became_free_is_taken_again(made: list[RecordingBar]) -> None:
    with Bars(RecordingBar, Ticking()) as observe:
        for name in ("a", "b", "c"):
            observe(Event("started", name, 0, 1))
            observe(Event("finished", name, 1, 1))
    assert [bar.options["position"] for bar in made] == [0, 1, 1, 1]


def test_bars_are_drawn_at_most_ten_times_a_second(made: list[RecordingBar], clock: Clock) -> None:
    with Bars(RecordingBar, clock, delay_s=0) as observe:
        observe(Event("started", "model", 0, 1000))
        for done in range(1, 1000):
            clock.now += 0.001
            observe(Event("advanced", "model", done, 1000))
    assert 5 <= len(made[1].updates) <= 11


def test_a_bar_never_goes_backwards(made: list[RecordingBar], clock: Clock) -> None:
    with Bars(RecordingBar, clock, delay_s=0) as observe:
        for done in (0, 50, 20, 60):
            clock.now += 1
            observe(Event("started" if done == 0 else "advanced", "model", done, 100))
    assert made[1].updates == sorted(made[1].updates)
    assert made[0].n == 60


def test_a_resumed_layer_starts_where_it_was_and_says_so(made: list[RecordingBar]) -> None:
    with Bars(RecordingBar, Ticking()) as observe:
        observe(Event("started", "model", 70, 100, note="resumed"))
        observe(Event("finished", "model", 100, 100))
        assert made[1].options["initial"] == 70
        assert made[1].postfix == "resumed"
    assert made[0].n == 30


def test_what_was_skipped_is_told_beside_the_total(made: list[RecordingBar]) -> None:
    with Bars(RecordingBar, Ticking()) as observe:
        observe(Event("skipped", "a", 5, 5, note="unchanged"))
        observe(Event("skipped", "b", 5, 5, note="unchanged"))
    assert made[0].postfix == "2 unchanged"


def test_an_error_closes_every_bar_and_leaves_none_on_the_screen(made: list[RecordingBar]) -> None:
    with pytest.raises(KeyboardInterrupt), Bars(RecordingBar, Ticking()) as observe:
        observe(Event("started", "a", 0, 5))
        observe(Event("started", "b", 0, 5))
        raise KeyboardInterrupt
    assert all(bar.closed for bar in made)
    assert not any(bar.leave for bar in made)


def test_a_thousand_layers_do_not_fill_the_screen(made: list[RecordingBar]) -> None:
    with Bars(RecordingBar, Ticking()) as observe:
        for number in range(1000):
            observe(Event("started", f"layer-{number}", 0, 1))
    assert len(made) == BARS_LIMIT + 1


def test_a_long_name_keeps_its_end_and_a_hostile_one_cannot_draw(made: list[RecordingBar]) -> None:
    with Bars(RecordingBar, Ticking()) as observe:
        observe(Event("started", "folder/" * 20 + "weights.bin", 0, 1))
        observe(Event("started", "\x1b[2Jgone", 0, 1))
    assert made[1].options["desc"].endswith("/weights.bin")
    assert len(made[1].options["desc"]) <= 32
    assert "\x1b" not in made[2].options["desc"]


def test_events_of_many_threads_are_all_counted(made: list[RecordingBar]) -> None:
    def work(name: str) -> None:
        observe(Event("started", name, 0, 500))
        for done in range(1, 501):
            observe(Event("advanced", name, done, 500))
        observe(Event("finished", name, 500, 500))

    with Bars(RecordingBar, Ticking()) as observe:
        threads = [threading.Thread(target=work, args=(f"layer-{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert made[0].n == 8 * 500
    assert all(bar.n == 500 for bar in made[1:])


def test_real_bars_show_name_size_and_total(clock: Clock) -> None:
    screen = io.StringIO()

    class Bar(tqdm):  # type: ignore[type-arg]
        monitor_interval = 0

        def __init__(self, **options: Any) -> None:
            super().__init__(**{**options, "mininterval": 0})

    with Bars(Bar, clock, 0, file=screen, ascii=True, ncols=80) as observe:
        observe(Event("started", "model.bin", 0, 4 * MIB))
        clock.now += 1
        observe(Event("advanced", "model.bin", MIB, 4 * MIB))
        clock.now += 1
        observe(Event("finished", "model.bin", 4 * MIB, 4 * MIB))
    drawn = screen.getvalue()
    assert "model.bin" in drawn
    assert "25%" in drawn
    assert "total: 100%" in drawn
    assert "4.00M" in drawn


def test_lines_tell_what_was_done_and_end_with_a_summary(clock: Clock) -> None:
    lines: list[str] = []
    with Lines(lines.append, clock=clock) as observe:
        observe(Event("started", "model", 0, 10 * MIB))
        clock.now += 2
        observe(Event("finished", "model", 10 * MIB, 10 * MIB))
        observe(Event("skipped", "data", MIB, MIB, note="unchanged"))
    assert lines == [
        "model: 10.0 MiB",
        "data: 1.0 MiB unchanged",
        "10.0 MiB in 2.0 s, 5.0 MiB/s; 1 unchanged (1.0 MiB)",
    ]


@pytest.mark.parametrize(
    ("names", "line"), [(["model"], "model: 1.0 MiB in 1.0 s, 1.0 MiB/s"), (["a", "b"], "2.0 MiB in 2.0 s, 1.0 MiB/s")]
)
def test_brief_lines_of_what_is_done_soon_are_one_line(clock: Clock, names: list[str], line: str) -> None:
    lines: list[str] = []
    with Lines(lines.append, clock=clock, is_brief=True) as observe:
        for name in names:
            observe(Event("started", name, 0, MIB))
            clock.now += 1
            observe(Event("finished", name, MIB, MIB))
    assert lines == [line]


def test_brief_lines_of_what_takes_long_tell_how_far_it_is(clock: Clock) -> None:
    lines: list[str] = []
    with Lines(lines.append, clock=clock, is_brief=True) as observe:
        observe(Event("started", "model", 0, 100 * MIB))
        for done in range(1, 101):
            clock.now += 0.2
            observe(Event("advanced", "model", done * MIB, 100 * MIB))
        observe(Event("finished", "model", 100 * MIB, 100 * MIB))
    assert all(re.fullmatch(r"model: \d+ % of 100.0 MiB", line) for line in lines[:3])
    assert len(lines) == 6


def test_a_long_layer_is_told_now_and_then_and_a_resumed_one_at_once(clock: Clock) -> None:
    lines: list[str] = []
    with Lines(lines.append, clock=clock) as observe:
        observe(Event("started", "model", 50 * MIB, 100 * MIB, note="resumed"))
        for done in range(51, 101):
            clock.now += 0.5
            observe(Event("advanced", "model", done * MIB, 100 * MIB))
        observe(Event("finished", "model", 100 * MIB, 100 * MIB))
    assert lines[0] == "model: resumed at 50 % of 100.0 MiB"
    assert lines[1] == "model: 60 % of 100.0 MiB"
    assert len(lines) == 8
    assert lines[-1].startswith("50.0 MiB in 25.0 s")


def test_after_an_error_there_is_no_summary(clock: Clock) -> None:
    lines: list[str] = []
    with pytest.raises(ValueError, match="broken"), Lines(lines.append, clock=clock) as observe:
        observe(Event("started", "model", 0, 10))
        raise ValueError("broken")
    assert lines == []


def test_nothing_happened_and_nothing_is_said() -> None:
    lines: list[str] = []
    with Lines(lines.append):
        pass
    assert lines == []
