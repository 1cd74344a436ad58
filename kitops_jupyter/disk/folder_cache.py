"""What costs time to find out again, kept as small files in a folder: bounded, and shared by threads and processes.

Everything in it may vanish or be damaged at any time, which costs time and nothing else; the caller judges what it
gets. A file has its name only when all of it is there. A folder that cannot be written is not an error.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from kitops_jupyter.disk.reading import read_bytes
from kitops_jupyter.disk.writing import UNFINISHED, remove_abandoned, try_unlink, unfinished_in, write_bytes

CacheName = Literal[
    "blocks", "file-indexes", "known", "layers", "loads", "manifests", "names", "pushes", "refused", "undo", "uploads"
]


def cache_folder(cache: Path, name: CacheName) -> Path:
    """Where these are kept, below the cache folder that we share with the kit program."""
    return cache / "kitops_jupyter" / name


def file_name_for(key: str) -> str:
    """A file's name for any text, always the same."""
    return f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}.json"


class FolderCache:
    """At most about so many files and bytes; those not used for longest go first. A limit of 0 keeps nothing.

    A file of more than `item_bytes` is neither kept nor read. `is_private` makes the folder for its owner alone.
    """

    def __init__(
        self,
        folder: Path,
        *,
        item_bytes: int,
        limit_files: int | None = None,
        limit_bytes: int | None = None,
        is_private: bool = False,
    ) -> None:
        self._folder = folder
        self._item_bytes = item_bytes
        self._limit_files = limit_files
        self._limit_bytes = limit_bytes
        self._folder_mode = 0o700 if is_private else 0o777

    def find(self, name: str, *, max_age_s: float | None = None) -> bytes | None:
        """What was kept under this name; None if there is nothing, it cannot be read, or it is older than that."""
        path = self._folder / name
        try:
            if max_age_s is not None and not 0 <= time.time() - path.lstat().st_mtime <= max_age_s:
                return None
            return read_bytes(path, self._item_bytes, follow_links=False)
        except OSError:
            return None

    def find_right(self, name: str, is_right: Callable[[str, bytes], bool]) -> bytes | None:
        """What was kept under this name, if its name and bytes are right; then it is used, and else it goes."""
        data = self.find(name)
        if data is None:
            return None
        if not is_right(name, data):
            self.forget(name)
            return None
        self.use(name)
        return data

    def use(self, name: str) -> None:
        """Let this be one of the last to go; its age starts anew."""
        try:
            os.utime(self._folder / name)
        except OSError:
            pass

    def keep(self, name: str, data: bytes) -> bool:
        """Keep it in place of what has this name; whether that could be done."""
        if len(data) > self._item_bytes or self._limit_files == 0 or len(data) > self._most_bytes():
            return False
        try:
            self._folder.mkdir(mode=self._folder_mode, parents=True, exist_ok=True)
            write_bytes(self._folder / name, data, temporary=unfinished_in(self._folder))
            if random.random() < self._share(len(data)):
                self._prune()
        except OSError:
            return False
        return True

    def forget(self, name: str) -> None:
        """Let it go."""
        try_unlink(self._folder / name)

    def _most_bytes(self) -> float:
        return float("inf") if self._limit_bytes is None else self._limit_bytes

    def _share(self, size_bytes: int) -> float:
        """How much of a tenth of a limit this is.

        Counting the folder so often, by chance, comes to once for each tenth that is written, whoever writes it:
        threads and short processes need not know of one another.
        """
        by_files = 0 if self._limit_files is None else 1 / max(1, self._limit_files // 10)
        by_bytes = 0 if self._limit_bytes is None else size_bytes / max(1, self._limit_bytes // 10)
        return max(by_files, by_bytes)

    def _prune(self) -> None:
        """Let the oldest go until a tenth of the room is free, and what killed processes left unfinished."""
        remove_abandoned(self._folder)
        found: list[tuple[int, int, Path]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                try:
                    stat = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if not entry.name.endswith(UNFINISHED):
                    found.append((stat.st_mtime_ns, stat.st_size, Path(entry.path)))
        count, total = len(found), sum(size for _, size, _ in found)
        most_files = count if self._limit_files is None else self._limit_files
        most_bytes = total if self._limit_bytes is None else self._limit_bytes
        if count <= most_files and total <= most_bytes:
            return
        most_files, most_bytes = most_files - most_files // 10, most_bytes - most_bytes // 10
        for _, size, path in sorted(found):
            if count <= most_files and total <= most_bytes:
                return
            try_unlink(path)
            count, total = count - 1, total - size
