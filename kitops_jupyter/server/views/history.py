"""What the tags of a repository name: in a few words for rows in sight, or all of them as a history."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Cancelled, KitError, StoreCorrupt
from kitops_jupyter.manifest import Facts
from kitops_jupyter.redaction import redacted
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.answers import error_of
from kitops_jupyter.server.views.usable import usable_settings
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.door import typed_errors

if TYPE_CHECKING:
    from kitops_jupyter.operations.look.kits import ListedKit

SUMMARIES_LIMIT = 50
HISTORY_LIMIT = 300
METRICS_LIMIT = 20


def summaries(asked: bodies.References) -> list[wire.Summary]:
    """A few words on each of a few kits; one that cannot be read has its error, and hides no other."""
    references = asked.references[:SUMMARIES_LIMIT]
    by_repository: dict[str, list[tuple[str, str]]] = {}
    found: dict[str, wire.Summary] = {}
    for text in references:
        try:
            parsed = Reference.parse(text)
        except KitError as problem:
            found[text] = _unread(redacted(text), problem)
        else:
            repository = text.removesuffix(f":{parsed.name}").removesuffix(f"@{parsed.name}")
            by_repository.setdefault(repository, []).append((text, parsed.name))
    for repository, named in by_repository.items():
        try:
            with typed_errors():
                found.update(_summaries(repository, named))
        except Cancelled:
            raise
        except KitError as problem:
            found.update({text: _unread(text, problem) for text, _ in named})
    return [found[text] for text in references]


def _unread(text: str, problem: KitError) -> wire.Summary:
    return wire.Summary(text, "", 0, "", "", False, 0, 0, error_of(problem))


def _summaries(repository: str, named: Sequence[tuple[str, str]]) -> dict[str, wire.Summary]:
    from kitops_jupyter.operations.look.here import Here
    from kitops_jupyter.operations.look.kits import NONE
    from kitops_jupyter.operations.look.tags import describe_tags

    settings = usable_settings()
    here = Here(settings)
    described = describe_tags(repository, [tag for _, tag in named], settings=settings)
    found = {}
    for text, tag in named:
        kit = described[tag]
        error_there = wire.Error("unreadable", kit.problem, "", []) if kit.problem else None
        title = "" if kit.model_name == NONE else kit.model_name
        digest = "" if kit.problem else kit.digest
        layers_here = sum(map(here.has, kit.layers))
        counts = layers_here, len(kit.layers)
        found[text] = wire.Summary(
            text, digest, kit.size_bytes, kit.created, title, here.is_named(Reference.parse(text)), *counts, error_there
        )
    return found


def history(asked: bodies.ShowHistory) -> list[wire.HistoryRow]:
    """The tags of a repository with what they name, the newest first; those that cannot be read last."""
    from kitops_jupyter import targets
    from kitops_jupyter.operations.look.kits import NONE, list_kits
    from kitops_jupyter.operations.look.tags import describe_tags, list_tags

    settings, repository = usable_settings(), asked.repository
    promoted = _promoted(repository, settings)
    pairs: list[tuple[str, ListedKit]]
    if targets.names_registry(Reference.parse(repository, default_tag=""), settings):
        tags = list_tags(repository, limit=HISTORY_LIMIT, settings=settings)
        pairs = list(describe_tags(repository, tags, settings=settings).items())
    else:
        pairs = [(tag, kit) for kit in list_kits(repository, settings=settings).kits for tag in kit.tags]
    rows = [
        wire.HistoryRow(
            tag,
            "" if kit.problem else kit.digest,
            kit.created,
            kit.size_bytes,
            "" if kit.model_name == NONE else kit.model_name,
            kit.problem,
            not kit.problem and promoted.get(tag) == kit.digest,
            kit.message,
            _metrics(kit),
            _code(kit.facts),
            _ran(kit.facts),
        )
        for tag, kit in pairs
    ]
    return sorted(rows, key=lambda row: row.created, reverse=True)


def _metrics(kit: ListedKit) -> dict[str, float | None]:
    """The first numbers that the kit was packed with."""
    from kitops_jupyter.operations.look.compare import numbers_of

    found = numbers_of(kit)[0].items()
    numbers = ((name[:200], value) for name, value in found if isinstance(value, int | float))
    return {name: float(value) for name, value in islice(numbers, METRICS_LIMIT) if not isinstance(value, bool)}


def _code(facts: Facts) -> wire.CodeState | None:
    code = facts.code
    if code is None:
        return None
    return wire.CodeState(code.commit, code.branch, code.remote, code.is_dirty, code.changed_files)


def _ran(facts: Facts) -> wire.CellsRan | None:
    ran = facts.ran
    if ran is None:
        return None
    differing = ran.edited, ran.failed, ran.never_ran, ran.out_of_order, ran.gone
    return wire.CellsRan(ran.cells, ran.as_saved, *differing)


def _promoted(repository: str, settings: Settings) -> dict[str, Digest]:
    """The tags that promotions from here moved; none where what was noted of them cannot be read: an undo says so."""
    from kitops_jupyter.operations.transfer.promotion_notes import promoted_from_here

    try:
        return promoted_from_here(settings, Reference.parse(repository, default_tag=""))
    except StoreCorrupt:
        return {}
