"""Verified pieces of files: from memory, from the folder of blocks, or fetched, neighbours in one request."""

from __future__ import annotations

import threading
from collections import OrderedDict

from kitops_jupyter.file_index import LEAF_BYTES, NODE_BYTES, Piece, VerifiedFile
from kitops_jupyter.operations.block_cache import BlockCache

_MEMORY_BYTES = 4 * NODE_BYTES


class Pieces:
    """What was read lately of one kit, up to 16 MiB; threads may share it."""

    def __init__(self, blocks: BlockCache) -> None:
        self._lock = threading.Lock()
        self._blocks = blocks
        self._memory: OrderedDict[str, bytes] = OrderedDict()

    def read(self, checked: VerifiedFile, start: int, end: int, until: int) -> bytes:
        """The verified bytes from `start` to `end`, fetched up to `until` if some of them are not at hand."""
        wanted = checked.pieces(start, end)
        found = {piece.name: data for piece in wanted if (data := self._at_hand(piece.name)) is not None}
        missing = [piece for piece in wanted if piece.name not in found]
        if missing and until > end:
            ahead = [piece for piece in checked.pieces(start, until) if piece.name not in found]
            missing = [piece for piece in ahead if piece.end > missing[0].start]
        for run in _runs(missing):
            for piece, data in zip(run, checked.read(run), strict=True):
                self._blocks.keep(piece.name, data)
                self._remember(piece.name, data)
                if piece.start < end:
                    found[piece.name] = data
        if missing:  # what was read ahead may be in other pieces: a node instead of some of its leaves
            by_start = {piece.start: piece for piece in (*wanted, *missing) if piece.name in found}
            wanted = [by_start[at] for at in sorted(by_start)]
        whole, at = bytearray(), start
        for piece in wanted:
            if piece.end > at and piece.start < end:
                whole += memoryview(found[piece.name])[at - piece.start : min(end, piece.end) - piece.start]
                at = min(end, piece.end)
        return bytes(whole)

    def _at_hand(self, name: str) -> bytes | None:
        """A piece from memory, or from the folder of blocks."""
        with self._lock:
            if name in self._memory:
                self._memory.move_to_end(name)
                return self._memory[name]
        data = self._blocks.find(name)
        if data is not None:
            self._remember(name, data)
        return data

    def _remember(self, name: str, data: bytes) -> None:
        with self._lock:
            self._memory[name] = data
            while sum(map(len, self._memory.values())) > _MEMORY_BYTES and len(self._memory) > 1:
                self._memory.popitem(last=False)


def _runs(pieces: list[Piece]) -> list[list[Piece]]:
    """Leaves that follow one another together, to be read in one request; nodes one by one."""
    runs: list[list[Piece]] = []
    for piece in pieces:
        follows = bool(runs) and runs[-1][-1].end == piece.start
        if follows and piece.size <= LEAF_BYTES and runs[-1][-1].size <= LEAF_BYTES:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs
