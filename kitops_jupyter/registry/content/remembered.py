"""Small content by its digest: what was read once need not be asked for again, since it cannot change."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from pathlib import Path

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import read_bytes

MEMORY_BYTES = 16 << 20
DISK_ITEM_BYTES = 256 << 10  # manifests and configs; larger ones are rare, and not worth the room


class Remembered:
    """Manifests and configs in memory (the latest 16 MiB) and in a folder; for use by several threads.

    What comes from the folder is hashed first, so a folder that somebody changed is worth as much as an empty one.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._items: OrderedDict[Digest, bytes] = OrderedDict()
        self._size_bytes = 0

    def get(self, digest: Digest) -> bytes | None:
        """The bytes, or None."""
        with self._lock:
            if digest in self._items:
                self._items.move_to_end(digest)
                return self._items[digest]
        try:
            data = read_bytes(self._directory / digest.hex, DISK_ITEM_BYTES)
        except OSError:
            return None
        if Digest.of(data) != digest:
            return None
        self._keep(digest, data)
        return data

    def put(self, digest: Digest, data: bytes) -> None:
        """Remember bytes whose digest was checked; a full disk is no error."""
        if not self._keep(digest, data) or len(data) > DISK_ITEM_BYTES:
            return
        temporary = self._directory / f"{digest.hex}.{os.getpid()}.{threading.get_ident()}"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
            temporary.replace(self._directory / digest.hex)
        except OSError:
            temporary.unlink(missing_ok=True)

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
