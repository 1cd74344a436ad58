"""The cache folder that we share with kit: its size, emptying it, and folders in it that are in use."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from kitops_jupyter.disk import try_chmod, unlink
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import StoreError
from kitops_jupyter.store.files import storing

_OURS, _IN_USE, _ALIVE = "kitops_jupyter", "in-use", "alive"


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """How many files and bytes: there are, or went. `kept` are folders that a living process of ours works in."""

    file_count: int
    size_bytes: int
    kept: tuple[Path, ...] = ()


@contextmanager
def in_use(cache: Path) -> Iterator[Path]:
    """A new folder in the cache that no `clear` touches until it is left; then it goes. Raises StorageFull."""
    folder = cache / _OURS / _IN_USE / f"{os.getpid()}-{os.urandom(4).hex()}"
    alive = Lock(folder / _ALIVE)
    with storing(cache):
        folder.mkdir(parents=True, mode=0o700)
        alive.acquire(timeout=0)
    try:
        yield folder
    finally:
        alive.release()
        shutil.rmtree(folder, ignore_errors=True)


def usage(cache: Path) -> CacheUsage:
    """What lies in the cache; links count as themselves."""
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
    """Remove all that lies in the cache, but for what a living process of ours uses; what went is counted.

    Links are removed, never followed; a cache folder that is itself a link is refused. Raises StoreError, StorageFull.
    """
    if cache.is_symlink():
        raise StoreError(
            f"{cache} is a link to {cache.resolve()}: it is not emptied",
            hint="empty that folder yourself, or replace the link by a folder",
        )
    kept: list[Path] = []
    with storing(cache):
        count, size_bytes = _empty(cache, kept, depth=0)
    return CacheUsage(count, size_bytes, tuple(kept))


def _empty(folder: Path, kept: list[Path], *, depth: int) -> tuple[int, int]:
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
        elif depth == 2 and path.parts[-3:-1] == (_OURS, _IN_USE) and _is_alive(path):
            kept.append(path)
        else:
            _make_removable(path)
            inner = _empty(path, kept, depth=depth + 1)
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


def _is_alive(folder: Path) -> bool:
    if not (folder / _ALIVE).exists():
        return False
    probe = Lock(folder / _ALIVE)
    try:
        probe.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False
    probe.release()
    return False
