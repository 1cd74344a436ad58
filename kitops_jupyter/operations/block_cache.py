"""Pieces of files that were read before, under their digests: hashed whenever they are read, so never trusted."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.disk import FolderCache
from kitops_jupyter.file_index import is_piece

LIMIT_BYTES = 1 << 30
_PIECE_LIMIT_BYTES = 4 << 20


class BlockCache:
    """At most about `limit_bytes` of pieces in a folder; those not read for longest go first. 0 keeps none."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._kept = FolderCache(folder, item_bytes=_PIECE_LIMIT_BYTES, limit_bytes=limit_bytes)

    def find(self, name: str) -> bytes | None:
        """The piece with this name (see `file_index.is_piece`), if it is here and whole."""
        return self._kept.find_right(name, is_piece)

    def keep(self, name: str, data: bytes) -> None:
        """Keep a verified piece; where that cannot be, nothing is kept."""
        self._kept.keep(name, data)
