"""What was logged in this process since the run began: metrics over their steps, and parameters.

Nothing is written or sent: the next pack takes it along. Threads may share the log, and a million calls keep it small.
"""

from __future__ import annotations

import operator
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter.capture.log.cells import execution
from kitops_jupyter.capture.log.series import POINTS_LIMIT, RUN_LIMIT, STEP_LIMIT, Point, Series
from kitops_jupyter.capture.numbers import plain
from kitops_jupyter.errors import Cancelled, VariableRefused

_NAMES_LIMIT = 1000
# As MLflow takes them, so that a name works in both.
_NAME = re.compile(r"[\w@%+](?:[\w./:@%+ -]{0,248}[\w@%+])?\Z")

Moment = tuple[int, int]
"""How many packs there were, and the number of the cell's run: what is logged at one moment belongs together."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What was logged, as it was when it was asked for. `replaced` says what began anew unpacked, "" if nothing did."""

    metrics: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    replaced: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was logged."""
        return not (self.metrics or self.params)

    def last(self) -> dict[str, float]:
        """The last number of each metric; whole numbers as such."""
        return {name: points[-1].value for name, points in self.metrics.items()}


class ProcessLog:
    """Metrics and parameters of the current run.

    A metric that goes back to an earlier step in a later cell, or after a pack, begins a new run: what was logged since
    it began is dropped. In one and the same cell a step may go back, as in a loop of epochs over batches.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, cell: Callable[[], int] = execution) -> None:
        self._clock, self._cell = clock, cell
        self._lock = threading.Lock()
        self._here = threading.local()
        self._packs = 0
        self._begin()

    def log(self, metrics: Mapping[str, Any], step: Any = None) -> None:
        """Add a number of each metric, all or none. Without a step it is the one after the last in this cell.

        Raises VariableRefused, naming the metric.
        """
        values = [(_name(name), number(name, value)) for name, value in metrics.items()]
        at = None if step is None else _step(step)
        now = self._clock()
        moment = self._moment()
        here = self._here
        if at is None:
            at = here.next_step
        with self._lock:
            new = [name for name, _ in values if name not in self._series]
            if len(self._series) + len(new) > _NAMES_LIMIT:
                raise VariableRefused(f"metric {new[-1][:100]}: a run has at most {_NAMES_LIMIT} metrics")
            self._begin_again(values, at, moment)
            for name, value in values:
                self._add(name, Point(at, value, now), moment)
        here.next_step = at + 1

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Set parameters: numbers, texts, or dicts and lists of them. Raises VariableRefused, naming the parameter."""
        values = plain({_name(name, "parameter"): value for name, value in params.items()}, "parameter")
        moment = self._moment()
        with self._lock:
            if len(self._params.keys() | values.keys()) > _NAMES_LIMIT:
                raise VariableRefused(f"a run has at most {_NAMES_LIMIT} parameters")
            self._params |= {name: (moment, value) for name, value in values.items()}

    def logged(self) -> Logged:
        """What there is now."""
        with self._lock:
            return Logged(
                {name: tuple(series.points()) for name, series in self._series.items()},
                {name: series.count for name, series in self._series.items()},
                {name: value for name, (_, value) in self._params.items()},
                self._replaced,
            )

    def was_packed(self) -> None:
        """A pack took what there is; it stays for the next one, until a metric begins anew."""
        with self._lock:
            self._packs += 1
        self._here.moment = None

    def clear(self) -> Logged:
        """Begin a new run; what there was."""
        before = self.logged()
        with self._lock:
            self._begin()
        self._here.moment = None
        return before

    def _begin(self) -> None:
        self._series: dict[str, Series] = {}
        self._params: dict[str, tuple[Moment, Any]] = {}
        self._replaced = ""

    def _moment(self) -> Moment:
        """The moment of a call. A thread stays at that of its first one: other cells run beside it."""
        here = self._here
        known: Moment | None = getattr(here, "moment", None)
        if known is not None and threading.current_thread() is not threading.main_thread():
            return known
        now = (self._packs, self._cell())
        if now != known:
            here.moment, here.next_step = now, 0
        return now

    def _begin_again(self, values: list[tuple[str, float]], step: int, moment: Moment) -> None:
        found = (self._series.get(name) for name, _ in values)
        old = [series for series in found if series and series.touched < moment and step <= series.last.step]
        if not old:
            return
        since = min(series.began for series in old)
        gone = [name for name, series in self._series.items() if since <= series.touched < moment]
        unpacked = [name for name in gone if self._series[name].touched[0] == self._packs]
        for name in gone:
            del self._series[name]
        self._params = {name: told for name, told in self._params.items() if not since <= told[0] < moment}
        shown = ", ".join(unpacked[:5]) + (", ..." if len(unpacked) > 5 else "")
        self._replaced = f"a later cell began again at step {step}: the earlier {shown} is left out" if unpacked else ""

    def _add(self, name: str, point: Point, moment: Moment) -> None:
        series = self._series.get(name)
        if series is None:
            self._series[name] = Series(moment, moment, point)
        else:
            series.add(point, moment, min(POINTS_LIMIT, RUN_LIMIT // len(self._series)))


def _name(name: Any, what: str = "metric") -> str:
    if not isinstance(name, str) or not _NAME.match(name):
        raise VariableRefused(
            f"{str(name)[:100]!r} cannot name a {what}",
            hint="use letters, digits, blanks and _ . - / : @ % +, at most 250, as in train/loss",
        )
    return name


def _step(step: Any) -> int:
    try:
        found = operator.index(step.item() if hasattr(step, "item") else step)
    except Cancelled:
        raise
    except Exception:  # noqa: BLE001 -- whatever item() of a stranger's array raises
        raise VariableRefused(f"step is {str(step)[:40]!r}, expected a whole number") from None
    if not -STEP_LIMIT <= found <= STEP_LIMIT:
        raise VariableRefused(f"step {str(found)[:40]} is too large")
    return found


def number(name: str, value: Any) -> float:
    """The metric's value as Python's int or float; NaN and infinity are numbers. Raises VariableRefused."""
    if type(value) is float:
        return value
    kind = type(value)
    try:
        if hasattr(value, "item"):
            value = value.item()
        if isinstance(value, int) and -STEP_LIMIT <= value <= STEP_LIMIT:
            return int(value)
        if not isinstance(value, (str, bytes, complex)):
            return float(value)
    except Cancelled:
        raise
    except Exception:  # noqa: BLE001 -- whatever a stranger's value raises when it is made a number
        pass
    raise VariableRefused(
        f"metric {name} is a {kind.__module__}.{kind.__qualname__}, expected one number",
        hint="texts and dicts are for kit.log_params; of an array log x.mean(), or x[0]",
    )


LOG = ProcessLog()
"""The log of this process."""
