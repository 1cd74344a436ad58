"""A layer opened to look into it: its list of files costs little, wherever the layer is, and so does one file of it."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Any

from kitops_jupyter import archive, file_index
from kitops_jupyter.content import Descriptor, Digest, Readable, ReadsRanges, Source
from kitops_jupyter.errors import ArchiveInvalid, DigestMismatch, NotFound, UnsafeArchive
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.targets import LocalFirst

# A header is one block, but requests cost time: small after a jump, larger while files are small and follow closely.
_FIRST_BYTES = 4 << 10
_MOST_BYTES = 1 << 20
# An index that is no larger is read whole, in one request.
_WHOLE_INDEX_BYTES = 32 << 10


def ranges_of(source: Source, layer: Descriptor) -> ReadsRanges | None:
    """Who reads parts of this layer over a network; None where the whole layer is at hand."""
    return source.ranges(layer) if isinstance(source, LocalFirst) else None


def members_of(source: Source, match: Match, *, rules: archive.NameRules | None = None) -> list[archive.TarMember]:
    """The files of an archive, and its folders where nothing but the archive itself tells what is in it.

    Of one in a registry only its file index is moved, of a plain tar without one only the headers.
    Raises ArchiveInvalid, UnsafeArchive, DigestMismatch, RegistryError.
    """
    if isinstance(source, LocalFirst) and (match.type.compression or ranges_of(source, match.layer)):
        indexed = index_of(source, match.layer)
        if indexed is not None:
            return _members(indexed, match.layer, rules or archive.NameRules())
    with closing(open_layer(source, match)) as stream:
        return list(archive.list_members(stream, rules=rules))


def open_layer(source: Source, match: Match) -> Readable:
    """The layer as it was before compression; of a plain one in a registry only what is read is moved, unverified."""
    if match.type.compression:
        return archive.decompressing(source.open(match.layer), match.type.compression)
    remote = ranges_of(source, match.layer)
    return RangeStream(remote, match.layer) if remote else source.open(match.layer)


class RangeStream:
    """A blob elsewhere as a stream that can seek; each read is a request, and reads grow while nothing is skipped."""

    def __init__(self, source: ReadsRanges, descriptor: Descriptor) -> None:
        self._source = source
        self._descriptor = descriptor
        self._position = 0
        self._window_bytes = _FIRST_BYTES

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._descriptor.size_bytes}[whence]
        if start + offset != self._position:
            self._window_bytes = _FIRST_BYTES
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        left = self._descriptor.size_bytes - self._position
        count = min(len(buffer), self._window_bytes, max(0, left))
        if not count:
            return 0
        buffer[:count] = self._source.read_range(self._descriptor, self._position, count)
        self._position += count
        self._window_bytes = min(self._window_bytes * 2, _MOST_BYTES)
        return count

    def close(self) -> None:
        """Nothing is held."""


def index_of(source: LocalFirst, layer: Descriptor) -> file_index.FileIndex | None:
    """The layer's file index, its listing verified; None for a layer without one, or whose index was lost.

    Raises ManifestInvalid, DigestMismatch, ArchiveInvalid, RegistryError.
    """
    address = file_index.address_of(layer)
    if address is None:
        return None
    try:
        listing = _read_index(source, address, 0, address.listing_bytes)
    except NotFound:
        return None
    where = f"layer {layer.digest.short}"
    return file_index.read_listing(listing, address, layer_bytes=layer.size_bytes, where=where)


def _read_index(source: LocalFirst, address: file_index.Address, offset: int, size_bytes: int) -> bytes:
    """A part of an index, out of all of it where that is small."""
    if address.size_bytes > _WHOLE_INDEX_BYTES:
        return source.read_small_part(address.descriptor, offset, size_bytes)
    whole = source.read_small_part(address.descriptor, 0, address.size_bytes)
    if Digest.of(whole) != address.digest:
        raise DigestMismatch(f"file index: its sha256 is {Digest.of(whole)}, expected {address.digest}")
    return whole[offset : offset + size_bytes]


def _members(index: file_index.FileIndex, layer: Descriptor, rules: archive.NameRules) -> list[archive.TarMember]:
    """The indexed files as a tar's reader would have found them; names are judged as there."""
    names = {rules.folded(file.name) for file in index.files}
    if len(names) != len(index.files):
        raise UnsafeArchive(f"layer {layer.digest.short}: two names in its file index are one file here")
    for file in index.files:
        if rules.clean(file.name) != file.name:
            raise UnsafeArchive(f"layer {layer.digest.short}: its file index has the name {file.name[:200]!r}")
        folder = file.name.rpartition("/")[0]
        while folder:
            if rules.folded(folder) in names:
                raise ArchiveInvalid(f"layer {layer.digest.short}: in its file index {folder!r} is a file and a folder")
            folder = folder.rpartition("/")[0]
    return [archive.TarMember(file.name, file.size, file.mode, False, file.offset) for file in index.files]


def _only_member(index: file_index.FileIndex | None, layer: Descriptor) -> archive.TarMember:
    """The file that a raw layer is."""
    raw = raw_file(layer)
    if index is not None and [(file.offset, file.size) for file in index.files] != [(0, layer.size_bytes)]:
        raise ArchiveInvalid(f"layer {layer.digest.short}: it is one file, but not in its file index")
    return archive.TarMember(raw.path, layer.size_bytes, raw.mode, False, 0)


class RemoteFiles:
    """The files of a plain tar or raw layer in a registry, to be read alone; `is_verified` by the kit's file index.

    Raises what `members_of` raises.
    """

    def __init__(self, source: LocalFirst, match: Match, *, rules: archive.NameRules | None = None) -> None:
        remote = ranges_of(source, match.layer)
        if remote is None or match.type.compression:
            raise AssertionError("the layer is here, or compressed: unpack it")
        self._remote = remote
        self._source = source
        self._layer = match.layer
        self._index = index_of(source, match.layer)
        self.members: Sequence[archive.TarMember] = self._listed(match, rules or archive.NameRules())
        self._places = {file.name: at for at, file in enumerate(self.members)} if self._index else {}

    def _listed(self, match: Match, rules: archive.NameRules) -> list[archive.TarMember]:
        if match.type.layout == "raw":
            return [_only_member(self._index, match.layer)]
        if self._index is not None:
            return _members(self._index, match.layer, rules)
        with closing(RangeStream(self._remote, match.layer)) as stream:
            return list(archive.list_members(stream, rules=rules))

    @property
    def is_verified(self) -> bool:
        return self._index is not None and self._index.has_digests

    def verified(self, name: str) -> file_index.VerifiedFile | None:
        """One file to be read in verified pieces; None without an index."""
        if self._index is None or not self.is_verified:
            return None
        return file_index.VerifiedFile(
            self._index,
            self._places[name],
            read_index=partial(_read_index, self._source, self._index.address),
            read_layer=partial(self._remote.read_range, self._layer),
        )

    def read_at(self, offset: int, size_bytes: int) -> bytes:
        """A part of the layer, as it comes: not verified."""
        return self._remote.read_range(self._layer, offset, size_bytes)

    def open(self, member: archive.TarMember) -> Readable:
        """One file, and no other byte of the layer; verified piece by piece where there is an index."""
        if not member.size:
            return io.BytesIO()
        stream = self._remote.open_range(self._layer, member.offset, member.size)
        checked = self.verified(member.name)
        return checked.stream(stream) if checked else stream
