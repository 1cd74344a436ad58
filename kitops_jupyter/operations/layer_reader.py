"""A layer opened to look into it: its list of files costs little, wherever the layer is, and so does one file of it."""

from __future__ import annotations

import io
import os
from contextlib import closing
from typing import Any

from kitops_jupyter import archive, file_index
from kitops_jupyter.content import Descriptor, Digest, OpensChecked, Readable, ReadsRanges, Source, check_digest, fill
from kitops_jupyter.errors import Forbidden, NotFound, Unauthorized, UnsafeArchive
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.index_findings import IndexFindings
from kitops_jupyter.progress import in_beats
from kitops_jupyter.sources import MayBeElsewhere

# A header is one block, but requests cost time: small after a jump, larger while files are small and follow closely.
_FIRST_BYTES = 4 << 10
_MOST_BYTES = 1 << 20
# An index that is no larger is read whole, in one request.
_WHOLE_INDEX_BYTES = 32 << 10
# The index, and the part of a layer that has one small file, are as much; and one request instead of three.
_WHOLE_LAYER_BYTES = 64 << 10


def ranges_of(source: Source, layer: Descriptor) -> ReadsRanges | None:
    """Who reads parts of this layer over a network; None where the whole layer is at hand."""
    return source.ranges(layer) if isinstance(source, MayBeElsewhere) else None


def is_read_whole(layer: Descriptor) -> bool:
    """Whether reading all of a layer costs no more than its index and a part of it would; then its digest tells all."""
    return layer.size_bytes <= _WHOLE_LAYER_BYTES


def members_of(source: Source, match: Match, *, rules: archive.NameRules | None = None) -> list[archive.TarMember]:
    """The files of an archive, and its folders where nothing but the archive itself tells what is in it.

    Of one in a registry only its file index is moved, of a plain tar without one only the headers, of a small layer
    all. Raises ArchiveInvalid, UnsafeArchive (also two files of one name), DigestMismatch, RegistryError.
    """
    rules = rules or archive.NameRules()
    if _lists_by_index(source, match):
        assert isinstance(source, MayBeElsewhere)
        indexed = index_of(source, match.layer)
        if indexed is not None:
            return indexed_members(indexed, match.layer, rules)
    with closing(open_layer(source, match)) as stream:
        return checked_names(list(match.type.format.inside.list_members(stream, rules=rules)), match.layer, rules)


def _lists_by_index(source: Source, match: Match) -> bool:
    if not isinstance(source, MayBeElsewhere) or is_read_whole(match.layer):
        return False
    return bool(match.type.compression) or ranges_of(source, match.layer) is not None


def is_listed_for_little(source: Source, match: Match) -> bool:
    """Whether `members_of` neither reads the whole of a large layer nor asks a registry again and again."""
    if _lists_by_index(source, match):
        assert isinstance(source, MayBeElsewhere)
        if index_of(source, match.layer) is not None:
            return True
    if is_read_whole(match.layer):
        return True
    return not match.type.compression and ranges_of(source, match.layer) is None


def is_listing_checked(source: Source, match: Match) -> bool:
    """Whether the list of files is known to be the layer's own, by a digest of the kit."""
    if match.type.format.is_one_file or is_read_whole(match.layer) or not isinstance(source, MayBeElsewhere):
        return True
    if _lists_by_index(source, match) and index_of(source, match.layer) is not None:
        findings = IndexFindings(source.settings)
        return findings.is_right(findings.indexed(match.layer))
    return bool(match.type.compression) or ranges_of(source, match.layer) is None


def open_layer(source: Source, match: Match) -> Readable:
    """The layer as it was before compression; of a plain one in a registry only what is read is moved, unverified."""
    if isinstance(source, MayBeElsewhere) and is_read_whole(match.layer):
        stream: Readable = io.BytesIO(source.read_small(match.layer))
    elif not match.type.compression and (remote := ranges_of(source, match.layer)):
        return RangeStream(remote, match.layer)
    else:
        stream = open_here(source, match.layer)
    return archive.decompressing(stream, match.type.compression) if match.type.compression else stream


def open_here(source: Source, layer: Descriptor) -> Readable:
    """A layer that is not read to its end, so that no digest would show at the end what is wrong with it.

    One of the local store was hashed before, or is now; one in a registry comes as it comes.
    Raises NotFound, DigestMismatch, SizeMismatch.
    """
    return source.open_checked(layer) if isinstance(source, OpensChecked) else source.open(layer)


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


def index_of(source: MayBeElsewhere, layer: Descriptor) -> file_index.FileIndex | None:
    """The layer's file index, its listing verified; None for a layer without one, or whose index was lost, or is wrong.

    One that the kit does not name counts only where it was compared with all of the layer, on this machine.
    Raises ManifestInvalid, DigestMismatch, ArchiveInvalid, RegistryError.
    """
    findings = IndexFindings(source.settings)
    layer = findings.indexed(layer)
    address = file_index.address_of(layer)
    if address is None or findings.why_wrong(layer):
        return None
    try:
        listing = read_index(source, address, 0, address.listing_bytes)
    except (NotFound, Unauthorized, Forbidden):  # some registries say so of what they do not have
        return None
    where = f"layer {layer.digest.short}"
    return file_index.read_listing(listing, address, layer_bytes=layer.size_bytes, where=where)


def read_index(source: MayBeElsewhere, address: file_index.Address, offset: int, size_bytes: int) -> bytes:
    """A part of an index, out of all of it where that is small, else out of its beginning if it is there."""
    if address.size_bytes > _WHOLE_INDEX_BYTES:
        if address.listing_bytes + size_bytes > _WHOLE_INDEX_BYTES or offset + size_bytes > _WHOLE_INDEX_BYTES:
            return source.read_small_part(address.descriptor, offset, size_bytes)
        return source.read_small_part(address.descriptor, 0, _WHOLE_INDEX_BYTES)[offset : offset + size_bytes]
    whole = source.read_small_part(address.descriptor, 0, address.size_bytes)
    check_digest(Digest.of(whole), address.digest, "file index")
    return whole[offset : offset + size_bytes]


def read_listing(source: Source, address: file_index.Address) -> bytes:
    """The listing of an index, as it comes from a registry. Raises NotFound, DigestMismatch."""
    if isinstance(source, MayBeElsewhere):
        return read_index(source, address, 0, address.listing_bytes)
    data = bytearray(address.listing_bytes)
    with closing(open_here(source, address.descriptor)) as stream:
        count = fill(stream, memoryview(data))
    return bytes(data[:count])


def indexed_members(
    index: file_index.FileIndex, layer: Descriptor, rules: archive.NameRules
) -> list[archive.TarMember]:
    """The indexed files as a tar's reader would have found them; names are judged as there."""
    for file in index.files:
        if rules.clean(file.name) != file.name:
            raise UnsafeArchive(f"layer {layer.digest.short}: its file index has the name {file.name[:200]!r}")
    members = [archive.TarMember(file.name, file.size, file.mode, False, file.offset) for file in index.files]
    return checked_names(members, layer, rules)


def checked_names(
    members: list[archive.TarMember], layer: Descriptor, rules: archive.NameRules
) -> list[archive.TarMember]:
    """The same members, no two of them one file. Raises UnsafeArchive: unpacking refuses such a layer, too."""
    files: dict[str, str] = {}
    for member in in_beats(members):
        if not member.is_dir and files.setdefault(rules.folded(member.name), member.name) is not member.name:
            raise UnsafeArchive(f"layer {layer.digest.short}: {member.name[:200]!r} appears twice")
    seen: set[str] = set()
    for member in in_beats(members):
        folder = member.name if member.is_dir else member.name.rpartition("/")[0]
        while folder and folder not in seen:
            if rules.folded(folder) in files:
                raise UnsafeArchive(f"layer {layer.digest.short}: {folder[:200]!r} is a file and a folder")
            seen.add(folder)
            folder = folder.rpartition("/")[0]
    return members
