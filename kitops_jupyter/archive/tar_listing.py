"""What is in a tar, without its bodies."""

from __future__ import annotations

import os
from collections.abc import Iterator

from kitops_jupyter.archive.member_names import NameRules
from kitops_jupyter.archive.tar_header import BLOCK, padding
from kitops_jupyter.archive.tar_parser import Limits, TarMember, TarParser
from kitops_jupyter.content import Readable
from kitops_jupyter.errors import ArchiveInvalid
from kitops_jupyter.progress import beat

# One read brings a few hundred small members; a body that ends beyond it is jumped over where the stream can seek.
_WINDOW_BYTES = 256 << 10


def list_members(
    stream: Readable, *, size_bytes: int | None = None, rules: NameRules | None = None, limits: Limits | None = None
) -> Iterator[TarMember]:
    """The archive's files and folders, in order; bodies are jumped over where the stream has `seek`, else read.

    `size_bytes` is the archive's length where it is known (a stream that can seek knows it). Judges headers and names
    as unpacking does, but for names that only the file system can judge. Raises ArchiveInvalid, UnsafeArchive.
    """
    window = _Window(stream)
    parser = TarParser(rules=rules or NameRules(), limits=limits or Limits(), size_bytes=window.size_bytes(size_bytes))
    while not parser.is_ended:
        beat()
        position = window.position
        if wanted := parser.wants_bytes:
            parser.metadata(window.take(wanted))
            window.skip(padding(wanted))
        elif block := window.take(BLOCK, may_end=True):
            member = parser.header(block, position)
            if member is not None:
                yield member
                window.skip(member.size + padding(member.size))
        else:
            parser.finish(position)
            return


class _Window:
    """The part of the stream that is in memory."""

    def __init__(self, stream: Readable) -> None:
        self.position = 0
        self._stream = stream
        self._buffer = memoryview(bytearray(_WINDOW_BYTES))
        self._at = self._end = 0
        seekable = getattr(stream, "seekable", None)
        self._seek = getattr(stream, "seek", None) if seekable is not None and seekable() else None

    def size_bytes(self, told: int | None) -> int | None:
        """How long the stream is, from where it stands now; what it knows itself is better than what was given."""
        if self._seek is None:
            return told
        start = self._seek(0, os.SEEK_CUR)
        size = self._seek(0, os.SEEK_END) - start
        self._seek(start)
        return int(size)

    def take(self, count: int, *, may_end: bool = False) -> bytes:
        """That many bytes; none if the stream has ended and may. Raises ArchiveInvalid."""
        data = bytes(self._buffer[self._at : min(self._end, self._at + count)])
        self._at += len(data)
        while len(data) < count:
            self._at, self._end = 0, self._stream.readinto(self._buffer)
            if not self._end:
                if may_end and not data:
                    return b""
                raise ArchiveInvalid(f"the archive is truncated after {self.position + len(data)} bytes")
            more = bytes(self._buffer[: min(self._end, count - len(data))])
            self._at = len(more)
            data += more
        self.position += count
        return data

    def skip(self, count: int) -> None:
        """Go on that much further. Raises ArchiveInvalid when the stream ends before."""
        self.position += count
        step = min(count, self._end - self._at)
        self._at += step
        count -= step
        if count and self._seek is not None:
            self._seek(count, os.SEEK_CUR)
            return
        while count:
            self._at, self._end = 0, self._stream.readinto(self._buffer)
            if not self._end:
                raise ArchiveInvalid(f"the archive is truncated after {self.position - count} bytes")
            self._at = min(count, self._end)
            count -= self._at
