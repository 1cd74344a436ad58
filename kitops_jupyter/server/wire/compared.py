"""What the panel shows of the tags of a repository side by side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ComparedTag:
    """A tag with the metrics and parameters of its kit; nested names have dots between. `problem` is why it has none.

    A number that is not finite is null.
    """

    tag: str
    digest: str
    created: str
    message: str
    metrics: dict[str, float | str | bool | None]
    params: dict[str, float | str | bool | None]
    problem: str


@dataclass(frozen=True)
class ComparePage:
    """Some of `total` tags; `next` is the `after` of the next page, "" at the end.

    Of the metrics in `lower` the lowest number is the best, of others the highest.
    """

    items: list[ComparedTag]
    next: str
    total: int
    lower: list[str]


@dataclass(frozen=True)
class SeriesLine:
    """A metric over its steps, thinned: the same number of steps and values, the last point among them.

    A number that is not finite is null.
    """

    name: str
    steps: list[int]
    values: list[float | None]


@dataclass(frozen=True)
class KitSeries:
    """What was logged with a kit; without lines and `problem` nothing was. `more` metrics are left out.

    `problem` is why it cannot be read.
    """

    digest: str
    lines: list[SeriesLine]
    more: int
    problem: str
