"""`kit remove`: names and kits out of the local store, and the bytes that nothing needs any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Cancelled, KitError, NotFound, Usage
from kitops_jupyter.operations.opening import read_kit
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Removed, Store
from kitops_jupyter.targets import Connection

_TAGS_LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class RemoveResult(Result):
    """What was removed, each with its digest; `freed_bytes` counts the blobs that went with it.

    `untagged` are other tags of the same kits that went along; `kept` says why bytes stayed that should have gone.
    """

    removed: tuple[tuple[str, Digest], ...]
    freed_bytes: int
    freed_blobs: int
    untagged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def remove(
    references: str | Sequence[str] = (),
    *,
    force: bool = False,
    everything: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> RemoveResult:
    """Remove tags; a kit's last tag takes the kit with it, and the blobs that nothing else refers to.

    `force` takes all tags of the kit; `everything` takes all untagged kits, with `force` the whole store. With
    `remote` a tag is taken away in its registry, by a digest or with `force` the kit with all its tags; what
    that frees is the registry's to say. Of several names each is tried, whatever became of the others; the first
    error then says in its details what else failed, and what was removed. Raises NotFound, Usage, RegistryError.
    """
    names = [references] if isinstance(references, str) else list(references)
    if bool(names) == everything:
        raise Usage("name the kits to remove, or give --all", hint="kit remove NAME:TAG")
    settings = settings or Settings.load()
    if everything:
        if remote:
            raise Usage("--all is for the local store only", hint="kit remove --remote REGISTRY/NAME:TAG")
        return _sum([targets.store(settings).remove_all(force=force)])
    with observed(observe, ", ".join(names)):
        done, failures = remove_each(names, force=force, remote=remote, connection=connection, settings=settings)
    if failures:
        (_, first), *others = failures
        if len(names) > 1:
            told = [f"{name} was not removed: {problem.message}" for name, problem in others]
            first.details = (*first.details, *told, *(f"{name} was removed" for name, _ in done.removed))
        raise first
    return done


def remove_each(
    references: Sequence[str],
    *,
    force: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
) -> tuple[RemoveResult, list[tuple[str, KitError]]]:
    """As `remove` of each of these names; what was removed, and the names that were not, with their errors.

    With `force` a name that went along with one before it is not one that failed. Raises Cancelled.
    """
    settings = settings or Settings.load()
    store = targets.store(settings)
    gone: list[Removed] = []
    failures: list[tuple[str, KitError]] = []
    for name in references:
        try:
            if remote:
                gone.append(Removed(tuple(_remove_remote(name, force, settings, connection)), 0, 0))
            else:
                gone.append(_remove_local(store, Reference.parse(name), force))
        except Cancelled:
            raise
        except KitError as problem:
            if not (gone and force and isinstance(problem, NotFound)):
                failures.append((name, problem))
    return _sum(gone), failures


def _sum(gone: Sequence[Removed]) -> RemoveResult:
    return RemoveResult(
        tuple(pair for found in gone for pair in found.references),
        sum(found.freed_bytes for found in gone),
        sum(found.freed_blobs for found in gone),
        tuple(name for found in gone for name in found.untagged),
        tuple(reason for found in gone for reason in found.kept),
    )


def _remove_local(store: Store, reference: Reference, force: bool) -> Removed:
    """A kit; if there is none of that name, an index of kits."""
    try:
        return store.remove(reference, force=force)
    except NotFound as missing:
        try:
            return store.remove(reference, force=force, kind="indexes")
        except NotFound:
            raise missing from None


def _remove_remote(
    name: str, force: bool, settings: Settings, connection: Connection | None
) -> list[tuple[str, Digest]]:
    """A tag alone, or the manifest with all its tags; each as it was named."""
    kit_name = targets.at_registry(Reference.parse(name))
    with targets.registry(kit_name.registry, settings, connection) as registry:
        repository = registry.repository(kit_name.repository)
        removed = []
        for wanted in _names(kit_name):
            digest = repository.resolve(wanted).digest
            repository.delete(digest if force else wanted)
            removed.append((_shown(kit_name, wanted), digest))
    return removed


def preview_removal(
    references: Sequence[str],
    *,
    force: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
) -> RemoveResult:
    """What `remove` of these names would take away, other tags with it; nothing is changed.

    `freed_bytes` are layers that no other kit needs. Of a registry's kit with `force`, the first 300 tags of the
    repository are looked at. Raises NotFound, RegistryError.
    """
    settings = settings or Settings.load()
    if remote:
        return _preview_remote(references, force, connection, settings)
    store = targets.store(settings)
    names = {(parsed.store_name, name) for parsed in map(Reference.parse, references) for name in _names(parsed)}
    removed, untagged, gone, kept = [], [], dict[Digest, int](), set[Digest]()
    for store_name, descriptor, tags in store.kits():
        named = [name for name in (*tags, str(descriptor.digest)) if (store_name, name) in names]
        goes = bool(named) and (force or str(descriptor.digest) in named or set(named) >= set(tags))
        kit_name = Reference.from_store_name(store_name)
        removed += [(_shown(kit_name, name), descriptor.digest) for name in named]
        untagged += [_shown(kit_name, tag) for tag in tags if goes and tag not in named]
        for layer in read_kit(kit_name, targets.local(kit_name, settings), descriptor).manifest.layers:
            if goes:
                gone[layer.digest] = layer.size_bytes
            else:
                kept.add(layer.digest)
    freed = [size for digest, size in gone.items() if digest not in kept]
    return RemoveResult(tuple(removed), sum(freed), len(freed), tuple(untagged))


def preview_each(
    references: Sequence[str],
    *,
    force: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
) -> tuple[RemoveResult, list[tuple[str, KitError]]]:
    """As `preview_removal` of the names that can be looked at; the others with their errors."""
    settings = settings or Settings.load()

    def look(names: Sequence[str]) -> RemoveResult:
        return preview_removal(names, force=force, remote=remote, connection=connection, settings=settings)

    try:
        return look(references), []
    except Cancelled:
        raise
    except KitError as problem:
        if len(references) == 1:
            return RemoveResult((), 0, 0), [(references[0], problem)]
    failures, known = [], []
    for name in references:
        try:
            look([name])
            known.append(name)
        except Cancelled:
            raise
        except KitError as problem:
            failures.append((name, problem))
    return (look(known) if known else RemoveResult((), 0, 0)), failures


def _preview_remote(
    references: Sequence[str], force: bool, connection: Connection | None, settings: Settings
) -> RemoveResult:
    from kitops_jupyter.operations.look.tags import describe_tags, list_tags

    removed, untagged = [], []
    for parsed in map(Reference.parse, references):
        kit_name = targets.at_registry(parsed)
        with targets.registry(kit_name.registry, settings, connection) as registry:
            repository = registry.repository(kit_name.repository)
            digests = {name: repository.resolve(name).digest for name in _names(kit_name)}
        removed += [(_shown(kit_name, name), digest) for name, digest in digests.items()]
        if force:
            tags = list_tags(kit_name.shown_name, limit=_TAGS_LOOKED_AT, connection=connection, settings=settings)
            found = describe_tags(kit_name.shown_name, tags, connection=connection, settings=settings)
            others = [tag for tag, kit in found.items() if kit.digest in digests.values() and tag not in digests]
            untagged += [_shown(kit_name, tag) for tag in others]
    return RemoveResult(tuple(removed), 0, 0, tuple(untagged))


def _shown(kit_name: Reference, name: str) -> str:
    return f"{kit_name.shown_name}{'@' if ':' in name else ':'}{name}"


def _names(reference: Reference) -> list[str]:
    return [name for name in (reference.name, *reference.extra_tags) if name]
