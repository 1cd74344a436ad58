"""Files as a tar, made while it is read: the bytes that kit makes of the same files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from kitops_jupyter.archive.planned import Member
from kitops_jupyter.archive.source_file import SourceFile, read_small
from kitops_jupyter.archive.tar_header import (
    BLOCK,
    END_OF_ARCHIVE,
    NAME_BYTES,
    PlainMembers,
    header,
    header_size,
    padding,
)
from kitops_jupyter.errors import KitError
from kitops_jupyter.progress import in_beats

# After this long a buffer is handed on as it is, so that a slow disk full of small files can be interrupted.
_PATIENCE_S = 0.25
# One read, one check of its stamps; larger files are streamed without a copy, and checked twice.
_SMALL_BYTES = 64 << 10


class TarStream:
    """A Readable over the archive of the members, in their order. Build it with `tar_stream`."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.size_bytes = len(END_OF_ARCHIVE) + sum(map(_total, in_beats(members)))
        self._members: Iterator[Member] = iter(members)
        self._next: Member | None = next(self._members, None)
        self._plain = PlainMembers()
        self._rest: memoryview = memoryview(b"")
        self._file: SourceFile | None = None
        self._padding = 0
        self._is_ended = False
        self._error: KitError | None = None

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the buffer across headers and files. Raises SourceChanged, PathInvalid, and then at every call."""
        if self._error is not None:
            raise self._error
        view = memoryview(buffer).cast("B")
        until_s = time.monotonic() + _PATIENCE_S
        at = 0
        try:
            while at < len(view) and not (at and time.monotonic() > until_s):
                count = self._some(view[at:], until_s)
                if not count:
                    break
                at += count
        except KitError as error:
            self._error = error
            raise
        return at

    def close(self) -> None:
        """Close the file that is being read; may be called at any time, twice."""
        if self._file is not None:
            self._file.close()

    def _some(self, view: memoryview, until_s: float) -> int:
        """The next bytes, as many as come at once; 0 at the end."""
        if len(self._rest):
            count = min(len(self._rest), len(view))
            view[:count] = self._rest[:count]
            self._rest = self._rest[count:]
            return count
        if self._file is not None:
            if count := self._file.readinto(view):
                return count
            self._file = None
            self._rest = memoryview(bytes(self._padding))
            return self._some(view, until_s)
        if count := self._small_files(view, until_s):
            return count
        return self._some(view, until_s) if self._begin_next() else 0

    def _begin_next(self) -> bool:
        """Take up a member of any kind, or the archive's end; False after that."""
        member = self._next
        if member is None:
            self._rest = memoryview(b"" if self._is_ended else END_OF_ARCHIVE)
            self._is_ended = True
            return bool(len(self._rest))
        self._rest = memoryview(header(member))
        if not member.is_dir:
            self._file = SourceFile(member)
            self._padding = padding(member.size)
        self._next = next(self._members, None)
        return True

    def _small_files(self, view: memoryview, until_s: float) -> int:
        """As many whole members as fit, each with one header block: the common case, kept short."""
        at, room = 0, len(view)
        member, members, whole, monotonic = self._next, self._members, self._plain.member, time.monotonic
        while member is not None:
            name, is_dir = member.name, member.is_dir
            size = 0 if is_dir else member.size
            end = at + BLOCK + size + (-size & 511)
            is_plain = name.isascii() and len(name) <= NAME_BYTES
            if end > room or size > _SMALL_BYTES or not is_plain or (at and monotonic() > until_s):
                break
            view[at:end] = whole(name.encode(), member.mode, is_dir, b"" if is_dir else read_small(member))
            at = end
            member = self._next = next(members, None)
        return at


def tar_stream(members: Sequence[Member]) -> TarStream:
    """The members as a tar, byte for byte as kit makes it; `.size_bytes` is its length, known beforehand.

    Files are opened one after the other while it is read, and no link is followed. Reading raises SourceChanged when
    a file is not what its member says, before or after its bytes were read; a folder may change.
    Raises PathInvalid for a name that is not UTF-8.
    """
    return TarStream(members)


def data_offsets(members: Sequence[Member]) -> Iterator[tuple[Member, int]]:
    """Each file of the archive that `tar_stream` makes, with where its bytes will begin."""
    at = 0
    for member in members:
        at += header_size(member)
        if not member.is_dir:
            yield member, at
            at += member.size + padding(member.size)


class RawStream(SourceFile):
    """A Readable over one file's bytes. Build it with `raw_stream`."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self.size_bytes = member.size


def raw_stream(member: Member) -> RawStream:
    """One file's bytes as they are, with `.size_bytes`; reading raises SourceChanged as `tar_stream` does."""
    return RawStream(member)


def _total(member: Member) -> int:
    return header_size(member) + (0 if member.is_dir else member.size + (-member.size & 511))
