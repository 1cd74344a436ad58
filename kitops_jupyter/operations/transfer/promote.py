"""`kit promote`: lifecycle tags moved as one guarded step: read, check, write, verify. No bytes move.

A registry cannot move a tag only if nobody else did. So every tag is read before it is moved and again after: one that
was moved meanwhile is an error that says what is where. What was before is noted here first, so that it can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter.content import Digest, OpensChecked, Source, TagsTogether
from kitops_jupyter.errors import Conflict, ContentError, NotFound, RegistryError, StoreCorrupt
from kitops_jupyter.lines import command
from kitops_jupyter.operations.opening import read_kit
from kitops_jupyter.operations.transfer.promotion_notes import Moved, forget, note
from kitops_jupyter.operations.transfer.promotion_plan import (
    Kept,
    PromotionPlan,
    find,
    plan,
    plan_undo,
    repository_of,
)
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.registry import RemoteRepository
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository
from kitops_jupyter.targets import Connection

AGAIN = "pack or pull the kit again to repair it"


@dataclass(frozen=True, slots=True)
class PromoteResult(Result):
    """Every tag that moved, in the order in which they did; none when all were there already.

    `kept` are tags that an undo could not put back, with the reasons.
    """

    reference: Reference
    moved: tuple[Moved, ...]
    kept: tuple[Kept, ...] = ()
    is_undo: bool = False


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
    `undo` lets the tags that the last promotion from here to `to` moved name again what they named, and takes away
    those that it made, where the registry can do that. A name that leads to a registry, or any with `remote`, is
    promoted there, where everybody sees it; others in the local store. `plan_promotion` says before what will move.
    Raises NotFound, Usage, Conflict (a check failed, or somebody moved a tag meanwhile); what is where is said.
    """
    settings = settings or Settings.load()
    parsed = Reference.parse(reference)
    with observed(observe, reference), repository_of(parsed, settings, connection, remote=remote) as repository:
        if undo:
            return _undo(repository, plan_undo(repository, parsed, to, settings), to, settings)
        planned = plan(repository, parsed, to, from_tag, metric, settings, connection)
        if isinstance(repository, OpensChecked):
            _check_bytes(parsed, repository, repository, repository.resolve(parsed.name).digest, observe)
        if planned.moves:
            note(settings, parsed.with_tag(to), planned.moves)
        moved, _ = _move_all(repository, planned.moves)
        return PromoteResult(parsed, moved)


def _undo(
    repository: Repository | RemoteRepository, planned: PromotionPlan, to: str, settings: Settings
) -> PromoteResult:
    """Put the tags back, say which cannot be, and forget the promotion. Raises Conflict if `to` must stay."""
    for each in planned.kept:
        if each.tag == to:
            names = each.digest.short if each.digest else "nothing"
            raise Conflict(
                f"{to} stays, and names {names}: {each.reason}; nothing was moved",
                hint=command("promote", str(planned.reference), "--to", to),
            )
    moved, kept = _move_all(repository, planned.moves)
    forget(settings, planned.reference.with_tag(to))
    return PromoteResult(planned.reference, moved, (*planned.kept, *kept), is_undo=True)


def _check_bytes(
    reference: Reference, repository: Source, checker: OpensChecked, wanted: Digest, observe: Observer
) -> None:
    """Raise StoreCorrupt unless every blob of the kit is there and right: nothing damaged becomes a champion."""
    manifest = read_kit(reference, repository, repository.resolve(wanted)).manifest
    for blob in (*manifest.layers, manifest.config):
        try:
            checker.open_checked(blob, observe=observe).close()
        except (ContentError, NotFound) as problem:
            raise StoreCorrupt(f"{problem.message}: nothing was moved", hint=problem.hint or AGAIN) from None


def _move_all(
    repository: Repository | RemoteRepository, moves: Sequence[Moved]
) -> tuple[tuple[Moved, ...], tuple[Kept, ...]]:
    """Move the tags, and say which a registry would not take away.

    Those of the local store move in one step, so that a kill leaves all where they were, or none.
    """
    if isinstance(repository, TagsTogether):
        wanted = {move.tag: repository.resolve(move.after) if move.after else None for move in moves}
        repository.tag_together(wanted, expected={move.tag: move.before for move in moves})
        return tuple(moves), ()
    tried = [_move(repository, move) for move in moves]
    return tuple(each for each in tried if isinstance(each, Moved)), tuple(
        each for each in tried if isinstance(each, Kept)
    )


def _move(repository: RemoteRepository, move: Moved) -> Moved | Kept:
    """Move one tag, if it still is where it was, and look again. Raises Conflict."""
    now = find(repository, move.tag)
    if now != move.before:
        raise Conflict(
            f"{move.tag} was moved by someone else meanwhile: it names {_shown(now)}, expected {_shown(move.before)}",
            hint="see what it names now, then promote again",
        )
    if move.after is None:
        try:
            repository.delete(move.tag)
        except RegistryError as problem:
            return Kept(move.tag, now, problem.message)
    else:
        repository.tag(repository.resolve(move.after), move.tag)
    found = find(repository, move.tag)
    if found != move.after:
        raise Conflict(
            f"{move.tag} was moved to {_shown(move.after)}, and right after by someone else to {_shown(found)}"
        )
    return move


def _shown(digest: Digest | None) -> str:
    return digest.short if digest else "nothing"
