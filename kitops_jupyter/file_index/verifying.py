"""One file of a layer, read in parts, every part verified before a byte of it is given away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from kitops_jupyter.errors import DigestMismatch, SizeMismatch
from kitops_jupyter.file_index.reading import PAGE_DIGESTS, PIECE_BYTES, FileIndex

ReadPart = Callable[[int, int], bytes]  # offset, bytes -> those bytes


class VerifiedFile:
    """The file at this place of the index. `read_index` and `read_layer` read parts of the two blobs, unverified."""

    def __init__(self, index: FileIndex, at: int, *, read_index: ReadPart, read_layer: ReadPart) -> None:
        self.file = index.files[at]
        self._index = index
        self._first = index.first_piece[at]
        self._read_index = read_index
        self._read_layer = read_layer
        self._pages: dict[int, list[str]] = {}

    @property
    def pieces(self) -> int:
        """How many pieces of 4 MiB it has, the last one perhaps smaller."""
        return self.file.pieces

    def digest(self, piece: int) -> str:
        """The sha256 of one piece, in hexadecimal. Raises DigestMismatch for a lying index."""
        page, place = divmod(self._first + piece, PAGE_DIGESTS)
        if page not in self._pages:
            self._pages[page] = self._index.digests(page, self._read_index(*self._index.page_range(page)))
        return self._pages[page][place]

    def piece_range(self, piece: int) -> tuple[int, int]:
        """Where in the layer a piece is: offset, bytes."""
        start = piece * PIECE_BYTES
        return self.file.offset + start, min(PIECE_BYTES, self.file.size - start)

    def read_piece(self, piece: int) -> bytes:
        """One piece. Raises DigestMismatch, SizeMismatch."""
        offset, count = self.piece_range(piece)
        data = self._read_layer(offset, count)
        self.check(piece, data)
        return data

    def check(self, piece: int, data: bytes | memoryview) -> None:
        """Raise SizeMismatch or DigestMismatch unless these are the piece's bytes."""
        _, count = self.piece_range(piece)
        if len(data) != count:
            raise SizeMismatch(f"{self.file.name}: got {len(data)} bytes, expected {count}")
        found, expected = hashlib.sha256(data).hexdigest(), self.digest(piece)
        if found != expected:
            start = piece * PIECE_BYTES
            where = f"bytes {start} to {start + count}" if self.pieces > 1 else "all of it"
            raise DigestMismatch(f"{self.file.name}, {where}: its sha256 is {found}, the file index says {expected}")

    def stream(self, opened: Any) -> VerifiedStream:
        """The whole file out of a stream that has just its bytes, unverified."""
        return VerifiedStream(self, opened)


class VerifiedStream:
    """Gives a file's bytes piece by piece, each one only after it was verified. Closing it closes what it reads."""

    def __init__(self, file: VerifiedFile, opened: Any) -> None:
        self._file = file
        self._stream = opened
        self._piece = 0
        self._buffer = memoryview(bytearray(min(PIECE_BYTES, file.file.size)))
        self._ready = memoryview(b"")
        self.size_bytes = file.file.size

    def readinto(self, buffer: memoryview, /) -> int:
        view = memoryview(buffer).cast("B")
        if not len(self._ready) and self._piece < self._file.pieces:
            self._ready = self._next()
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next(self) -> memoryview:
        _, wanted = self._file.piece_range(self._piece)
        view, at = self._buffer[:wanted], 0
        while at < wanted:
            got = self._stream.readinto(view[at:])
            if not got:
                break
            at += got
        self._file.check(self._piece, view[:at])
        self._piece += 1
        return view

    def close(self) -> None:
        self._stream.close()
