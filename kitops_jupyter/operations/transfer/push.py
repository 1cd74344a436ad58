"""`kit push`: a kit of the local store into a registry."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from kitops_jupyter import manifest as manifests
from kitops_jupyter import targets
from kitops_jupyter.content import Descriptor, Digest, OpensChecked, Readable, read_verified, verified
from kitops_jupyter.errors import ContentError, DigestMismatch, KitError, NotFound, StoreCorrupt, Usage
from kitops_jupyter.operations.index_findings import IndexFindings, IndexWatch, Warnings
from kitops_jupyter.operations.layer_reader import read_listing
from kitops_jupyter.operations.opening import Kit, Opener, open_kit, refuse_ring
from kitops_jupyter.operations.transfer.engine import Move, Tally, copy_kit
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.push_index import push_index
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository, Store
from kitops_jupyter.targets import Connection

if TYPE_CHECKING:
    from kitops_jupyter.registry import RemoteRepository


@dataclass(frozen=True, slots=True)
class TransferResult(Result):
    """A kit that was pushed or pulled: what moved, what was there already, and where it is now.

    `notes` say what stayed behind of what goes along with a kit, `warnings` which file index is not its layer's.
    """

    verb: str
    reference: Reference
    digest: Digest
    tags: tuple[str, ...]
    moved_bytes: int
    moved_blobs: int
    skipped_bytes: int
    skipped_blobs: int
    elapsed_s: float
    hint: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def push(
    source: str,
    destination: str | None = None,
    *,
    all_tags: bool = False,
    index: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> TransferResult:
    """Have a local kit, or an index and its kits, in its registry or at `destination`; the tag moves last.

    What the registry has is not sent again; what a sibling repository there has is mounted. A push that broke off
    goes on where it was. `all_tags` pushes every tag of the local repository that names a kit.
    `index` means the index of that name, also where there is a kit of that name, too.
    Raises NotFound, Usage (a name without a registry), Unauthorized, Forbidden, RegistryError, Cancelled.
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    reference = Reference.parse(source)
    place = targets.at_registry(Reference.parse(destination) if destination else reference)
    tally, wrong, extras = Tally(observe), Warnings(), Extras.of(settings)
    is_index = index or _is_only_an_index(reference, settings)
    if is_index and not all_tags:
        tags = tuple(tag for tag in (place.tag, *place.extra_tags) if tag)
        digest, kits = push_index(reference, place, settings, connection, tags=tags, tally=tally, extras=extras)
        return TransferResult(
            "Pushed",
            place,
            digest,
            tags,
            tally.moved_bytes,
            tally.moved_blobs,
            tally.skipped_bytes,
            tally.skipped_blobs,
            time.monotonic() - started,
            hint=f"an index of {kits} kits, which are all there",
            notes=tuple(extras.notes),
        )
    tagged = _tagged(reference, place, settings, all_tags)
    with targets.registry(place.registry, settings, connection) as registry, Opener(settings, connection) as opener:
        repository = registry.repository(place.repository)
        for kit, tags in tagged:
            refuse_ring(kit.described, replace(place, tag="", digest=None, extra_tags=tags), opener.open_named)
            watch = IndexWatch(IndexFindings(settings), partial(read_listing, kit.source), wrong)
            siblings = _siblings(kit, place, settings)
            move = _uploader(kit, repository, siblings, watch, targets.store(settings))
            copy_kit(
                kit.source,
                repository,
                kit.descriptor,
                move=move,
                tags=tags,
                tally=tally,
                concurrency=registry.concurrency,
                referrers=repository,
                watch=watch,
                extras=extras,
                place=place.registry,
            )
    (kit, *_), every_tag = [kit for kit, _ in tagged], tuple(tag for _, tags in tagged for tag in tags)
    return TransferResult(
        "Pushed",
        place,
        kit.descriptor.digest,
        every_tag,
        tally.moved_bytes,
        tally.moved_blobs,
        tally.skipped_bytes,
        tally.skipped_blobs,
        time.monotonic() - started,
        warnings=tuple(wrong.texts),
        notes=tuple(extras.notes),
    )


def _is_only_an_index(reference: Reference, settings: Settings) -> bool:
    store = targets.store(settings)
    kits, indexes = store.repository(reference), store.repository(reference, kind="indexes")
    return reference.name in indexes.tags() and reference.name not in kits.tags()


def _uploader(kit: Kit, repository: RemoteRepository, siblings: list[str], watch: IndexWatch, store: Store) -> Move:
    """Sends one blob of the kit, unless it is there or can be mounted from a sibling.

    Bytes that are known to be right are not hashed again on the way: the registry must refuse others. A blob that is
    damaged or gone here, and whole there, is fetched back instead.
    """

    def move(blob: Descriptor, item: str, observe: Observer) -> None:
        if store.find_blob(blob, observe=observe, item=item) is None and repository.exists(blob):
            repository.fetch(
                blob, store.partials, keep=lambda path: store.keep_file(path, blob), observe=observe, item=item
            )
            return
        watch.look(blob, lambda: _open(kit, blob, item))
        try:
            repository.upload(
                blob, lambda: _open(kit, blob, item), mount_from=siblings, check=False, observe=observe, item=item
            )
        except DigestMismatch:
            _check(kit, blob, item)
            raise

    return move


def _check(kit: Kit, blob: Descriptor, item: str) -> None:
    """Raise StoreCorrupt if the blob is not what it is to be, whatever its stamps say."""
    try:
        with verified(kit.source.open(blob), blob) as stream:
            while stream.read(1 << 20):
                pass
    except ContentError as problem:
        raise _damaged(kit, item, problem) from None


def _open(kit: Kit, blob: Descriptor, item: str) -> Readable:
    try:
        return kit.source.open_checked(blob) if isinstance(kit.source, OpensChecked) else kit.source.open(blob)
    except (ContentError, NotFound) as problem:
        raise _damaged(kit, item, problem) from None


def _damaged(kit: Kit, item: str, problem: KitError) -> StoreCorrupt:
    return StoreCorrupt(
        f"{item} is damaged in the local store: {problem.message}",
        hint=f"pack the kit again, which puts it right; or kit remove -f {kit.reference}",
    )


def _tagged(
    reference: Reference, place: Reference, settings: Settings, all_tags: bool
) -> list[tuple[Kit, tuple[str, ...]]]:
    """The kits to push, each with the tags that shall name it there."""
    if not all_tags:
        tags = tuple(tag for tag in (place.tag, *place.extra_tags) if tag)
        return [(open_kit(reference, settings), tags)]
    found = targets.local(reference, settings).tags()
    if not found:
        raise Usage(f"{reference.shown_name} has no tags here", hint="kit list shows what there is")
    names: dict[Digest, list[str]] = {}
    for tag, descriptor in found.items():
        names.setdefault(descriptor.digest, []).append(tag)
    return [(open_kit(reference.with_tag(tags[0]), settings), tuple(tags)) for tags in names.values()]


def _siblings(kit: Kit, place: Reference, settings: Settings) -> list[str]:
    """Repositories of the same registry that are known here to have one of the kit's layers."""
    store, wanted = targets.store(settings), {layer.digest for layer in kit.manifest.layers}
    found = []
    for name in store.repositories():
        there = Reference.from_store_name(name)
        if there.is_local and there.repository.partition("/")[0] == place.registry:
            there = replace(there, registry=place.registry, repository=there.repository.partition("/")[2])
        if there.registry != place.registry or there.repository == place.repository:
            continue
        repository = store.repository(name)
        if any(wanted & _layers_of(repository, descriptor) for descriptor in repository.manifests()):
            found.append(there.repository)
    return found


def _layers_of(repository: Repository, descriptor: Descriptor) -> set[Digest]:
    """The layers of another kit; none of one that cannot be read, which is no reason not to push this one."""
    try:
        return {layer.digest for layer in manifests.parse(read_verified(repository, descriptor)).layers}
    except KitError:
        return set()
