"""Which blobs are known to be right: their bytes were hashed once, and their stamps have not changed since.

One small file a digest, in the cache folder, for this person only. Everything in it may vanish or be damaged at any
time: an entry counts only when it can be read and has the very stamps that the blob has now; else the blob is hashed
again. What a disk changes without a stamp is found by whoever reads the whole blob, and by `kit doctor --deep`.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import NamedTuple

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import FolderCache, parse_json, try_utime

# A file system's clock ticks slower than its stamps pretend: 4 to 10 ms on Linux; a file changed within one tick of
# being read could be changed again without any stamp to show it. Stamps in whole seconds mean ticks of up to 2 s (FAT).
TICK_NS = 100_000_000
COARSE_TICK_NS = 2_000_000_000
_ENTRY_LIMIT_BYTES = 4096
_ENTRIES_LIMIT = 1 << 16  # of about 100 bytes; thousands of kits
_PLACES = 4  # the same digest may be in several stores
_IN_MEMORY = 1 << 12


class Stamp(NamedTuple):
    """What changes when a file's bytes do."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        """The stamps of this file."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)

    @property
    def is_settled(self) -> bool:
        """Whether any later change of the file must show in its stamps."""
        return is_settled(self.mtime_ns, self.ctime_ns)


def is_settled(*stamps_ns: int) -> bool:
    """Whether any later change of a file with these times must show in them."""
    coarse = all(stamp % 1_000_000_000 == 0 for stamp in stamps_ns)
    return not stamps_ns or time.time_ns() - max(stamps_ns) > (COARSE_TICK_NS if coarse else TICK_NS)


def set_back(path: Path) -> bool:
    """Give a new file an older modification time, so that a write in the same tick of the clock shows, too.

    False where the file system takes none.
    """
    past_ns = time.time_ns() - 2 * COARSE_TICK_NS
    return try_utime(path, past_ns)


# Verdicts that no file can hold: that a blob is wrong, and all of them where the cache cannot be written.
_verdicts: dict[tuple[Path, Digest], tuple[Stamp, bool]] = {}


class KnownBlobs:
    """Verdicts on blobs by their stamps; a folder that cannot be written costs time, and is not an error."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = FolderCache(folder, item_bytes=_ENTRY_LIMIT_BYTES, limit_files=_ENTRIES_LIMIT, is_private=True)

    def find(self, digest: Digest, stamp: Stamp) -> bool | None:
        """Whether the file with these stamps has this digest; None where that is not known."""
        if stamp in self._read(digest):
            self._kept.use(digest.hex)
            return True
        known = _verdicts.get((self._folder, digest))
        return known[1] if known is not None and known[0] == stamp else None

    def note(self, digest: Digest, stamp: Stamp, *, is_right: bool) -> None:
        """Remember what hashing the file with these stamps has shown."""
        if not is_right:
            self.forget(digest)
        listed = self._read(digest)
        if is_right and listed[:1] == [stamp]:
            return
        stamps = [stamp, *(known for known in listed if known != stamp)][:_PLACES]
        if is_right and self._kept.keep(digest.hex, json.dumps({"right": stamps}).encode()):
            _verdicts.pop((self._folder, digest), None)
            return
        if len(_verdicts) >= _IN_MEMORY:
            _verdicts.clear()
        _verdicts[self._folder, digest] = stamp, is_right

    def forget(self, digest: Digest) -> None:
        """Know nothing of this digest any more."""
        _verdicts.pop((self._folder, digest), None)
        self._kept.forget(digest.hex)

    def _read(self, digest: Digest) -> list[Stamp]:
        try:
            listed = parse_json(self._kept.find(digest.hex) or b"")["right"]
            return [Stamp(*stamp) for stamp in listed if all(type(number) is int for number in stamp)]
        except (ValueError, LookupError, TypeError):
            return []
