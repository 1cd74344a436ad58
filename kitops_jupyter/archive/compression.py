"""Streams into gzip and zstd, and out of them, in flat memory.

From Python the compressed bytes are never those that Go makes, only the tar inside is; the gzip header is Go's.
Source: RFC 1952 (gzip), RFC 8878 (zstd).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Literal

from kitops_jupyter.codecs.zstd import decompress_zstd, zstd_compressor
from kitops_jupyter.content import Readable
from kitops_jupyter.errors import ArchiveInvalid, UnsafeArchive, Usage

Compression = Literal["gzip", "gzip-fastest", "zstd"]

_CHUNK_BYTES = 256 << 10
# zlib's level and the header's XFL byte as Go's compress/gzip has them.
_GZIP_LEVELS = {"gzip": (-1, 0), "gzip-fastest": (1, 4)}
# Nobody tells how large a compressed layer will be. Text and tables shrink 3 to 20 times; what shrinks more than 200
# times is let through up to 1 GiB, and beyond that only when the caller names a limit of its own.
FREE_BYTES = 1 << 30
MOST_RATIO = 200


def compressing(stream: Readable, compression: str) -> Readable:
    """The stream's bytes compressed: "gzip", "gzip-fastest" or "zstd", with kit's levels; closing it closes `stream`.

    Raises Usage for another word, MissingDependency for zstd without the library.
    """
    if compression == "zstd":
        return _Pieces(stream, _zstd(stream, zstd_compressor()))
    if compression not in _GZIP_LEVELS:
        raise Usage(f"compression is {compression!r}, expected gzip, gzip-fastest or zstd")
    level, xfl = _GZIP_LEVELS[compression]
    return _Pieces(stream, _gzip(stream, level, xfl))


def decompressing(stream: Readable, compression: str, *, limit_bytes: int | None = None) -> Readable:
    """The bytes inside a "gzip" or "zstd" stream; closing it closes `stream`.

    Reading raises ArchiveInvalid for what is broken, truncated, or followed by something else, and UnsafeArchive
    for more than `limit_bytes`, or without a limit for a bomb: over 1 GiB, and 200 times what went in.
    Raises Usage for another word, MissingDependency for zstd without the library.
    """
    compressed = _Counted(stream)
    if compression == "zstd":
        pieces = decompress_zstd(compressed)
    elif compression in _GZIP_LEVELS:
        pieces = _gunzip(compressed)
    else:
        raise Usage(f"compression is {compression!r}, expected gzip or zstd")
    return _Pieces(stream, _limited(pieces, compressed, limit_bytes))


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
        self._buffer = memoryview(bytearray(_CHUNK_BYTES))
        self.count_bytes = 0

    def read(self) -> bytes:
        """The next bytes; none at the end."""
        count = self._stream.readinto(self._buffer)
        self.count_bytes += count
        return bytes(self._buffer[:count])


def _gzip(stream: Readable, level: int, xfl: int) -> Iterator[bytes]:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00" + bytes((xfl, 255))
    checksum, size = 0, 0
    source = _Counted(stream)
    while chunk := source.read():
        checksum = zlib.crc32(chunk, checksum)
        size += len(chunk)
        yield packer.compress(chunk)
    yield packer.flush() + checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")


def _gunzip(source: _Counted) -> Iterator[bytes]:
    """Every member of the stream, one after the other, as gzip files may have several."""
    data = source.read()
    while True:
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        while not unpacker.eof:
            if not data:
                raise ArchiveInvalid("the gzip stream breaks off before its end", hint="pull the kit again")
            try:
                yield unpacker.decompress(data, _CHUNK_BYTES)
            except zlib.error as error:
                raise ArchiveInvalid(f"the gzip stream is broken, or something follows its end: {error}") from error
            data = unpacker.unconsumed_tail or (b"" if unpacker.eof else source.read())
        data = unpacker.unused_data or source.read()
        if not data:
            return


def _zstd(stream: Readable, packer: object) -> Iterator[bytes]:
    source = _Counted(stream)
    while chunk := source.read():
        yield packer.compress(chunk)  # type: ignore[attr-defined]
    yield packer.flush()  # type: ignore[attr-defined]


def _limited(pieces: Iterator[bytes], source: _Counted, limit_bytes: int | None) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        most = limit_bytes if limit_bytes is not None else max(FREE_BYTES, MOST_RATIO * source.count_bytes)
        if total > most:
            raise UnsafeArchive(
                f"{source.count_bytes} compressed bytes hold more than {most}: this looks like a decompression bomb",
                hint="unpack it elsewhere, with a tool of your choice, if you trust where it comes from",
            )
        yield piece
