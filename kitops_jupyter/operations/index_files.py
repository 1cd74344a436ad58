"""`kit index-files`: a file index for a kit that was packed without, attached to it; the kit stays as it is."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from kitops_jupyter import archive, file_index, targets
from kitops_jupyter.content import Digest, Target, verified
from kitops_jupyter.errors import ContentError
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.index_findings import IndexFindings, with_index
from kitops_jupyter.operations.layer_reader import indexed_members
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.passing_index import PassingIndex
from kitops_jupyter.pipeline import pump
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import MayBeElsewhere
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class IndexedLayer:
    """A layer and its index: made now ("indexed"), there already ("unchanged"), the kit's own, or none, and why.

    `file_count` is 0 for a layer that was not read.
    """

    section: str
    path: str
    digest: Digest
    status: Literal["indexed", "unchanged", "packed with it", "no index"]
    file_count: int = 0
    index_bytes: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class IndexFilesResult(Result):
    """What each layer of the kit has now; `where` is where the indexes are: a registry, or the local store."""

    reference: Reference
    digest: Digest
    where: str
    layers: tuple[IndexedLayer, ...]
    read_bytes: int
    elapsed_s: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """The layers that can have no index, each with the reason."""
        return tuple(f"{layer.path} has no file index: {layer.why}" for layer in self.layers if layer.why)


def index_files(
    reference: str,
    *,
    labels: Sequence[str] = (),
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> IndexFilesResult:
    """Attach a file index to a kit that was packed without one; no byte of the kit and no digest changes.

    Each layer is read once, as a stream, and verified; one whose index is there already is not read. A kit that is not
    in the local store is read in its registry, and its indexes go there (`remote` asks the registry in any case).
    `labels` choose one kit of an index of kits. If it breaks off, nothing was attached.
    Raises NotFound, DigestMismatch, RegistryError (one that takes no referrers, too), StorageFull, Cancelled.
    Source: docs/format-file-index.md, "Where it is".
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    store = targets.store(settings)
    with observed(observe, reference), Opener(settings, connection, remote=remote) as opener, store.session():
        kit = opener.open(reference, labels=labels)
        target: Target = store.all_kinds(kit.reference).for_role("referrer")
        where = "the local store"
        if isinstance(kit.source, MayBeElsewhere):
            repository = opener.repository(kit.reference)
            target, where = repository, repository.registry.name
        indexer = _Indexer(kit, target, IndexFindings(settings), observe)
        layers = indexer.index_all()
    return IndexFilesResult(
        kit.reference,
        kit.descriptor.digest,
        where,
        tuple(layers),
        indexer.read_bytes,
        time.monotonic() - started,
    )


class _Indexer:
    """Makes the indexes of one kit's layers in `target`, and attaches them all at once."""

    def __init__(self, kit: Kit, target: Target, findings: IndexFindings, observe: Observer) -> None:
        self._kit = kit
        self._target = target
        self._findings = findings
        self._observe = observe
        self._addresses: dict[Digest, file_index.Address] = {}
        self.read_bytes = 0

    def index_all(self) -> list[IndexedLayer]:
        """What became of each layer."""
        # Somebody who may not write there learns it before anything large is read.
        self._target.write(file_index.EMPTY, io.BytesIO(b"{}"), item="file index")
        matches = {match.layer.digest: match for match in self._kit.matches()}
        layers = [self._index(match) for match in matches.values()]
        attached = [
            with_index(match.layer, address)
            for digest, match in matches.items()
            if (address := self._addresses.get(digest))
        ]
        file_index.keep(self._target, self._kit.descriptor, attached)
        for layer in attached:
            self._findings.attach(matches[layer.digest].layer, self._addresses[layer.digest])
        return layers

    def _index(self, match: Match) -> IndexedLayer:
        entry, layer = match.entry, match.layer
        if file_index.has_index(layer):
            return IndexedLayer(entry.section, entry.path, layer.digest, "packed with it")
        known = file_index.address_of(self._findings.indexed(layer))
        if known is not None and self._target.exists(known.descriptor):
            self._addresses[layer.digest] = known
            return IndexedLayer(entry.section, entry.path, layer.digest, "unchanged", index_bytes=known.size_bytes)
        passed = self._read(match)
        built, why = passed.build(), passed.why_wrong
        if built is not None:
            why = _why_unusable(match, built)
        if built is None or why:
            return IndexedLayer(entry.section, entry.path, layer.digest, "no index", why=why)
        self._target.write(built.address.descriptor, built.open(), item="file index")
        self._addresses[layer.digest] = built.address
        return IndexedLayer(
            entry.section, entry.path, layer.digest, "indexed", len(passed.files), built.address.size_bytes
        )

    def _read(self, match: Match) -> PassingIndex:
        """Pass the whole layer, verified, through the builder of its index."""
        layer, compression = match.layer, match.type.compression
        size_bytes = None if compression else layer.size_bytes
        passed = PassingIndex(layer, size_bytes=size_bytes)
        with closing(verified(self._kit.source.open(layer), layer)) as stream:
            inside = archive.decompressing(stream, compression) if compression else stream
            pump(inside, [passed], observe=self._observe, item=match.entry.path, total_bytes=size_bytes)
        self.read_bytes += layer.size_bytes
        return passed


def _why_unusable(match: Match, built: file_index.BuiltIndex) -> str:
    """Why a reader would refuse this index, by the same checks; "" if it would not."""
    layer = match.layer
    if layer.size_bytes > file_index.LAYER_LIMIT_BYTES:
        return f"it has more than {file_index.LAYER_LIMIT_BYTES} bytes"
    try:
        with closing(built.open()) as stream:
            listing = stream.read(built.address.listing_bytes) or b""
        index = file_index.read_listing(
            listing, built.address, layer_bytes=layer.size_bytes, where=f"layer {layer.digest.short}"
        )
        if not match.type.format.is_one_file:
            indexed_members(index, layer, archive.NameRules())
    except ContentError as problem:
        return problem.message
    return ""
