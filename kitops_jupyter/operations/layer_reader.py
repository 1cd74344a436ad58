"""A layer opened to look into it: its list of files costs little, wherever the layer is."""

from __future__ import annotations

import io
import os
from contextlib import closing
from typing import Any

from kitops_jupyter import archive
from kitops_jupyter.content import Descriptor, Readable, ReadsRanges, Source
from kitops_jupyter.manifest import Match
from kitops_jupyter.targets import LocalFirst

# A header is one block, but requests cost time: small after a jump, larger while files are small and follow closely.
_FIRST_BYTES = 4 << 10
_MOST_BYTES = 1 << 20


def ranges_of(source: Source, layer: Descriptor) -> ReadsRanges | None:
    """Who reads parts of this layer over a network; None where the whole layer is at hand."""
    return source.ranges(layer) if isinstance(source, LocalFirst) else None


def members_of(source: Source, match: Match, *, rules: archive.NameRules | None = None) -> list[archive.TarMember]:
    """The files and folders of an archive. Of a plain tar in a registry only the headers are moved.

    Raises ArchiveInvalid, UnsafeArchive, RegistryError.
    """
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


def open_member(source: Source, match: Match, member: archive.TarMember) -> Readable:
    """One file of a plain tar, and no other byte of it; not verified."""
    remote = ranges_of(source, match.layer)
    if remote is None:
        raise AssertionError("the layer is here: unpack it")
    if not member.size:
        return io.BytesIO()
    return remote.open_range(match.layer, member.offset, member.size)
