"""An index made while its layer passes by."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from kitops_jupyter.content import Digest
from kitops_jupyter.file_index.address import Address
from kitops_jupyter.file_index.reading import DIGEST_BYTES, PAGE_DIGESTS, PIECE_BYTES, VERSION, IndexedFile


class _Piece(NamedTuple):
    """Where in the layer a piece of a file is."""

    start: int
    end: int


class IndexBuilder:
    """A byte sink beside those that store the layer: hashes each piece of each file as it passes.

    `files` are in the layer's order, with their offsets in it; `add` takes one that becomes known only on the way.
    """

    def __init__(self, files: Iterable[IndexedFile] = ()) -> None:
        self._files = list(files)
        self._file_at = self._start = 0
        self._next = self._following()
        self._partial: Any = None
        self._position = 0
        self._table = bytearray()

    def add(self, file: IndexedFile) -> None:
        """One more file, before the first of its bytes is written."""
        self._files.append(file)
        if self._next is None:
            self._next = self._following()

    def _following(self) -> _Piece | None:
        """The piece after the one that was given last; None when there is none yet."""
        while self._file_at < len(self._files):
            file = self._files[self._file_at]
            if self._start < file.size:
                start = file.offset + self._start
                self._start += PIECE_BYTES
                return _Piece(start, min(start + PIECE_BYTES, file.offset + file.size))
            self._file_at, self._start = self._file_at + 1, 0
        return None

    def write(self, view: memoryview) -> None:
        """Take the layer's next bytes."""
        begin, end = self._position, self._position + len(view)
        while self._next is not None and self._next.start < end:
            start, stop = self._next
            part = view[max(start, begin) - begin : min(stop, end) - begin]
            if len(part) == stop - start:
                self._table += hashlib.sha256(part).digest()
            else:
                self._partial = self._partial or hashlib.sha256()
                self._partial.update(part)
                if stop > end:
                    break
                self._table += self._partial.digest()
                self._partial = None
            self._next = self._following()
        self._position = end

    def close(self) -> None:
        """The layer has passed."""

    def abort(self) -> None:
        """Nothing was kept."""

    def build(self) -> tuple[bytes, Address]:
        """The blob, and its address; to be asked for when the whole layer has passed."""
        assert self._next is None, "the layer ended before its last file"
        return _build(self._files, bytes(self._table))


def listing_only(files: Iterable[IndexedFile]) -> tuple[bytes, Address]:
    """An index without digests, for a layer that cannot be read in parts."""
    return _build([file._replace(offset=-1) for file in files], b"")


def _build(files: list[IndexedFile], table: bytes) -> tuple[bytes, Address]:
    page_bytes = PAGE_DIGESTS * DIGEST_BYTES
    pages = [hashlib.sha256(table[at : at + page_bytes]).hexdigest() for at in range(0, len(table), page_bytes)]
    listed = {"version": VERSION, "files": [list(file) for file in files], "pages": pages}
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
    listing = zlib.compress(text, 6)
    blob = listing + table
    return blob, Address(Digest.of(blob), len(blob), Digest.of(listing), len(listing))
