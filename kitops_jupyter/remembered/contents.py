"""Small content by its digest: what was read once need not be asked for again, since it cannot change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import FolderCache

MEMORY_BYTES = 16 << 20
DISK_BYTES = 64 << 20  # of about 4 KiB for a kit: 16,000 kits
DISK_ITEM_BYTES = 256 << 10  # manifests and configs; larger ones are rare, and not worth the room


class Remembered:
    """Manifests and configs in memory (the latest 16 MiB) and in a folder (64 MiB); for use by several threads.

    What comes from the folder is hashed first, so a folder that somebody changed is worth as much as an empty one.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = DISK_BYTES) -> None:
        self._on_disk = FolderCache(folder, item_bytes=DISK_ITEM_BYTES, limit_bytes=limit_bytes)
        self._lock = threading.Lock()
        self._items: OrderedDict[Digest, bytes] = OrderedDict()
        self._size_bytes = 0

    def get(self, digest: Digest) -> bytes | None:
        """The bytes, or None."""
        with self._lock:
            if digest in self._items:
                self._items.move_to_end(digest)
                return self._items[digest]
        data = self._on_disk.find_right(digest.hex, _is_right)
        if data is not None:
            self._keep(digest, data)
        return data

    def put(self, digest: Digest, data: bytes) -> None:
        """Remember bytes whose digest was checked; a full disk is not an error."""
        if self._keep(digest, data):
            self._on_disk.keep(digest.hex, data)

    def _keep(self, digest: Digest, data: bytes) -> bool:
        """In memory; whether it is new there."""
        with self._lock:
            if digest in self._items or len(data) > MEMORY_BYTES:
                return digest not in self._items
            self._items[digest] = data
            self._size_bytes += len(data)
            while self._size_bytes > MEMORY_BYTES:
                self._size_bytes -= len(self._items.popitem(last=False)[1])
            return True


def _is_right(name: str, data: bytes) -> bool:
    return Digest.of(data).hex == name
