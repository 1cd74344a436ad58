"""`kit tag`: another name for a kit; no bytes move."""

from __future__ import annotations

from dataclasses import dataclass

from kitops_jupyter import targets
from kitops_jupyter.content import Descriptor, Digest, Source
from kitops_jupyter.errors import Forbidden, NotFound, Unauthorized, Usage
from kitops_jupyter.lines import command
from kitops_jupyter.operations.opening import Opener, open_kit, read_kit, refuse_ring
from kitops_jupyter.operations.tally import Tally
from kitops_jupyter.operations.transfer import engine
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.graph import walk
from kitops_jupyter.operations.transfer.moving import mover
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.registry.http.problems import is_past_login
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class TagResult(Result):
    """`moved_from` is the digest that the tag named before, None for a new tag."""

    source: Reference
    target: Reference
    digest: Digest
    moved_from: Digest | None
    notes: tuple[str, ...] = ()


def tag(
    source: str,
    target: str,
    *,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> TagResult:
    """Let `target` name the kit that `source` names, in the same repository or another one.

    With `remote`, or when only its registry has the kit, both names are the registry's; no layer is moved through this
    machine, not even into another repository, where the registry can mount. Raises NotFound, Usage, RegistryError.
    """
    settings = settings or Settings.load()
    wanted = Reference.parse(target)
    if wanted.digest or not wanted.tag:
        raise Usage(f"{target}: expected a tag, got a digest", hint=command("tag", source, "NAME:TAG"))
    origin = Reference.parse(source)
    if remote:
        return _tag_remote(origin, wanted, settings, connection, observe)
    try:
        kit = open_kit(origin, settings)
    except NotFound:
        if (found := _index(origin, settings)) is not None:
            return _tag_index(origin, wanted, found, settings)
        if targets.names_registry(origin, settings) and targets.names_registry(wanted, settings):
            return _tag_remote(origin, wanted, settings, connection, observe)
        raise
    refuse_ring(kit.described, wanted, lambda text: open_kit(text, settings))
    goal = targets.local(wanted, settings)
    before = _resolved(goal, wanted.tag)
    with targets.store(settings).session() as session:
        goal.adopt(kit.descriptor, kit.source)
        for name in (wanted.tag, *wanted.extra_tags):
            goal.tag(kit.descriptor, name)
    return TagResult(kit.reference, wanted, kit.descriptor.digest, before, tuple(session.notes))


def _index(origin: Reference, settings: Settings) -> Descriptor | None:
    try:
        return targets.store(settings).repository(origin, kind="indexes").resolve(origin.name)
    except NotFound:
        return None
    except (Unauthorized, Forbidden) as problem:  # some refuse what does not exist, and the write decides
        if not is_past_login(problem):
            raise
        return None


def _tag_index(origin: Reference, wanted: Reference, index: Descriptor, settings: Settings) -> TagResult:
    """Give an index another name. If that is in another repository, its kits are listed there too, as kit expects."""
    store = targets.store(settings)
    goal = store.repository(wanted, kind="indexes")
    before = _resolved(goal, wanted.tag)
    with store.session():
        here, there = store.all_kinds(origin), store.all_kinds(wanted)
        nodes = walk(here, index, Extras(), referrers=False)
        for node in nodes:
            engine.write_manifest(there, node)
        engine.tag(there, nodes[-1], (wanted.tag, *wanted.extra_tags))
    return TagResult(origin, wanted, index.digest, before)


def _tag_remote(
    source: Reference, wanted: Reference, settings: Settings, connection: Connection | None, observe: Observer
) -> TagResult:
    goal, origin = targets.at_registry(wanted), targets.at_registry(source)
    if goal.registry != origin.registry:
        raise Usage(
            f"{origin.registry} and {goal.registry} are two registries", hint=f"kit pull {source}, then push it"
        )
    tags = (wanted.tag, *wanted.extra_tags)
    with observed(observe, str(wanted)), Opener(settings, connection, remote=True) as opener:
        repository, other = opener.repository(goal), opener.repository(origin)
        root = other.resolve(origin.name)
        nodes = walk(other, root, Extras(), referrers=False)
        refuse_ring(lambda: read_kit(origin, other, root).described(), goal, opener.open)
        before = _resolved(repository, wanted.tag)
        if goal.repository == origin.repository:
            engine.tag(repository, nodes[-1], tags)
        else:
            engine.copy_nodes(
                nodes,
                repository,
                move=mover(other, repository),
                tally=Tally(observe),
                concurrency=repository.registry.concurrency,
                extras=Extras(),
                tags=tags,
            )
    return TagResult(origin, goal, root.digest, before)


def _resolved(goal: Source, name: str) -> Digest | None:
    try:
        return goal.resolve(name).digest
    except NotFound:
        return None
