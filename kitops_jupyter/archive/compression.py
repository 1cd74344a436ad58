"""Compressed streams, in and out, in flat memory; the room `codecs` knows each compression.

From Python the compressed bytes are never those that Go makes, only the tar inside is; the gzip header is Go's.
"""

from __future__ import annotations

from collections.abc import Iterator

from kitops_jupyter import codecs
from kitops_jupyter.content import Readable
from kitops_jupyter.errors import UnsafeArchive, Usage

# Nothing says how large a compressed layer will be. Text and tables shrink 3 to 20 times; what shrinks more than 200
# times is let through up to 1 GiB, and beyond that only when the caller names a limit of its own.
FREE_BYTES = 1 << 30
MOST_RATIO = 200


def compressing(stream: Readable, compression: str) -> Readable:
    """The stream's bytes compressed by the codec of this name; closing it closes `stream`.

    Raises Usage for another name, MissingDependency where the codec's library is not installed.
    """
    return _Pieces(stream, codecs.named(compression).compress(_Counted(stream)))


def decompressing(stream: Readable, compression: str, *, limit_bytes: int | None = None) -> Readable:
    """The bytes inside a stream of this compression, as a media type names it; closing it closes `stream`.

    Reading raises ArchiveInvalid for what is broken, truncated, or followed by something else, and UnsafeArchive
    for more than `limit_bytes`, or without a limit for a bomb: over 1 GiB, and 200 times what went in.
    Raises Usage for an unknown compression, MissingDependency where the codec's library is not installed.
    """
    codec = codecs.find(compression)
    if codec is None:
        known = dict.fromkeys(codec.media_suffix for codec in codecs.every() if codec.media_suffix)
        raise Usage(f"compression is {compression!r}, expected one of {', '.join(known)}")
    compressed = _Counted(stream)
    return _Pieces(stream, _limited(codec.expand(compressed), compressed, limit_bytes))


class _Pieces:
    """A Readable over the pieces that a generator makes."""

    def __init__(self, stream: Readable, pieces: Iterator[bytes]) -> None:
        self._stream = stream
        self._pieces = pieces
        self._rest = memoryview(b"")
        self._error: Exception | None = None

    def readinto(self, buffer: memoryview, /) -> int:
        if self._error is not None:
            raise self._error
        view = memoryview(buffer).cast("B")
        at = 0
        while at < len(view):
            if not len(self._rest):
                self._rest = self._next_piece()
                if not len(self._rest):
                    break
            count = min(len(self._rest), len(view) - at)
            view[at : at + count] = self._rest[:count]
            self._rest = self._rest[count:]
            at += count
        return at

    def _next_piece(self) -> memoryview:
        """The next piece that has bytes; none at the end. A generator that raised is over, but its error stays."""
        try:
            return memoryview(next((piece for piece in self._pieces if piece), b""))
        except Exception as error:
            self._error = error
            raise

    def close(self) -> None:
        self._stream.close()


class _Counted:
    """Reads in chunks, and knows how much was read."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._buffer = memoryview(bytearray(codecs.CHUNK_BYTES))
        self.count_bytes = 0

    def read(self) -> bytes:
        """The next bytes; none at the end."""
        count = self._stream.readinto(self._buffer)
        self.count_bytes += count
        return bytes(self._buffer[:count])


def _limited(pieces: Iterator[bytes], source: _Counted, limit_bytes: int | None) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        most = limit_bytes if limit_bytes is not None else max(FREE_BYTES, MOST_RATIO * source.count_bytes)
        if total > most:
            raise UnsafeArchive(
                f"{source.count_bytes} compressed bytes expand to over {most}: this looks like a decompression bomb",
                hint="if you trust its source, unpack it with another tool",
            )
        yield piece
