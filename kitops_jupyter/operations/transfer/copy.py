"""`kit copy`: a kit, or an index of kits, from any place to any other, with all that refers to it, byte for byte."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from kitops_jupyter import targets
from kitops_jupyter.content import Descriptor, Digest, HoldsOne, Readable, ReadsRanges, Source, Tidies, read_verified
from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import Cancelled, KitError, NotFound, Usage
from kitops_jupyter.kitfile import Kitfile
from kitops_jupyter.manifest import kitfile_from_layers, kitfile_of, parse_manifest
from kitops_jupyter.oci_layout import IndexFile, LayoutTar, TarWriter
from kitops_jupyter.operations.opening import Opener, refuse_ring
from kitops_jupyter.operations.tally import Counts, Tally
from kitops_jupyter.operations.transfer.engine import copy_nodes
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.graph import Node, blobs_of, item_name, walk
from kitops_jupyter.operations.transfer.moving import mover
from kitops_jupyter.operations.transfer.results import Counted
from kitops_jupyter.operations.transfer.sides import Side, opened, parse_side
from kitops_jupyter.progress import Event, Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class CopyResult(Counted):
    """What is at the destination now: `kits`, and `referrers` that came along; what moved, what was there already."""

    source: str
    destination: str
    digest: Digest
    tags: tuple[str, ...]
    kits: int
    referrers: int
    counts: Counts
    notes: tuple[str, ...] = ()


def copy(
    source: str,
    destination: str,
    *,
    referrers: bool = True,
    overwrite: bool = False,
    directory: Path | str = ".",
    connection: Connection | None = None,
    source_connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> CopyResult:
    """Have the kit or index of `source` at `destination`, its manifests byte for byte, with what refers to it.

    Each side is a name with a registry (that registry), another name or `local://NAME` (the local store),
    `oci:DIR[:TAG]` or `FILE.tar[:TAG]` (an OCI layout). What is there is not moved again, a registry mounts what a
    sibling has, and a copy that broke off resumes where it was. The tag moves last; a tar has its name when it is
    whole, and replaces a file only with `overwrite`. Relative paths are below `directory`. `source_connection` is for a
    source that is reached otherwise than the destination.
    Raises NotFound, NotAModelKit, Usage, ManifestInvalid, DigestMismatch, UnsafeArchive, Conflict, RegistryError,
    StorageFull, Cancelled.
    """
    settings = settings or Settings.load()
    origin, goal = (parse_side(text, settings, typed_path(directory)) for text in (source, destination))
    tally = Tally(observe)
    with observed(observe, source), ExitStack() as stack:
        opener = stack.enter_context(Opener(settings, connection, remote=goal.kind == "registry"))
        side: Source
        if origin.kind == "tar" and origin.path is not None:
            side = LayoutTar(origin.path)
        else:
            reached = opener if source_connection is None else Opener(settings, source_connection)
            side = stack.enter_context(opened(origin, settings, stack.enter_context(reached)))
        root, tag = _resolve(side, origin, settings)
        tags = goal.tags or ((tag,) if tag else ())
        if ":" in goal.name:
            if goal.name != root.digest:
                raise Usage(
                    f"{goal} is not the digest of {origin}, which is {root.digest}", hint="leave the digest out"
                )
            tags = ()
        extras = Extras.of(settings)
        nodes = walk(side, root, extras, referrers=referrers)
        _refuse_ring(side, nodes, root, goal, tags, opener)
        parents = _parents(side, nodes)
        if goal.kind == "tar" and goal.path is not None:
            _into_tar(side, goal.path, nodes, root, tags, overwrite, tally)
        else:
            target = stack.enter_context(opened(goal, settings, opener, writes=True))
            nodes = copy_nodes(
                nodes,
                target,
                move=mover(side, target, shown=str(origin)),
                tally=tally,
                concurrency=(connection or Connection()).concurrency,
                extras=extras,
                tags=tags,
                registry=goal.reference.registry if goal.kind == "registry" and goal.reference else "",
            )
            if isinstance(target, Tidies):
                target.tidy()
    return CopyResult(
        str(origin),
        str(goal),
        root.digest,
        tags,
        sum(node.role == "kit" for node in nodes),
        sum(node.role == "referrer" for node in nodes),
        tally.counts(),
        (*extras.notes, *(f"model.path refers to {parent}: copy that too" for parent in parents)),
    )


def _refuse_ring(
    side: Source, nodes: Sequence[Node], root: Descriptor, goal: Side, tags: Sequence[str], opener: Opener
) -> None:
    """Raise ReferenceCycle if the kit would get the name of a kit that it builds on. Names in a layout do not count."""
    if goal.reference is None or goal.path is not None:
        return

    def read() -> Kitfile:
        top = parse_manifest(next(node for node in nodes if node.descriptor.digest == root.digest).data)
        config = read_verified(side, top.config)
        return kitfile_of(top, config) or kitfile_from_layers(top, config)

    refuse_ring(read, replace(goal.reference, tag="", digest=None, extra_tags=tuple(tags)), opener.open)


def _resolve(side: Source, origin: Side, settings: Settings) -> tuple[Descriptor, str]:
    """The manifest that is meant, and the tag that it has there."""
    if isinstance(side, HoldsOne):
        if not origin.name:
            return side.only()
        return side.resolve(origin.name), next(iter(origin.tags), "")
    name = origin.name or "latest"
    try:
        return side.resolve(name), "" if ":" in name else name
    except NotFound as missing:
        if origin.kind == "registry" and origin.reference is not None and _is_stored(origin.reference, name, settings):
            missing.hint = f"the local store has it: kit push {origin}, or kit copy local://{origin} DST"
        raise


def _is_stored(reference: Reference, name: str, settings: Settings) -> bool:
    try:
        return bool(targets.store(settings).all_kinds(reference).resolve(name))
    except Cancelled:
        raise
    except KitError:
        return False


def _into_tar(
    side: Source,
    path: Path,
    nodes: Sequence[Node],
    root: Descriptor,
    tags: Sequence[str],
    overwrite: bool,
    tally: Tally,
) -> None:
    """One stream, in an order that depends on the content alone: each manifest, then what it needs."""
    index = IndexFile()
    top = next(node for node in nodes if node.descriptor.digest == root.digest)
    for tag in tags or ("",):
        index = index.with_entry(top.descriptor, tag)
    for node in nodes:
        if node.role == "referrer":
            index = index.with_entry(node.descriptor)
    texts = {node.descriptor.digest: node.data for node in nodes}
    blobs_of(nodes)
    ordered: dict[Digest, Descriptor] = {}
    for node in nodes:
        ordered |= {blob.digest: blob for blob in (node.descriptor, *node.blobs) if blob.digest not in ordered}
    if _is_there(path, index, list(ordered.values())):
        for blob in ordered.values():
            tally(Event("skipped", item_name(blob), blob.size_bytes, blob.size_bytes, "unchanged"))
        return

    def open_from(blob: Descriptor, start: int) -> Readable:
        if blob.digest in texts:
            return io.BytesIO(texts[blob.digest][start:])
        return _open_from(side, blob, start)

    TarWriter(path, index, list(ordered.values())).write(open_from, overwrite=overwrite, observe=tally, item=item_name)


def _open_from(side: Source, blob: Descriptor, start: int) -> Readable:
    """The blob's bytes from this offset. If the source can, the bytes before it are not moved."""
    if start and isinstance(side, ReadsRanges):
        return side.open_range(blob, start, blob.size_bytes - start)
    stream = side.open(blob)
    left, buffer = start, memoryview(bytearray(min(start, _BLOCK_BYTES) or 1))
    if start and isinstance(stream, io.RawIOBase) and stream.seekable():
        stream.seek(start)
        return stream
    while left and (count := stream.readinto(buffer[: min(left, len(buffer))])):
        left -= count
    return stream


def _is_there(path: Path, index: IndexFile, blobs: Sequence[Descriptor]) -> bool:
    """Whether the tar already has all of it, as its headers say."""
    if not os.path.lexists(path):
        return False
    try:
        there = LayoutTar(path)
    except Cancelled:
        raise
    except KitError:
        return False
    return there.index.to_bytes() == index.to_bytes() and all(there.exists(blob) for blob in blobs)


def _parents(side: Source, nodes: Sequence[Node]) -> list[str]:
    """Kits that these build on by name: they are not part of them."""
    found = (_parent(side, node) for node in nodes if node.role == "kit")
    return list(dict.fromkeys(parent for parent in found if parent))


def _parent(side: Source, node: Node) -> str | None:
    parsed = parse_manifest(node.data)
    try:
        kitfile = kitfile_of(parsed, read_verified(side, parsed.config))
    except Cancelled:
        raise
    except KitError:
        return None
    return kitfile.parent_reference if kitfile else None
