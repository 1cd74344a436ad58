"""What a promotion, or its undo, will move: computed once, for who looks first and for who does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

from kitops_jupyter import targets
from kitops_jupyter.content import Digest, Source, TagsTogether, Target, read_verified
from kitops_jupyter.errors import Cancelled, Conflict, KitError, NotFound
from kitops_jupyter.manifest import message_of, parse_manifest
from kitops_jupyter.operations.opening import Opener, open_kit, read_kit, refuse_ring
from kitops_jupyter.operations.transfer.promotion_guards import check_metric
from kitops_jupyter.operations.transfer.promotion_notes import Moved, recall
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import CHAMPION, LIFECYCLE_TAGS, ROLLBACK, Reference
from kitops_jupyter.registry import RemoteRepository
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository
from kitops_jupyter.targets import Connection

_TAGS_LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class Kept:
    """A tag that an undo leaves as it is: what it names (None: nothing), and why it stays."""

    tag: str
    digest: Digest | None
    reason: str


@dataclass(frozen=True, slots=True)
class PromotionPlan(Result):
    """The tags that will move, in that order, and those that an undo cannot put back.

    `messages` are those of the kits that the tags would name, by their digest; a kit without one is not in it.
    """

    reference: Reference
    moves: tuple[Moved, ...]
    kept: tuple[Kept, ...] = ()
    messages: Mapping[Digest, str] = field(default_factory=dict, hash=False)


def plan_promotion(
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
) -> PromotionPlan:
    """What `promote` with the same arguments will move, as things are now; nothing is moved.

    All of its guards are checked, except that a local kit's bytes are not hashed. Of an undo, a registry may refuse to
    take a tag away: then it stays. Raises as `promote`; for an undo that cannot work, the plan has no moves.
    """
    settings = settings or Settings.load()
    parsed = Reference.parse(reference)
    with observed(observe, reference), repository_of(parsed, settings, connection, remote=remote) as repository:
        if undo:
            found = plan_undo(repository, parsed, to, settings)
        else:
            found = plan(repository, parsed, to, from_tag, metric, settings, connection)
        return replace(found, messages=_messages(repository, found.moves))


@contextmanager
def repository_of(
    reference: Reference, settings: Settings, connection: Connection | None, *, remote: bool
) -> Iterator[Repository | RemoteRepository]:
    """The repository whose tags are meant."""
    if not remote and not targets.names_registry(reference, settings):
        yield targets.local(reference, settings)
        return
    with targets.remote(reference, settings, connection) as repository:
        yield repository


def plan(
    repository: Target,
    parsed: Reference,
    to: str,
    from_tag: str | None,
    metric: str | None,
    settings: Settings,
    connection: Connection | None,
) -> PromotionPlan:
    """The moves of a promotion, its guards checked. When a champion goes, `rollback` names it first."""
    wanted = _wanted(repository, parsed)
    if from_tag and find(repository, from_tag) != wanted:
        raise Conflict(f"{from_tag} does not name {parsed}: nothing was moved")
    if metric:
        check_metric(parsed, repository, metric)
    _refuse_ring(parsed, parsed.with_tag(to), repository, wanted, settings, connection)
    before = find(repository, to)
    moves = [Moved(to, before, wanted)] if before != wanted else []
    if moves and to == CHAMPION and before and (rollback := find(repository, ROLLBACK)) != before:
        moves.insert(0, Moved(ROLLBACK, rollback, before))
    return PromotionPlan(parsed, tuple(moves))


def plan_undo(
    repository: Repository | RemoteRepository, parsed: Reference, to: str, settings: Settings
) -> PromotionPlan:
    """The moves that put back what the last promotion from here to `to` moved; none where somebody moved `to` since.

    A tag that it made is taken away, but not the only one of a registry's kit. Raises NotFound, StoreCorrupt.
    """
    moves, kept = list[Moved](), list[Kept]()
    for move in reversed(recall(settings, parsed.with_tag(to))):
        now = find(repository, move.tag)
        if now == move.before:
            continue
        if now != move.after:
            kept.append(Kept(move.tag, now, "it was moved since"))
        elif move.before is None and not _has_other_name(repository, parsed, move.tag, now, moves):
            kept.append(Kept(move.tag, now, "it is the only tag of its kit"))
        else:
            moves.append(Moved(move.tag, now, move.before))
    if any(each.tag == to for each in kept):
        kept += [Kept(move.tag, move.before, f"{to} stays") for move in moves]
        moves = []
    return PromotionPlan(parsed, tuple(moves), tuple(kept))


def _messages(repository: Source, moves: Sequence[Moved]) -> dict[Digest, str]:
    """Why the kits that the tags would name were packed; a kit that cannot be read has no message."""
    found = {}
    for digest in dict.fromkeys(move.after for move in moves if move.after):
        try:
            manifest = parse_manifest(read_verified(repository, repository.resolve(digest)))
        except Cancelled:
            raise
        except KitError:
            continue
        if message := message_of(manifest):
            found[digest] = message
    return found


def find(repository: Source, name: str) -> Digest | None:
    """What the tag names; None for nothing."""
    try:
        return repository.resolve(name).digest
    except NotFound:
        return None


def _has_other_name(
    repository: Repository | RemoteRepository,
    parsed: Reference,
    tag: str,
    digest: Digest | None,
    moves: Sequence[Moved],
) -> bool:
    """Whether the kit keeps a name without this tag: some registries delete a kit with its last tag."""
    if isinstance(repository, TagsTogether) or any(move.after == digest for move in moves):
        return True  # the local store keeps a kit without tags
    going = {tag, *(move.tag for move in moves)}
    names = [parsed.tag, *LIFECYCLE_TAGS, *islice(repository.tags(), _TAGS_LOOKED_AT)]
    return any(find(repository, name) == digest for name in dict.fromkeys(names) if name and name not in going)


def _refuse_ring(
    origin: Reference,
    name: Reference,
    repository: Target,
    wanted: Digest,
    settings: Settings,
    connection: Connection | None,
) -> None:
    """Raise ReferenceCycle if the kit was tuned from a kit of that tag: with the tag, it would build on itself."""
    is_here = isinstance(repository, TagsTogether)
    with Opener(settings, connection, remote=not is_here) as opener:
        refuse_ring(
            lambda: read_kit(origin, repository, repository.resolve(wanted)).described(),
            name,
            (lambda text: open_kit(text, settings)) if is_here else opener.open,
        )


def _wanted(repository: Target, reference: Reference) -> Digest:
    try:
        return repository.resolve(reference.name).digest
    except NotFound as missing:
        missing.hint = f"kit list {reference.shown_name} shows what is there"
        raise
