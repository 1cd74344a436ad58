"""Pieces of files that were read before, under their digests: shared by processes, bounded, and never trusted.

A piece gets its name in one step when all of it is there, and is hashed whenever it is read: what a kill, a full disk
or another program left is at worst read again from the registry.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from kitops_jupyter.disk import replace, unlink
from kitops_jupyter.file_index import is_piece
from kitops_jupyter.store.files import read_small

LIMIT_BYTES = 1 << 30
_PIECE_LIMIT_BYTES = 4 << 20
_ABANDONED_AFTER_S = 3600


class BlockCache:
    """At most about `limit_bytes` of pieces in a folder; those not read for longest go first. 0 keeps none."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        # How much may still be written before the folder is counted again; other processes write, too.
        self._unwatched_bytes = 0

    def find(self, name: str) -> bytes | None:
        """The piece with this name (see `file_index.is_piece`), if it is here and whole."""
        path = self._folder / name
        try:
            data = read_small(path, _PIECE_LIMIT_BYTES)
            if not is_piece(name, data):
                unlink(path)
                return None
            os.utime(path)
        except OSError:
            return None
        return data

    def keep(self, name: str, data: bytes) -> None:
        """Keep a verified piece; where that cannot be, nothing is kept."""
        if len(data) > min(self._limit_bytes, _PIECE_LIMIT_BYTES):
            return
        temporary = self._folder / f".{os.urandom(8).hex()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
            replace(temporary, self._folder / name)
            self._unwatched_bytes -= len(data)
            if self._unwatched_bytes < 0:
                self._prune()
        except OSError:
            self._drop(temporary)

    def _prune(self) -> None:
        """Let the oldest pieces go until a tenth of the room is free, and what killed processes left half-written."""
        kept: list[tuple[int, int, Path]] = []
        for path in self._folder.iterdir():
            try:
                stat = path.lstat()
            except OSError:
                continue
            if path.name.startswith("."):
                if time.time() - stat.st_mtime > _ABANDONED_AFTER_S:
                    self._drop(path)
            else:
                kept.append((stat.st_mtime_ns, stat.st_size, path))
        total = sum(size for _, size, _ in kept)
        if total > self._limit_bytes:
            for _, size, path in sorted(kept):
                self._drop(path)
                total -= size
                if total <= self._limit_bytes * 9 // 10:
                    break
        self._unwatched_bytes = min(self._limit_bytes - total, self._limit_bytes // 10)

    @staticmethod
    def _drop(path: Path) -> None:
        try:
            unlink(path)
        except OSError:
            pass
