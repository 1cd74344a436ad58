"""The cache folder that we share with kit: its size, and emptying it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter.disk import try_chmod, unlink
from kitops_jupyter.errors import StoreError
from kitops_jupyter.store.files import storing


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """How many files and bytes there are, or went."""

    file_count: int
    size_bytes: int


def usage(cache: Path) -> CacheUsage:
    """What is in the cache; links count as themselves."""
    count, size_bytes = 0, 0
    for folder, folders, names in os.walk(cache):
        for name in (*names, *(name for name in folders if Path(folder, name).is_symlink())):
            try:
                found = Path(folder, name).lstat()
            except OSError:
                continue
            count += 1
            size_bytes += found.st_size
    return CacheUsage(count, size_bytes)


def clear(cache: Path) -> CacheUsage:
    """Remove everything in the cache; what went is counted.

    Links are removed, never followed; a cache folder that is itself a link is refused. Raises StoreError, StorageFull.
    """
    if cache.is_symlink():
        raise StoreError(
            f"{cache} is a link to {cache.resolve()}: it is not emptied",
            hint="empty that folder yourself, or replace the link by a folder",
        )
    with storing(cache):
        count, size_bytes = _empty(cache)
    return CacheUsage(count, size_bytes)


def _empty(folder: Path) -> tuple[int, int]:
    count, size_bytes = 0, 0
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except (FileNotFoundError, NotADirectoryError):
        return 0, 0
    for entry in entries:
        path = Path(entry.path)
        if not entry.is_dir(follow_symlinks=False):
            size = _size_of(path)
            unlink(path)
            count, size_bytes = count + 1, size_bytes + size
        else:
            _make_removable(path)
            inner = _empty(path)
            count, size_bytes = count + inner[0], size_bytes + inner[1]
            _remove_folder(path)
    return count, size_bytes


def _size_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


def _make_removable(folder: Path) -> None:
    if not folder.lstat().st_mode & stat.S_IWUSR:
        try_chmod(folder, 0o700)


def _remove_folder(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        pass  # something in it is in use, or came just now
