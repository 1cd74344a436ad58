"""One file of a layer, read in parts, every part verified before a byte of it is given away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kitops_jupyter.content import check_size, fill
from kitops_jupyter.errors import DigestMismatch, Forbidden, NotFound, Unauthorized
from kitops_jupyter.file_index.reading import PAGE_BYTES, FileIndex
from kitops_jupyter.file_index.tree import DIGEST_BYTES, Tree, is_piece, piece_name

ReadPart = Callable[[int, int], bytes]  # offset, bytes -> those bytes

# Of a node of which more is wanted than this, all is read: its leaves' digests would cost a request of their own.
MOST_BY_LEAVES_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file that has a digest: `start` is its place in the file, `name` what it can be kept under."""

    start: int
    size: int
    name: str

    @property
    def end(self) -> int:
        return self.start + self.size


class VerifiedFile:
    """The file at this place of the index. `read_index` and `read_layer` read parts of the two blobs, unverified."""

    def __init__(self, index: FileIndex, at: int, *, read_index: ReadPart, read_layer: ReadPart) -> None:
        self.file = index.files[at]
        self._index, self._tree, self._at = index, index.tree, at
        self._read_index = read_index
        self._read_layer = read_layer
        self._pages: dict[int, list[bytes]] = {}
        self._leaves: dict[int, list[bytes]] = {}

    @property
    def tree(self) -> Tree:
        """How it is cut and hashed."""
        return self._tree

    @property
    def nodes(self) -> int:
        """How many nodes of 4 MiB it has, the last one perhaps smaller."""
        return self._tree.nodes_in(self.file.size)

    def node(self, number: int) -> Piece:
        """One of its nodes. Raises DigestMismatch for a lying index."""
        start = number * self._tree.node_bytes
        size = min(self._tree.node_bytes, self.file.size - start)
        name = piece_name(self._tree, self._node_digest(number), is_leaf=size <= self._tree.leaf_bytes)
        return Piece(start, size, name)

    def pieces(self, start: int, end: int) -> list[Piece]:
        """The pieces that have the bytes from `start` to `end`: nodes, and leaves where little of a node is wanted.

        Raises DigestMismatch for a lying index.
        """
        found: list[Piece] = []
        for number in range(start // self._tree.node_bytes, self._tree.nodes_in(end)):
            node = self.node(number)
            first, last = max(start, node.start), min(end, node.end)
            leaves = self._leaf_digests(number) if last - first <= MOST_BY_LEAVES_BYTES else []
            found += self._leaves_within(node, leaves, first, last) if leaves else [node]
        return found

    def leaves(self, number: int) -> list[Piece]:
        """The leaves of one of its nodes; none where it is one leaf, or their digests are not there any more."""
        node = self.node(number)
        digests = self._leaf_digests(number)
        return self._leaves_within(node, digests, node.start, node.end) if digests else []

    def _leaves_within(self, node: Piece, digests: list[bytes], start: int, end: int) -> list[Piece]:
        size, found = self._tree.leaf_bytes, []
        for number in range((start - node.start) // size, -(-(end - node.start) // size)):
            at = node.start + number * size
            name = piece_name(self._tree, digests[number], is_leaf=True)
            found.append(Piece(at, min(size, node.end - at), name))
        return found

    def read(self, pieces: list[Piece]) -> list[bytes]:
        """Pieces that follow one another, in one request. Raises DigestMismatch, SizeMismatch."""
        start = pieces[0].start
        data = memoryview(self._read_layer(self.file.offset + start, pieces[-1].end - start))
        found = []
        for piece in pieces:
            part = data[piece.start - start : piece.end - start]
            self.check(piece, part)
            found.append(bytes(part))
        return found

    def check(self, piece: Piece, data: bytes | memoryview) -> None:
        """Raise SizeMismatch or DigestMismatch unless these are the piece's bytes."""
        check_size(len(data), piece.size, self.file.name)
        if not is_piece(piece.name, data):
            where = f"bytes {piece.start} to {piece.end}" if piece.size < self.file.size else "all of it"
            raise DigestMismatch(f"{self.file.name}, {where}: the bytes do not match the file index")

    def stream(self, opened: Any) -> VerifiedStream:
        """The whole file out of a stream that has just its bytes, unverified."""
        return VerifiedStream(self, opened)

    def _node_digest(self, number: int) -> bytes:
        page, place = divmod((self._index.first_node[self._at] + number) * DIGEST_BYTES, PAGE_BYTES)
        if page not in self._pages:
            self._pages[page] = self._index.nodes(page, self._read_index(*self._index.page_range(page)))
        return self._pages[page][place // DIGEST_BYTES]

    def _leaf_digests(self, number: int) -> list[bytes]:
        """The digests of a node's leaves; none where it is one leaf, or the registry does not have them any more."""
        if number not in self._leaves:
            offset, size_bytes = self._index.leaves_range(self._at, number)
            data = b""
            try:
                data = self._read_index(offset, size_bytes) if size_bytes else b""
            except (NotFound, Unauthorized, Forbidden):
                pass
            self._leaves[number] = self._index.leaves(self._node_digest(number), data) if data else []
        return self._leaves[number]


class VerifiedStream:
    """Gives a file's bytes node by node, each one only after it was verified. Closing it closes what it reads."""

    def __init__(self, file: VerifiedFile, opened: Any) -> None:
        self._file = file
        self._stream = opened
        self._node = 0
        self._buffer = memoryview(bytearray(file.node(0).size if file.nodes else 0))
        self._ready = memoryview(b"")
        self.size_bytes = file.file.size

    def readinto(self, buffer: memoryview, /) -> int:
        view = memoryview(buffer).cast("B")
        if not len(self._ready) and self._node < self._file.nodes:
            self._ready = self._next()
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next(self) -> memoryview:
        piece = self._file.node(self._node)
        view = self._buffer[: piece.size]
        self._file.check(piece, view[: fill(self._stream, view)])
        self._node += 1
        return view

    def close(self) -> None:
        self._stream.close()
