"""Where two files may differ, by the digests of their pieces: what is equal there is neither moved nor read.

A file in a registry has them in its file index, which the kit's digest vouches for; of one that is here they are made
by reading it, as the index would have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Protocol

from kitops_jupyter.comparing import Everywhere, Span, Spans
from kitops_jupyter.file_index import Piece, Tree, VerifiedFile, piece_name
from kitops_jupyter.operations.diff.sides import SideFile
from kitops_jupyter.progress import beat


class _Pieces(Protocol):
    """A file's nodes and leaves under the names of their digests."""

    def node(self, number: int, /) -> Piece: ...

    def leaves(self, number: int, /) -> list[Piece]: ...


class _ReadPieces:
    """Those of a file that costs nothing to read."""

    def __init__(self, file: SideFile, tree: Tree) -> None:
        self._file = file
        self._tree = tree

    def node(self, number: int, /) -> Piece:
        start, data = self._read(number)
        name = piece_name(self._tree, self._tree.node_of(data), is_leaf=len(data) <= self._tree.leaf_bytes)
        return Piece(start, len(data), name)

    def leaves(self, number: int, /) -> list[Piece]:
        start, data = self._read(number)
        size, view = self._tree.leaf_bytes, memoryview(data)
        cut = [(at, view[at : at + size]) for at in range(0, len(data), size)]
        return [
            Piece(start + at, len(part), piece_name(self._tree, self._tree.digest(part), is_leaf=True))
            for at, part in cut
        ]

    def _read(self, number: int) -> tuple[int, bytes]:
        start = number * self._tree.node_bytes
        return start, self._file.read(start, min(start + self._tree.node_bytes, self._file.size))


class IndexSpans:
    """Parts that differ by the digests of nodes, and of leaves where only a part of a node is asked for."""

    def __init__(self, sides: tuple[_Pieces, _Pieces], tree: Tree, sizes: tuple[int, int]) -> None:
        self._sides = sides
        self._tree = tree
        self._sizes = sizes
        self._leaves: dict[int, list[Span]] = {}

    @cached_property
    def differing(self) -> list[int]:
        """The nodes that differ, or that only one of the files has."""
        found = []
        one, two = self._sides
        counts = [self._tree.nodes_in(size) for size in self._sizes]
        for number in range(max(counts)):
            beat()
            if number >= min(counts) or one.node(number) != two.node(number):
                found.append(number)
        return found

    def within(self, start: int, end: int, /) -> Iterator[Span]:
        size = self._tree.node_bytes
        for number in self.differing:
            first, last = max(start, number * size), min(end, (number + 1) * size)
            if first >= last:
                continue
            is_whole = first == number * size and last == min((number + 1) * size, max(self._sizes))
            for low, high in [(first, last)] if is_whole else self._parts(number):
                if max(low, first) < min(high, last):
                    yield max(low, first), min(high, last)

    def _parts(self, number: int) -> list[Span]:
        """The leaves of a node that differ, neighbours as one; the whole node where they are not known."""
        if number not in self._leaves:
            size = self._tree.node_bytes
            whole = number * size, min((number + 1) * size, max(self._sizes))
            sides = (
                [set(side.leaves(number)) for side in self._sides] if whole[0] < min(self._sizes) else [set(), set()]
            )
            found: list[Span] = []
            for piece in sorted(sides[0] ^ sides[1], key=lambda each: each.start):
                if found and piece.start <= found[-1][1]:
                    found[-1] = found[-1][0], max(found[-1][1], piece.end)
                else:
                    found.append((piece.start, piece.end))
            self._leaves[number] = found if all(sides) else [whole]
        return self._leaves[number]


def spans_of(one: SideFile, two: SideFile) -> Spans:
    """Where they may differ: everywhere, where neither has an index, or the other one would have to be moved."""
    indexed = [side.by_index() for side in (one, two)]
    tree = next((each.tree for each in indexed if each), None)
    if tree is None:
        return Everywhere()
    sides: list[_Pieces] = []
    for file, each in zip((one, two), indexed, strict=True):
        if isinstance(each, VerifiedFile) and each.tree == tree:
            sides.append(each)
        elif each is None and not file.cost(0, file.size):
            sides.append(_ReadPieces(file, tree))
        else:
            return Everywhere()
    return IndexSpans((sides[0], sides[1]), tree, (one.size, two.size))
