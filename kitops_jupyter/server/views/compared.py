"""The tags of a repository side by side: metrics and parameters a page at a time, and logs that are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Cancelled, KitError, Usage
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import compare_bodies, wire
from kitops_jupyter.server.views.registries import Names, page_of
from kitops_jupyter.server.views.usable import usable_settings
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.door import typed_errors

if TYPE_CHECKING:
    from kitops_jupyter.operations.look.compare import Value
    from kitops_jupyter.operations.look.kits import ListedKit
    from kitops_jupyter.operations.opening import Opener

PAGE_LIMIT = 100
_NAMES = 200  # of one kit
_TEXT = 200
_LINES = 24  # of one kit: as many columns of metrics are drawn
_POINTS = 200  # of a line, or up to twice as many: a plot is not much wider in pixels


def page(asked: compare_bodies.CompareTags, names: Names) -> wire.ComparePage:
    """Some tags with what their Kitfiles have in numbers and choices; of each, manifest and config are read."""
    from kitops_jupyter.operations.look.compare import is_less_better

    settings, repository = usable_settings(), asked.repository
    is_remote = targets.names_registry(Reference.parse(repository, default_tag=""), settings)
    tags = _tags(repository, names, settings, is_remote, is_fresh=not asked.after)
    shown = page_of(tags, asked.after, min(asked.limit, PAGE_LIMIT))
    kits = _described(repository, shown.items, settings, is_remote)
    items = [_tag(tag, kits[tag]) for tag in shown.items if tag in kits]
    metrics = dict.fromkeys(name for item in items for name in item.metrics)
    return wire.ComparePage(items, shown.next, len(tags), [name for name in metrics if is_less_better(name)])


def _tags(repository: str, names: Names, settings: Settings, is_remote: bool, *, is_fresh: bool) -> Sequence[str]:
    from kitops_jupyter.operations.look.kits import local_tags
    from kitops_jupyter.operations.look.tags import in_order

    if is_remote:
        return names.all_tags(repository, is_fresh=is_fresh)
    return in_order(local_tags(repository, settings=settings))


def _described(repository: str, tags: Sequence[str], settings: Settings, is_remote: bool) -> Mapping[str, ListedKit]:
    from kitops_jupyter.operations.look.kits import describe_local
    from kitops_jupyter.operations.look.tags import describe_tags

    return (describe_tags if is_remote else describe_local)(repository, tags, settings=settings)


def _tag(tag: str, kit: ListedKit) -> wire.ComparedTag:
    from kitops_jupyter.operations.look.compare import numbers_of

    metrics, params = ({}, {}) if kit.problem else map(_short, numbers_of(kit))
    digest = "" if kit.problem else kit.digest
    return wire.ComparedTag(tag, digest, kit.created, kit.message, metrics, params, kit.problem)


def _short(values: Mapping[str, Value]) -> dict[str, float | str | bool | None]:
    """The first of them, texts cut."""
    return {
        name[:_TEXT]: value[:_TEXT] if isinstance(value, str) else value
        for name, value in islice(values.items(), _NAMES)
    }


def series(asked: compare_bodies.CompareSeries) -> list[wire.KitSeries]:
    """What was logged with each of these kits, those that are not here in their registry.

    A log that cannot be read hides no other. Raises Usage.
    """
    from kitops_jupyter.operations.look.compare import SERIES_KITS
    from kitops_jupyter.operations.opening import Opener

    digests = list(dict.fromkeys(map(_digest, asked.digests.split(","))))
    if len(digests) > SERIES_KITS:
        raise Usage(f"{len(digests)} kits were asked for; at most {SERIES_KITS} are drawn")
    repository = Reference.parse(asked.repository, default_tag="")
    with Opener(usable_settings()) as opener:
        return [_series(opener, repository.with_digest(digest), digest) for digest in digests]


def _digest(text: str) -> Digest:
    try:
        return Digest(text)
    except KitError:
        raise Usage("digests should be digests with commas between") from None


def _series(opener: Opener, reference: Reference, digest: Digest) -> wire.KitSeries:
    from kitops_jupyter.operations.logged import log_of, metrics_of

    try:
        with typed_errors():
            log = log_of(opener.open(reference))
    except Cancelled:
        raise
    except KitError as problem:
        return wire.KitSeries(digest, [], 0, problem.message)
    metrics = metrics_of(log) if log else ()
    lines = []
    for metric in metrics[:_LINES]:
        steps, values = zip(*metric.thinned(_POINTS), strict=True)
        lines.append(wire.SeriesLine(metric.name[:_TEXT], list(steps), list(values)))
    return wire.KitSeries(digest, lines, len(metrics) - len(lines), "")
