"""`kit compare`: the kits of a repository side by side, by their metrics and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Cancelled, KitError, MissingDependency, NotFound
from kitops_jupyter.operations.logged import LoggedMetric, log_of, metrics_of
from kitops_jupyter.operations.look.kits import ListedKit, list_kits
from kitops_jupyter.operations.opening import Opener
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

# What a pack says of a model besides numbers.
_FACTS = frozenset(("python_type", "library", "rows", "schema", "signature", "metrics", "params"))
# Of such a metric less is better, unless the caller says otherwise.
_LESS = re.compile(
    r"(?:^|[_./-])(?:loss|logloss|error|rmse|mse|mae|mape|perplexity|latency\w*|duration\w*)(?:$|[_./-])"
)
_DEPTH_LIMIT = 10
_NAMES_LIMIT = 2_000  # of one kit
SERIES_KITS = 6  # the newest ones, whose logs are read: more lines in one plot cannot be told apart

Value = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class ComparedKit:
    """One kit with its numbers; nested names have dots between. `created` is in RFC 3339, "" if the kit has no date.

    `series` are its metrics over their steps, by name, where its log was read.
    """

    digest: Digest
    tags: tuple[str, ...]
    created: str
    metrics: Mapping[str, Value]
    params: Mapping[str, Value]
    message: str = ""
    series: Mapping[str, LoggedMetric] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompareResult(Result):
    """The kits that have numbers, oldest first; those without a date come before all others.

    `metrics` are the names in the order of columns, `params` those that differ between kits. `best` has, by metric, the
    kit with the best number of several. `without` counts kits that have no numbers.
    """

    where: str
    kits: tuple[ComparedKit, ...]
    metrics: tuple[str, ...]
    params: tuple[str, ...]
    best: Mapping[str, Digest]
    lower: frozenset[str]
    without: int = 0
    problems: tuple[str, ...] = ()

    def to_pandas(self) -> Any:
        """A DataFrame with a row for each kit: tags, created, digest, then every metric and parameter.

        Raises MissingDependency.
        """
        try:
            import pandas
        except ImportError:
            raise MissingDependency("pandas", "frames", "to_pandas") from None
        return pandas.DataFrame([self._row(kit) for kit in self.kits])

    def json(self) -> str:
        """An array with an object for each kit."""
        return gojson.indented(gojson.dumps([self._row(kit) for kit in self.kits]))

    def _row(self, kit: ComparedKit) -> dict[str, Any]:
        told: dict[str, Any] = {"tags": list(kit.tags), "created": kit.created, "digest": str(kit.digest)}
        told |= {f"metrics.{name}": value for name, value in kit.metrics.items()}
        return told | {f"params.{name}": value for name, value in kit.params.items()}


def compare(
    repository: str,
    *,
    metrics: Sequence[str] = (),
    lower: Sequence[str] = (),
    higher: Sequence[str] = (),
    series: bool | None = None,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> CompareResult:
    """The metrics and parameters of every kit of a repository, here or in its registry.

    Of the newest kits the log is read, too, with each metric over its steps: a small layer each. By default that is
    done of kits that are here; `series` says whether.

    `metrics` chooses and orders the columns. The lowest number is the best of `lower`, and of names such as loss and
    error that are not in `higher`; the highest is of all others. Kits without numbers are counted.
    Raises NotFound for a repository without kits, or none with such a metric; InvalidReference, RegistryError.
    """
    listed = list_kits(repository, remote=remote, connection=connection, settings=settings, observe=observe)
    if not listed.kits and not listed.problems:
        raise NotFound(f"{repository} has no kits", hint="kit list shows what there is")
    kits = sorted((_compared(kit) for kit in listed.kits if not kit.problem), key=lambda kit: (kit.created, kit.tags))
    is_here = listed.where == "the local store"
    numbered = tuple(kit for kit in kits if kit.metrics or kit.params)
    names = tuple(metrics) or tuple(dict.fromkeys(name for kit in numbered for name in kit.metrics))
    for name in metrics:
        if not any(name in kit.metrics for kit in numbered):
            there = ", ".join(sorted({known for kit in numbered for known in kit.metrics})[:20])
            raise NotFound(f"no kit of {repository} has the metric {name[:80]}", hint=f"there is: {there or 'none'}")
    less = frozenset(name for name in names if name in lower or (is_less_better(name) and name not in higher))
    problems = [*listed.problems, *(f"{','.join(kit.tags)}: {kit.problem}" for kit in listed.kits if kit.problem)]
    if is_here if series is None else series:
        numbered, unread = _with_series(repository, numbered, remote, connection, settings, observe)
        problems += unread
    return CompareResult(
        repository if is_here else listed.where,
        numbered,
        names,
        _differing(numbered),
        {name: found for name in names if (found := _best(numbered, name, name in less))},
        less,
        len(kits) - len(numbered),
        tuple(problems),
    )


def _with_series(
    repository: str,
    kits: tuple[ComparedKit, ...],
    remote: bool,
    connection: Connection | None,
    settings: Settings | None,
    observe: Observer,
) -> tuple[tuple[ComparedKit, ...], list[str]]:
    """The kits, the newest ones with their logs; and what to say of logs that cannot be read."""
    found, problems = list(kits), []
    where = Reference.parse(repository)
    with observed(observe, repository), Opener(settings or Settings.load(), connection, remote=remote) as opener:
        for at in range(max(0, len(kits) - SERIES_KITS), len(kits)):
            try:
                log = log_of(opener.open(where.with_digest(kits[at].digest)))
            except Cancelled:
                raise
            except KitError as problem:
                problems.append(f"{','.join(kits[at].tags)}: the log cannot be read: {problem.message}")
                continue
            if log:
                found[at] = replace(kits[at], series={metric.name: metric for metric in metrics_of(log)})
    return tuple(found), problems


def is_less_better(metric: str) -> bool:
    """Whether the lowest number of a metric of this name is the best, as of a loss or an error."""
    return _LESS.search(metric.lower()) is not None


def _compared(kit: ListedKit) -> ComparedKit:
    metrics, params = numbers_of(kit)
    return ComparedKit(kit.digest, kit.tags, kit.created, metrics, params, kit.message)


def numbers_of(kit: ListedKit) -> tuple[dict[str, Value], dict[str, Value]]:
    """The metrics and the parameters that a kit was packed with, by name."""
    told = kit.parameters if isinstance(kit.parameters, Mapping) else {}
    metrics, params = told.get("metrics"), told.get("params")
    # A Kitfile that somebody wrote has its numbers at the top: what is measured and what was chosen, nobody can tell.
    others = {name: value for name, value in told.items() if name not in _FACTS}
    found = dict(_flat(metrics if isinstance(metrics, Mapping) else {}))
    found |= {name: value for name, value in _flat(others) if _is_number(value)}
    chosen = dict(_flat(params if isinstance(params, Mapping) else {}))
    chosen |= {name: value for name, value in _flat(others) if not _is_number(value)}
    return found, chosen


def _flat(node: Mapping[str, Any], before: str = "", depth: int = 0) -> list[tuple[str, Value]]:
    """Nested names with dots between; lists as one text."""
    found: list[tuple[str, Value]] = []
    for name, value in node.items():
        if len(found) >= _NAMES_LIMIT:
            break
        if isinstance(value, Mapping) and depth < _DEPTH_LIMIT:
            found += _flat(value, f"{before}{name}.", depth + 1)
        elif value is None or isinstance(value, (bool, int, float, str)):
            found.append((f"{before}{name}", value))
        else:
            found.append((f"{before}{name}", str(value)[:500]))
    return found[:_NAMES_LIMIT]


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _differing(kits: Sequence[ComparedKit]) -> tuple[str, ...]:
    """Parameters that are not the same in all kits; all of them where there is one kit."""
    names = dict.fromkeys(name for kit in kits for name in kit.params)
    if len(kits) < 2:
        return tuple(names)
    return tuple(name for name in names if len({repr(kit.params.get(name)) for kit in kits}) > 1)


def _best(kits: Sequence[ComparedKit], name: str, is_less_better: bool) -> Digest | None:
    """The kit with the best number; the oldest of equal ones, None where there are not two different numbers."""
    found = [(kit, value) for kit, value in _numbers(kits, name)]
    if len({value for _, value in found}) < 2:
        return None
    best = (min if is_less_better else max)(value for _, value in found)
    return next(kit.digest for kit, value in found if value == best)


def _numbers(kits: Sequence[ComparedKit], name: str) -> Iterator[tuple[ComparedKit, float]]:
    for kit in kits:
        value = kit.metrics.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield kit, float(value)
