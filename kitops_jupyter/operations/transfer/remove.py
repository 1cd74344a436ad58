"""`kit remove`: names and kits out of the local store, and the bytes that nothing needs any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import NotFound, Usage
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
    that frees is the registry's to say. Raises NotFound, Usage, RegistryError.
    """
    names = [references] if isinstance(references, str) else list(references)
    if bool(names) == everything:
        raise Usage("name the kits to remove, or give --all", hint="kit remove NAME:TAG")
    settings = settings or Settings.load()
    if remote:
        if everything:
            raise Usage("--all is for the local store only", hint="kit remove --remote REGISTRY/NAME:TAG")
        with observed(observe, ", ".join(names)):
            removed = [pair for name in names for pair in _remove_remote(name, force, settings, connection)]
        return RemoveResult(tuple(removed), 0, 0)
    store = targets.store(settings)
    if everything:
        gone = [store.remove_all(force=force)]
    else:
        gone = [_remove_local(store, Reference.parse(name), force) for name in names]
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
