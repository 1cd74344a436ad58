"""What was logged: in this process, or in the process that packed a kit."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kitops_jupyter.capture.log import LOG, LOG_LIMIT_BYTES, LOG_SIDECAR, PARAMS, SERIES, Logged, Point, parse_log
from kitops_jupyter.capture.sidecar import parse_sidecar
from kitops_jupyter.disk import SIDECAR, clean_path
from kitops_jupyter.errors import MissingDependency, NotFound
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.layer_reader import is_listed_for_little, ranges_of
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.read_file import read_file
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


@dataclass(frozen=True)
class LoggedMetric:
    """A metric over its steps. Of more points than were kept, `count` tells how many were logged.

    `steps`, `values` and `times` (seconds since 1970) are in the order in which they were logged.
    """

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
    times: tuple[float, ...]
    count: int

    @property
    def last(self) -> float:
        """The last number; it stands in the Kitfile of the kit."""
        return self.values[-1]

    @cached_property
    def lowest(self) -> tuple[int, float] | None:
        """Step and number of the lowest, the first of equal ones; None if all are NaN."""
        return min(self._numbers, key=lambda point: point[1], default=None)

    @cached_property
    def highest(self) -> tuple[int, float] | None:
        """Step and number of the highest, the first of equal ones; None if all are NaN."""
        return max(self._numbers, key=lambda point: point[1], default=None)

    def thinned(self, limit: int) -> list[tuple[int, float]]:
        """At most about `limit` points of step and number, spread evenly, the last one included: enough to draw."""
        every = max(1, len(self.steps) // limit)
        points = list(zip(self.steps, self.values, strict=True))
        return [*points[:-1:every], points[-1]]

    @property
    def _numbers(self) -> list[tuple[int, float]]:
        return [(step, each) for step, each in zip(self.steps, self.values, strict=True) if not math.isnan(each)]


@dataclass(frozen=True, slots=True)
class LoggedResult(Result):
    """The metrics and parameters of a run. `where` is a kit's name, "" for this process."""

    where: str
    metrics: tuple[LoggedMetric, ...]
    params: Mapping[str, Any]
    is_cleared: bool = False
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> LoggedMetric:
        """The metric with this name. Raises KeyError."""
        for metric in self.metrics:
            if metric.name == name:
                return metric
        raise KeyError(name)

    def to_pandas(self) -> Any:
        """A DataFrame with a row for each point: step, time, name, value. Raises MissingDependency."""
        try:
            import pandas
        except ImportError:
            raise MissingDependency("pandas", "frames", "to_pandas") from None
        rows = [
            (step, time, metric.name, value)
            for metric in self.metrics
            for step, time, value in zip(metric.steps, metric.times, metric.values, strict=True)
        ]
        return pandas.DataFrame(rows, columns=["step", "time", "name", "value"])


def logged(
    reference: str | None = None,
    *,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> LoggedResult:
    """What was logged in this process since its run began; with a `reference` what a kit's pack took along.

    A kit also has the curves that its model knew, such as `loss_curve` or `validation_0/auc`; they have no times.
    Of a kit only the small files of its log are read, also in a registry.
    Raises NotFound (no such kit, or it has no log), VariableRefused (a log that cannot be read), RegistryError.
    """
    if reference is None:
        return of_process(LOG.logged())
    with observed(observe, reference), Opener(settings or Settings.load(), connection, remote=remote) as opener:
        kit = opener.open(reference)
        found = log_of(kit)
    if found is None:
        raise NotFound(f"{reference} has no log", hint="kit.log(loss=0.3) before kit pack puts one into a kit")
    return _result(str(kit.reference), found)


def of_process(log: Logged, *, is_cleared: bool = False) -> LoggedResult:
    """The result for what this process logged."""
    return _result("", log, is_cleared, (log.replaced,) if log.replaced else ())


def log_of(kit: Kit) -> Logged | None:
    """The log of an open kit, with the curves that its model knew; None if it has neither.

    Raises VariableRefused, DigestMismatch, RegistryError.
    """
    found = Logged()
    if _read(kit, LOG_SIDECAR) is not None:  # else files of these names are the user's own
        series, params = _read(kit, SERIES), _read(kit, PARAMS)
        found = parse_log(series, params) if series is not None and params is not None else found
    points = {**_known(kit), **found.metrics}
    if not points and not found.params:
        return None
    return Logged(points, {name: len(each) for name, each in points.items()}, found.params)


def _known(kit: Kit) -> dict[str, tuple[Point, ...]]:
    """The curves that the model itself knew when it was packed, by the sidecar beside it."""
    model = kit.described().model
    path = clean_path(model.path) if model and model.path else ""
    folder, _, name = path.rpartition("/")
    stems = (name, *(name[:at] for at, letter in enumerate(name) if letter == "." and at))
    found = (_read(kit, f"{folder}/{stem}{SIDECAR}") for stem in stems if folder)
    data = next((data for data in found if data is not None), None)
    if data is None:
        return {}
    curves = parse_sidecar(data, f"{folder}/*{SIDECAR}").history
    return {
        name: tuple(Point(step, float(value), 0.0) for step, value in enumerate(curve))
        for name, curve in curves.items()
        if isinstance(curve, list) and curve and all(map(_is_number, curve))
    }


def _is_number(value: Any) -> bool:
    """Whether a value of JSON is a number that a float can hold."""
    return type(value) is float or (type(value) is int and abs(value) <= sys.float_info.max)


def _read(kit: Kit, path: str) -> bytes | None:
    """A file of the kit; the layers that have it by name come first.

    Layers of other folders are not looked into, nor those of which a registry would have to send all.
    """
    own = [match for match in kit.matches() if match.entry.clean_path == path]
    folders = (".", path.rpartition("/")[0] or ".")
    around = [match for match in kit.matches() if (match.base or match.entry.clean_path) in folders]
    around = [match for match in around if _is_cheap(kit, match)]
    for match in (*own, *around):
        try:
            return read_file(kit, match, path, limit_bytes=LOG_LIMIT_BYTES).data
        except NotFound:
            continue
    return None


def _is_cheap(kit: Kit, match: Match) -> bool:
    """Whether a file of this layer is read without moving all of it."""
    is_here = ranges_of(kit.source, match.layer) is None
    return is_here or (not match.type.compression and is_listed_for_little(kit.source, match))


def metrics_of(log: Logged) -> tuple[LoggedMetric, ...]:
    """The metrics of a log, each with its points."""
    found = []
    for name, points in log.metrics.items():
        steps, values, times = zip(*points, strict=True)
        found.append(LoggedMetric(name, steps, values, times, log.counts[name]))
    return tuple(found)


def _result(where: str, log: Logged, is_cleared: bool = False, notes: tuple[str, ...] = ()) -> LoggedResult:
    return LoggedResult(where, metrics_of(log), log.params, is_cleared, notes)
