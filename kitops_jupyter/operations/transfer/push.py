"""`kit push`: a kit of the local store into a registry."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from kitops_jupyter import file_index, targets
from kitops_jupyter.content import Descriptor, Digest, Source, read_verified
from kitops_jupyter.errors import Cancelled, KitError, Usage
from kitops_jupyter.manifest import parse_manifest
from kitops_jupyter.operations.index_findings import IndexFindings, IndexWatch, Warnings
from kitops_jupyter.operations.layer_reader import read_listing
from kitops_jupyter.operations.opening import Kit, Opener, open_kit, refuse_ring
from kitops_jupyter.operations.tally import Tally
from kitops_jupyter.operations.transfer.engine import copy_nodes
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.graph import Node, walk
from kitops_jupyter.operations.transfer.moving import mover
from kitops_jupyter.operations.transfer.push_index import push_index
from kitops_jupyter.operations.transfer.results import TransferResult
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


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
    resumes where it was. `all_tags` pushes every tag of the local repository that names a kit.
    `index` means the index of that name, also where there is a kit of that name, too.
    Raises NotFound, Usage (a name without a registry), Unauthorized, Forbidden, RegistryError, Cancelled.
    """
    settings = settings or Settings.load()
    reference = Reference.parse(source)
    target = targets.at_registry(Reference.parse(destination) if destination else reference)
    tally, wrong, extras = Tally(observe), Warnings(), Extras.of(settings)
    is_index = index or _is_only_an_index(reference, settings)
    if is_index and not all_tags:
        tags = tuple(tag for tag in (target.tag, *target.extra_tags) if tag)
        digest, kits = push_index(reference, target, settings, connection, tags=tags, tally=tally, extras=extras)
        return TransferResult(
            "Pushed",
            target,
            digest,
            tags,
            tally.counts(),
            hint=f"an index of {kits} kits, all of which are already there",
            notes=tuple(extras.notes),
        )
    tagged = _tagged(reference, target, settings, all_tags)
    store = targets.store(settings)
    with observed(observe, source), Opener(settings, connection) as opener:
        repository = opener.repository(target)
        for kit, tags in tagged:
            refuse_ring(kit.described, replace(target, tag="", digest=None, extra_tags=tags), opener.open_named)
            watch = IndexWatch(IndexFindings(settings), partial(read_listing, kit.source), wrong)
            copy_nodes(
                _with_attached_index(store.all_kinds(kit.reference), kit, extras),
                repository,
                move=mover(
                    kit.source,
                    repository,
                    mount_from=_siblings(kit, target, settings),
                    watch=watch,
                    heal=store.all_kinds(kit.reference),
                    shown=str(kit.reference),
                ),
                tally=tally,
                concurrency=repository.registry.concurrency,
                extras=extras,
                tags=tags,
                registry=target.registry,
                watch=watch,
            )
    (kit, *_), every_tag = [kit for kit, _ in tagged], tuple(tag for _, tags in tagged for tag in tags)
    return TransferResult(
        "Pushed",
        target,
        kit.descriptor.digest,
        every_tag,
        tally.counts(),
        warnings=tuple(wrong.texts),
        notes=tuple(extras.notes),
    )


def _with_attached_index(here: Source, kit: Kit, extras: Extras) -> list[Node]:
    """The kit, and the file indexes that were attached to it; other things that refer to it stay here."""
    if any(file_index.has_index(layer) for layer in kit.manifest.layers):
        return walk(here, kit.descriptor, extras, referrers=False)
    kinds = file_index.ARTIFACT_TYPES.values()
    nodes = walk(here, kit.descriptor, extras, referrers=True)
    return [node for node in nodes if node.role != "referrer" or node.descriptor.artifact_type in kinds]


def _is_only_an_index(reference: Reference, settings: Settings) -> bool:
    store = targets.store(settings)
    kits, indexes = store.repository(reference), store.repository(reference, kind="indexes")
    return reference.name in indexes.tags() and reference.name not in kits.tags()


def _tagged(
    reference: Reference, target: Reference, settings: Settings, all_tags: bool
) -> list[tuple[Kit, tuple[str, ...]]]:
    """The kits to push, each with the tags that will name it there."""
    if not all_tags:
        tags = tuple(tag for tag in (target.tag, *target.extra_tags) if tag)
        return [(open_kit(reference, settings), tags)]
    found = targets.local(reference, settings).tags()
    if not found:
        raise Usage(f"{reference.shown_name} has no tags here", hint="kit list shows the kits in the store")
    names: dict[Digest, list[str]] = {}
    for tag, descriptor in found.items():
        names.setdefault(descriptor.digest, []).append(tag)
    return [(open_kit(reference.with_tag(tags[0]), settings), tuple(tags)) for tags in names.values()]


def _siblings(kit: Kit, target: Reference, settings: Settings) -> list[str]:
    """Repositories of the same registry that are known here to have one of the kit's layers."""
    store, wanted = targets.store(settings), {layer.digest for layer in kit.manifest.layers}
    found = []
    for name in store.repositories():
        there = Reference.from_store_name(name)
        if there.is_local and there.repository.partition("/")[0] == target.registry:
            there = replace(there, registry=target.registry, repository=there.repository.partition("/")[2])
        if there.registry != target.registry or there.repository == target.repository:
            continue
        repository = store.repository(name)
        if any(wanted & _layers_of(repository, descriptor) for descriptor in repository.manifests()):
            found.append(there.repository)
    return found


def _layers_of(repository: Source, descriptor: Descriptor) -> set[Digest]:
    """The layers of another kit; none if it cannot be read, which must not stop this push."""
    try:
        return {layer.digest for layer in parse_manifest(read_verified(repository, descriptor)).layers}
    except Cancelled:
        raise
    except KitError:
        return set()
