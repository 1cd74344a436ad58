"""One layer of a pack: its files read once, hashed and stored; or not read at all, when nothing changed."""

from __future__ import annotations

import hashlib
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kitops_jupyter import archive
from kitops_jupyter.content import Descriptor, Digest, Ingests, Readable
from kitops_jupyter.errors import Cancelled, PathInvalid
from kitops_jupyter.layers import PlannedLayer
from kitops_jupyter.manifest import file_metadata, layer_annotations
from kitops_jupyter.media_types import Kind, LayerType
from kitops_jupyter.progress import Event, Observer
from kitops_jupyter.store import LayerCache, LayerRecord

# A file system's clock ticks slower than its stamps pretend: 4 to 10 ms on Linux; a file changed within one tick of
# being read could be changed again without any stamp to show it. Stamps in whole seconds mean ticks of up to 2 s (FAT).
TICK_NS = 100_000_000
COARSE_TICK_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class PackedLayer:
    """A layer in the store; `status` says whether its files were read ("packed") or known ("unchanged").

    `file_bytes` is the sum of its files, `size_bytes` what is stored.
    """

    section: str
    index: int
    name: str
    path: str
    media_type: str
    digest: Digest | None
    diff_id: Digest | None
    size_bytes: int
    file_bytes: int
    file_count: int
    annotations: dict[str, str]
    status: Literal["packed", "unchanged", "planned"]

    @property
    def descriptor(self) -> Descriptor:
        """The layer as the manifest names it."""
        assert self.digest is not None, "a dry run has no descriptors"
        return Descriptor(self.media_type, self.digest, self.size_bytes, self.annotations)


class LayerPacker:
    """Packs layers into a place that takes streams, in any number of threads; `known` layers are not read again."""

    def __init__(
        self,
        place: Ingests,
        root: Path,
        compression: str,
        *,
        kind: Kind,
        known: LayerCache | None,
        use_cache: bool,
        observe: Observer,
    ) -> None:
        self._place = place
        self._root = root
        self._compression = compression
        self._kind = kind
        self._known = known
        self._use_cache = use_cache
        self._observe = observe
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Let every layer under way stop at its next event."""
        self._cancelled.set()

    def _event(self, event: Event) -> None:
        if self._cancelled.is_set():
            raise Cancelled("packing was stopped; no tag has moved")
        self._observe(event)

    def preview(self, layer: PlannedLayer) -> PackedLayer:
        """What packing this layer would store, without reading it; compressed sizes are not known then."""
        return self._packed(layer, None, None, layer.size_bytes, "planned")

    def pack(self, layer: PlannedLayer) -> PackedLayer:
        """Store the layer. Raises SourceChanged, StorageFull, PathInvalid, Cancelled; then nothing of it is stored."""
        if layer.entry.section == "mcpserver":
            _check_mcpb(self._root / layer.path)
        fingerprint = self._fingerprint(layer)
        known = self._known.find(fingerprint) if self._known and self._use_cache else None
        if known:
            self._event(Event("skipped", layer.path, known.size_bytes, known.size_bytes, note="unchanged"))
            return self._packed(layer, known.digest, known.diff_id, known.size_bytes, "unchanged")
        record = self._read(layer)
        if self._known and _is_settled(layer):
            self._known.remember(fingerprint, record)
        return self._packed(layer, record.digest, record.diff_id, record.size_bytes, "packed")

    def _read(self, layer: PlannedLayer) -> LayerRecord:
        stream = archive.raw_stream(layer.members[0]) if layer.layout == "raw" else archive.tar_stream(layer.members)
        compression = self._compression_of(layer)
        if compression == "none":
            stored = self._place.ingest(stream, observe=self._event, item=layer.path)
            return LayerRecord(stored.digest, stored.digest, stored.size_bytes)
        hashed = _HashingStream(stream)
        packed = archive.compressing(hashed, compression)
        stored = self._place.ingest(packed, observe=self._event, item=layer.path)
        return LayerRecord(stored.digest, hashed.digest(), stored.size_bytes)

    def _compression_of(self, layer: PlannedLayer) -> str:
        return "none" if layer.entry.section == "mcpserver" else self._compression

    def _packed(
        self,
        layer: PlannedLayer,
        digest: Digest | None,
        diff_id: Digest | None,
        size_bytes: int,
        status: Literal["packed", "unchanged", "planned"],
    ) -> PackedLayer:
        files = [member for member in layer.members if not member.is_dir]
        compression = self._compression_of(layer)
        return PackedLayer(
            section=layer.entry.section,
            index=layer.entry.index,
            name=layer.entry.name,
            path=layer.path,
            media_type=str(LayerType.for_section(layer.entry.section, self._kind, layer.layout, compression)),
            digest=digest,
            diff_id=diff_id,
            size_bytes=size_bytes,
            file_bytes=sum(member.size for member in files),
            file_count=len(files),
            annotations=_annotations(layer),
            status=status,
        )

    def _fingerprint(self, layer: PlannedLayer) -> str:
        """Names what packing would read: every member's place, size, times, inode and mode."""
        known = hashlib.sha256()
        known.update(repr((str(self._root), layer.path, layer.layout, self._compression_of(layer))).encode())
        for member in layer.members:
            stamp: tuple[Any, ...] = (member.name, member.mode)
            if not member.is_dir:
                stamp += (member.size, member.mtime_ns, member.ctime_ns, member.inode, member.device)
            known.update(repr(stamp).encode("utf-8", "surrogateescape"))
        return known.hexdigest()


class _HashingStream:
    """Hashes a stream on its way into a compressor: the diffId is the digest before compression."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def readinto(self, buffer: memoryview, /) -> int:
        count = self._stream.readinto(buffer)
        self._hash.update(buffer[:count])
        return count

    def close(self) -> None:
        self._stream.close()

    def digest(self) -> Digest:
        return Digest("sha256:" + self._hash.hexdigest())


def _annotations(layer: PlannedLayer) -> dict[str, str]:
    metadata = ""
    if layer.layout == "raw":
        (file,) = layer.members
        metadata = file_metadata(Path(file.source).name, file.mode, file.size, file.mtime_ns)
    return layer_annotations(layer.path, subtype=layer.subtype, metadata=metadata)


def _is_settled(layer: PlannedLayer) -> bool:
    """Whether any later change of these files must show in their stamps."""
    stamps = [stamp for member in layer.members if not member.is_dir for stamp in (member.mtime_ns, member.ctime_ns)]
    coarse = all(stamp % 1_000_000_000 == 0 for stamp in stamps)
    return not stamps or time.time_ns() - max(stamps) > (COARSE_TICK_NS if coarse else TICK_NS)


def _check_mcpb(path: Path) -> None:
    """An MCP server bundle is a zip with manifest.json at its root; kit refuses anything else."""
    try:
        with zipfile.ZipFile(path) as bundle:
            if "manifest.json" in bundle.namelist():
                return
    except (zipfile.BadZipFile, OSError) as problem:
        raise PathInvalid(f"{path} is no .mcpb bundle: {problem}") from problem
    raise PathInvalid(f"{path} is no .mcpb bundle: manifest.json is not at its root")
