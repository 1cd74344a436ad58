"""One metric over the steps of a run, bounded: of many points every second is dropped, and again."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple

POINTS_LIMIT = 10_000  # of one metric
RUN_LIMIT = 200_000  # of all metrics of a run
STEP_LIMIT = 1 << 53  # what any reader of JSON and CSV keeps exactly


class Point(NamedTuple):
    """A number, the step that it belongs to, and when it was logged, in seconds since 1970."""

    step: int
    value: float
    time: float


@dataclass(slots=True)
class Series:
    """The points of one metric in the order in which they were logged.

    The last, the lowest and the highest are always among them. The same step again replaces the last point.
    `began` and `touched` are the moments of its first and last point.
    """

    began: tuple[int, int]
    touched: tuple[int, int]
    last: Point
    count: int = 1
    _lowest: Point | None = None
    _highest: Point | None = None
    _every: int = 1
    _kept: int = 0
    _steps: array[int] = field(default_factory=lambda: array("q"))
    _values: array[float] = field(default_factory=lambda: array("d"))
    _times: array[float] = field(default_factory=lambda: array("d"))

    def add(self, point: Point, moment: tuple[int, int], limit: int) -> None:
        """Add a point; at most about `limit` are kept."""
        self.touched = moment
        if point.step != self.last.step:
            self._keep_last(limit)
            self.count += 1
        self.last = point

    def points(self) -> list[Point]:
        """What was kept, in order."""
        found = list(map(Point, self._steps, self._values, self._times))
        extremes = {point for point in (self._lowest, self._highest) if point is not None}
        missing = extremes.difference(found)
        if missing:  # they were thinned out: back to where they were, by time
            found = sorted([*found, *missing], key=lambda point: point.time)
        return [*found, self.last]

    def _keep_last(self, limit: int) -> None:
        """The last point becomes one of the others, every so-many-th of which is kept."""
        last = self.last
        if last.value == last.value:  # not NaN, which is neither low nor high
            if self._lowest is None or last.value < self._lowest.value:
                self._lowest = last
            if self._highest is None or last.value > self._highest.value:
                self._highest = last
        if self._kept % self._every == 0:
            self._steps.append(last.step)
            self._values.append(last.value)
            self._times.append(last.time)
            if len(self._steps) >= limit:
                self._steps, self._values, self._times = self._steps[::2], self._values[::2], self._times[::2]
                self._every *= 2
        self._kept += 1
