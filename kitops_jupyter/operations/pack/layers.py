"""One layer of a pack: its files read once, hashed and stored; or not read at all, when nothing changed."""

from __future__ import annotations

import marshal
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol

from kitops_jupyter import archive, file_index
from kitops_jupyter.codecs import Compression
from kitops_jupyter.content import Descriptor, Digest, Hashing, Ingests, Readable, Target
from kitops_jupyter.errors import PathInvalid
from kitops_jupyter.layers import Member, PlannedLayer
from kitops_jupyter.manifest import file_metadata, layer_annotations
from kitops_jupyter.media_types import Kind, LayerType
from kitops_jupyter.operations.index_findings import IndexFindings
from kitops_jupyter.operations.transfer.extras import FILE_INDEX, Extras
from kitops_jupyter.pipeline import ByteSink, Stoppable, run_all
from kitops_jupyter.progress import Event, Observer, beat, in_beats
from kitops_jupyter.store import LayerCache, LayerRecord, is_settled

_STAMPS_AT_ONCE = 1000
# Twice as fast as `repr`. The newer versions write what is in memory twice only once: not the same for equal values.
_MARSHAL_VERSION = 2


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
    """Packs layers into a target that takes streams, in any number of threads; `known` layers are not read again.

    `indexes` is where the layers' file indexes go, None for packing without.
    """

    def __init__(
        self,
        target: Ingests,
        root: Path,
        compression: Compression,
        *,
        kind: Kind,
        known: LayerCache | None,
        use_cache: bool,
        indexes: Target | None,
        findings: IndexFindings,
        extras: Extras,
        observe: Observer,
    ) -> None:
        self._target = target
        self._indexes = indexes
        self._findings = findings
        self._extras = extras
        self._root = root
        self._compression = compression
        self._kind = kind
        self._known = known
        self._use_cache = use_cache
        self.observe = Stoppable(observe, "packing was stopped; no tag has moved")

    def preview(self, layer: PlannedLayer) -> PackedLayer:
        """What packing this layer would store, without reading it; compressed sizes are not known then."""
        return self._packed(layer, None, "planned")

    def pack(self, layer: PlannedLayer) -> PackedLayer:
        """Store the layer. Raises SourceChanged, StorageFull, PathInvalid, Cancelled; then nothing of it is stored."""
        if layer.entry.section == "mcpserver":
            _check_mcpb(Path(layer.members[0].source))
        fingerprint = self._fingerprint(layer)
        known = self._known.find(fingerprint, observe=self.observe) if self._known and self._use_cache else None
        if known and self._has_its_index(known):
            self.observe(Event("skipped", layer.path, known.size_bytes, known.size_bytes, note="unchanged"))
            return self._packed(layer, known, "unchanged")
        record = self._read(layer)
        if self._known and _is_settled(layer):
            self._known.remember(fingerprint, record)
        return self._packed(layer, record, "packed")

    def _read(self, layer: PlannedLayer) -> LayerRecord:
        stream = layer.format.stream(layer.members)
        compression = self._compression_of(layer)
        if compression == "none":
            return self._read_plain(layer, stream)
        hashed = _HashingStream(stream)
        packed = archive.compressing(hashed, compression)
        stored = self._target.ingest(packed, observe=self.observe, item=layer.path)
        index = self._keep_index(file_index.listing_only(_indexed(layer))) if self._has_index(layer) else ""
        return LayerRecord(stored.digest, hashed.digest(), stored.size_bytes, file_index=index)

    def _read_plain(self, layer: PlannedLayer, stream: _Sized) -> LayerRecord:
        if not self._has_index(layer):
            stored = self._target.ingest(stream, observe=self.observe, item=layer.path)
            return LayerRecord(stored.digest, stored.digest, stored.size_bytes)
        builder = file_index.IndexBuilder(_indexed(layer))
        stored = self._target.ingest(_Watched(stream, builder), observe=self.observe, item=layer.path)
        built = builder.build()
        self._findings.keep(Descriptor("", stored.digest, stored.size_bytes, built.address.annotation))
        return LayerRecord(stored.digest, stored.digest, stored.size_bytes, file_index=self._keep_index(built))

    def _has_its_index(self, known: LayerRecord) -> bool:
        """Whether the index that was made with the layer is still there: the kit's digest depends on it."""
        return self._indexes is None or not known.file_index or bool(self._index_annotation(known))

    def _has_index(self, layer: PlannedLayer) -> bool:
        is_listed = len(layer.members) <= file_index.FILES_LIMIT and layer.size_bytes <= file_index.LAYER_LIMIT_BYTES
        return self._indexes is not None and is_listed

    def _keep_index(self, built: file_index.BuiltIndex) -> str:
        assert self._indexes
        indexes, blob = self._indexes, built.address.descriptor
        self._extras.try_to(FILE_INDEX, lambda: indexes.write(blob, built.open(), item="file index"))
        return str(built.address)

    def _compression_of(self, layer: PlannedLayer) -> Compression:
        return "none" if layer.entry.section == "mcpserver" else self._compression

    def _packed(
        self,
        layer: PlannedLayer,
        record: LayerRecord | None,
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
            digest=record.digest if record else None,
            diff_id=record.diff_id if record else None,
            size_bytes=record.size_bytes if record else layer.size_bytes,
            file_bytes=sum(member.size for member in files),
            file_count=len(files),
            annotations={**_annotations(layer), **self._index_annotation(record)},
            status=status,
        )

    def _index_annotation(self, record: LayerRecord | None) -> dict[str, str]:
        """The annotation that binds the index to the kit; empty if the index does not exist, or was lost."""
        if record is None or self._indexes is None or not record.file_index:
            return {}
        address = file_index.parse_address(record.file_index)  # the cache may hold anything
        return address.annotation if address and self._indexes.exists(address.descriptor) else {}

    def _fingerprint(self, layer: PlannedLayer) -> str:
        """Names what packing would read: every member's place, size, times, inode and mode."""
        known = Hashing()
        known.write(repr((str(self._root), layer.path, layer.layout, self._compression_of(layer))).encode())
        members = iter(layer.members)
        while some := [_stamp(member) for member in islice(members, _STAMPS_AT_ONCE)]:
            beat()
            known.write(marshal.dumps(some, _MARSHAL_VERSION))
        return known.digest.hex


def _stamp(member: Member) -> tuple[object, ...]:
    """What changes with the file. Of a folder only the mode: its times change with each file in it."""
    return (member.name, member.mode) if member.is_dir else tuple(member)


class _Sized(Readable, Protocol):
    """A stream that knows its length."""

    size_bytes: int


class _Watched:
    """A stream that brings the builder of its index."""

    def __init__(self, stream: _Sized, builder: file_index.IndexBuilder) -> None:
        self.size_bytes = stream.size_bytes
        self.readinto = stream.readinto
        self.close = stream.close
        self._builder = builder

    def own_sinks(self) -> Sequence[ByteSink]:
        return (self._builder,)


def _indexed(layer: PlannedLayer) -> Iterator[file_index.FileRow]:
    """The layer's files, as the index lists them."""
    is_one_file = layer.format.is_one_file
    for member, offset in in_beats(layer.format.offsets(layer.members)):
        yield layer.path if is_one_file else member.name, member.size, member.mode, offset


class _HashingStream:
    """Hashes a stream on its way into a compressor: the diffId is the digest before compression."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._hash = Hashing()

    def readinto(self, buffer: memoryview, /) -> int:
        count = self._stream.readinto(buffer)
        self._hash.write(buffer[:count])
        return count

    def close(self) -> None:
        self._stream.close()

    def digest(self) -> Digest:
        return self._hash.digest


def _annotations(layer: PlannedLayer) -> dict[str, str]:
    metadata = ""
    if layer.format.is_one_file:
        (file,) = layer.members
        metadata = file_metadata(layer.path.rpartition("/")[2], file.mode, file.size, file.mtime_ns)
    return layer_annotations(layer.path, subtype=layer.subtype, metadata=metadata)


def _is_settled(layer: PlannedLayer) -> bool:
    """Whether any later change of these files must show in their stamps."""
    files = [member for member in layer.members if not member.is_dir]
    return is_settled(*[member.mtime_ns for member in files], *[member.ctime_ns for member in files])


def pack_all(packer: LayerPacker, planned: Sequence[PlannedLayer]) -> list[PackedLayer]:
    """Several layers at once, one a core: sha256 is what takes the time, and it releases the lock."""
    jobs = [partial(packer.pack, layer) for layer in planned]
    return run_all(jobs, workers=min(os.cpu_count() or 1, 4), name="kit-pack", observe=packer.observe)


def _check_mcpb(path: Path) -> None:
    """An MCP server bundle is a zip with manifest.json at its root; kit refuses anything else."""
    try:
        with zipfile.ZipFile(path) as bundle:
            if "manifest.json" in bundle.namelist():
                return
    except (zipfile.BadZipFile, OSError) as problem:
        raise PathInvalid(f"{path} is not a .mcpb bundle: {problem}") from problem
    raise PathInvalid(f"{path} is not a .mcpb bundle: manifest.json is not at its root")
