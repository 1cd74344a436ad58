"""`kit promote`: lifecycle tags moved as one guarded step: read, check, write, verify. No bytes move.

A registry cannot move a tag only if nobody else did. So every tag is read before it is moved and again after: one that
was moved meanwhile is an error that says what is where. What was before is noted here first, so that it can be undone.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kitops_jupyter import targets
from kitops_jupyter.content import Digest, OpensChecked, Source, TagsTogether, Target
from kitops_jupyter.disk import read_json, why
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import Conflict, ContentError, ManifestInvalid, NotFound, StoreCorrupt, Usage
from kitops_jupyter.operations.opening import Opener, open_kit, read_kit, refuse_ring
from kitops_jupyter.operations.write_file import write_text
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

AGAIN = "pack or pull the kit again to repair it"
CHAMPION, ROLLBACK = "champion", "rollback"
_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq}
_GUARD = re.compile(r"\s*([\w.-]+?)\s*(>=|<=|=|>|<)\s*(-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)\s*\Z")


@dataclass(frozen=True, slots=True)
class Moved:
    """One tag: what it named before (None: nothing), and what it names now."""

    tag: str
    before: Digest | None
    after: Digest


@dataclass(frozen=True, slots=True)
class PromoteResult(Result):
    """Every tag that moved, in the order in which they did; none when all were there already."""

    reference: Reference
    moved: tuple[Moved, ...]


def promote(
    reference: str,
    to: str,
    *,
    from_tag: str | None = None,
    metric: str | None = None,
    undo: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> PromoteResult:
    """Let the tag `to` name this kit; when a champion goes, `rollback` names it first.

    `from_tag` is a tag that must name the kit too, `metric` (`accuracy>=0.9`) a number among the model's parameters.
    `undo` lets the tags that the last promotion from here to `to` moved name again what they named. A name that leads
    to a registry, or any with `remote`, is promoted there, where everybody sees it; others in the local store.
    Raises NotFound, Usage, Conflict (a check failed, or somebody moved a tag meanwhile); what is where is said.
    """
    settings = settings or Settings.load()
    parsed = Reference.parse(reference)
    with observed(observe, reference), _repository(parsed, settings, connection, remote=remote) as place:
        key = f"{parsed.store_name}:{to}"
        if undo:
            back = [(move.tag, move.after, move.before) for move in reversed(_recall(settings, key)) if move.before]
            return PromoteResult(parsed, _move_all(place, back))  # a new tag stays: not every registry can delete one
        wanted = _wanted(place, parsed)
        if from_tag and _find(place, from_tag) != wanted:
            raise Conflict(f"{parsed} is not what {from_tag} names: nothing was moved")
        if metric:
            _check_metric(parsed, place, metric)
        if isinstance(place, OpensChecked):
            _check_bytes(parsed, place, place, wanted, observe)
        _refuse_ring(parsed, parsed.with_tag(to), place, wanted, settings, connection)
        before = _find(place, to)
        moves: list[tuple[str, Digest | None, Digest]] = [(to, before, wanted)] if before != wanted else []
        if moves and to == CHAMPION and before:
            moves.insert(0, (ROLLBACK, _find(place, ROLLBACK), before))
        if moves:
            _note(settings, key, [Moved(*move) for move in moves])
        return PromoteResult(parsed, _move_all(place, moves))


@contextmanager
def _repository(
    reference: Reference, settings: Settings, connection: Connection | None, *, remote: bool
) -> Iterator[Target]:
    """The repository whose tags are meant."""
    if not remote and not targets.names_registry(reference, settings):
        yield targets.local(reference, settings)
        return
    with targets.remote(reference, settings, connection) as repository:
        yield repository


def _refuse_ring(
    origin: Reference, name: Reference, place: Target, wanted: Digest, settings: Settings, connection: Connection | None
) -> None:
    """Raise ReferenceCycle for a kit that was tuned from what its new tag names: it would build on itself."""
    is_here = isinstance(place, TagsTogether)
    with Opener(settings, connection, remote=not is_here) as opener:
        refuse_ring(
            lambda: read_kit(origin, place, place.resolve(wanted)).described(),
            name,
            (lambda text: open_kit(text, settings)) if is_here else opener.open,
        )


def _wanted(place: Target, reference: Reference) -> Digest:
    try:
        return place.resolve(reference.name).digest
    except NotFound as missing:
        missing.hint = f"kit list {reference.shown_name} shows what is there"
        raise


def _check_bytes(reference: Reference, place: Source, checker: OpensChecked, wanted: Digest, observe: Observer) -> None:
    """Raise StoreCorrupt unless every blob of the kit is there and right: nothing damaged becomes a champion."""
    manifest = read_kit(reference, place, place.resolve(wanted)).manifest
    for blob in (*manifest.layers, manifest.config):
        try:
            checker.open_checked(blob, observe=observe).close()
        except (ContentError, NotFound) as problem:
            raise StoreCorrupt(f"{problem.message}: nothing was moved", hint=problem.hint or AGAIN) from None


def _find(place: Target, name: str) -> Digest | None:
    try:
        return place.resolve(name).digest
    except NotFound:
        return None


def _move_all(place: Target, moves: Sequence[tuple[str, Digest | None, Digest]]) -> tuple[Moved, ...]:
    """Move the tags; those of the local store in one step, so that a kill leaves all where they were, or none."""
    if not isinstance(place, TagsTogether):
        return tuple(_move(place, *move) for move in moves)
    wanted = {tag: place.resolve(after) for tag, _, after in moves}
    place.tag_together(wanted, expected={tag: before for tag, before, _ in moves})
    return tuple(Moved(*move) for move in moves)


def _move(place: Target, tag: str, before: Digest | None, after: Digest) -> Moved:
    """Move one tag, if it still is where it was, and look again. Raises Conflict."""
    now = _find(place, tag)
    if now != before:
        shown = now.short if now else "nothing"
        raise Conflict(
            f"{tag} was moved by someone else meanwhile: it names {shown}, expected {before or 'nothing'}",
            hint="see what it names now, then promote again",
        )
    place.tag(place.resolve(after), tag)
    found = _find(place, tag)
    if found != after:
        raise Conflict(f"{tag} was moved to {after.short}, and right after by someone else to {found or 'nothing'}")
    return Moved(tag, before, after)


def _check_metric(reference: Reference, place: Target, guard: str) -> None:
    match = _GUARD.match(guard)
    if not match:
        raise Usage(f"--metric {guard!r}: expected NAME>=NUMBER", hint="--metric 'accuracy>=0.9'")
    name, sign, limit = match.groups()
    model = read_kit(reference, place, place.resolve(reference.name)).described().model
    found = _numbers(model.parameters if model else None, name)
    if len(found) != 1:
        what = f"{len(found)} numbers" if found else "no number"
        raise Conflict(f"{reference} has {what} {name} among its model's parameters: nothing was moved")
    if not _COMPARE[sign](found[0], float(limit)):
        raise Conflict(f"{reference}: {name} is {found[0]:g}, expected {sign} {limit}: nothing was moved")


def _numbers(node: Any, name: str) -> list[float]:
    """Every number under this name, or at this path of names with dots between, at any depth."""
    if isinstance(node, list):
        return [number for item in node for number in _numbers(item, name)]
    if not isinstance(node, dict):
        return []
    here: Any = node
    for step in name.split("."):
        here = here.get(step) if isinstance(here, dict) else None
    own = [float(here)] if isinstance(here, (int, float)) and not isinstance(here, bool) else []
    return own + [number for item in node.values() for number in _numbers(item, name)]


def _history(settings: Settings) -> Path:
    return settings.home / "promotions.json"


def _read_history(settings: Settings) -> dict[str, Any]:
    """What was noted, by kit and tag. Raises StoreCorrupt for a file that is not ours any more: it is not replaced."""
    try:
        parsed = read_json(_history(settings))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as problem:
        raise _unusable(settings, why(problem)) from problem
    if not isinstance(parsed, dict):
        raise _unusable(settings, f"expected an object, got {type(parsed).__name__}")
    return parsed


def _unusable(settings: Settings, reason: str) -> StoreCorrupt:
    path = _history(settings)
    return StoreCorrupt(
        f"{path} cannot be used: {reason}", hint="move it away; the promotions in it can no longer be undone"
    )


def _note(settings: Settings, key: str, moves: Sequence[Moved]) -> None:
    """Write down what the tags name, before any moves."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with Lock(settings.home / ".promotions.lock"):
        noted = {**_read_history(settings), key: [[move.tag, move.before, move.after] for move in moves]}
        write_text(_history(settings), json.dumps(noted, indent=1))


def _recall(settings: Settings, key: str) -> list[Moved]:
    noted = _read_history(settings).get(key)
    if not noted:
        raise NotFound(f"no promotion to {key.rpartition(':')[2]} was made from here", hint="kit promote REF --to TAG")
    try:
        return [_moved(*move) for move in noted]
    except (TypeError, ManifestInvalid):
        raise _unusable(settings, f"it has no list of moved tags for {key}") from None


def _moved(tag: object, before: object, after: object) -> Moved:
    """A move as it was noted. Raises TypeError, ManifestInvalid."""
    if not (isinstance(tag, str) and isinstance(after, str) and isinstance(before, str | None)):
        raise TypeError
    return Moved(tag, Digest(before) if before else None, Digest(after))
