"""A file that is being written beside its place: locked, ours alone, and named in one step when it is whole."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kitops_jupyter.disk.folders import Folders
from kitops_jupyter.errors import Conflict, PathInvalid, StoreBusy

_OPEN = os.O_RDWR | os.O_CREAT
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
    _OPEN |= getattr(os, _flag, 0)
_TRIES = 4  # some file systems invent new inodes at each look


@contextmanager
def unfinished(beside: Folders, path: Path, partial: Path) -> Iterator[io.FileIO]:
    """The unfinished file, opened and locked: nobody else is writing it, and it is nobody else's."""
    name = partial.name
    for attempt in range(_TRIES):
        place, dir_fd = beside.at(name)
        try:
            file, is_new = io.FileIO(os.open(place, _OPEN | os.O_EXCL, 0o644, dir_fd=dir_fd), "r+b"), True
        except FileExistsError:
            file, is_new = io.FileIO(os.open(place, _OPEN, 0o644, dir_fd=dir_fd), "r+b"), False
        with closing(file):
            opened = os.fstat(file.fileno())
            finished = beside.stat(path.name)
            if not is_new and finished is not None and finished.st_ino == opened.st_ino and os.name != "nt":
                os.unlink(place, dir_fd=dir_fd)  # a kill came right after it was named
                continue
            if not is_new:
                _check_ours(partial, opened, beside)
            _lock(file, path)
            there = beside.stat(name)
            is_same = there is not None and (os.name == "nt" or there.st_ino == opened.st_ino)
            if is_same or attempt + 1 == _TRIES:
                yield file
                return
            # Another process has just finished it: begin a new one.


def _check_ours(partial: Path, opened: os.stat_result, beside: Folders) -> None:
    """Raise PathInvalid for what only has the name of an unfinished copy."""
    is_plain = stat.S_ISREG(opened.st_mode) and opened.st_nlink <= 1
    is_shared = bool(beside.root_stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    if not is_plain or (is_shared and hasattr(os, "geteuid") and opened.st_uid != os.geteuid()):
        raise PathInvalid(
            f"{partial} is not an unfinished copy of yours, and was not touched",
            hint="move it away, or copy to another folder",
        )


def _lock(file: io.FileIO, path: Path) -> None:
    """Raises StoreBusy; where the file system has no locks, nothing is locked."""
    try:
        if os.name != "nt":
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreBusy(f"another process is writing {path}", hint="wait for it to end") from None
    except OSError:
        return


def give_name(beside: Folders, partial: Path, path: Path, *, overwrite: bool) -> None:
    """Let the finished file have its name, in one step.

    Without `overwrite` no file of that name is replaced, also none that came this moment. Raises Conflict, OSError.
    """
    (old, dir_fd), (new, _) = beside.at(partial.name), beside.at(path.name)
    if not overwrite:
        try:
            os.link(old, new, src_dir_fd=dir_fd, dst_dir_fd=dir_fd, follow_symlinks=False)
        except FileExistsError:
            raise in_the_way(path) from None
        except (OSError, NotImplementedError):  # no second names here
            if beside.stat(path.name) is not None:
                raise in_the_way(path) from None
        else:
            os.unlink(old, dir_fd=dir_fd)
            return
    os.replace(old, new, src_dir_fd=dir_fd, dst_dir_fd=dir_fd)


def in_the_way(path: Path) -> Conflict:
    """The error for a file that is there already."""
    return Conflict(f"{path} exists: nothing was written", hint="name another file, or -o to replace it")
