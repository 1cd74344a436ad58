"""What network and user-space file systems refuse: nothing of it is a reason to fail where it is only for looks."""

from __future__ import annotations

import errno
import os
import shutil

_REFUSED = {
    getattr(errno, name)
    for name in ("EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EINVAL", "ENOTTY")
    if hasattr(errno, name)
}
_UNSYNCED = _REFUSED - {errno.EPERM}


def try_chmod(path: str | os.PathLike[str] | int, mode: int, *, dir_fd: int | None = None) -> bool:
    """Give a file of ours, or an open one, this mode; False where there are no modes. Raises OSError for the rest."""
    try:
        os.chmod(path, mode, dir_fd=dir_fd)
    except OSError as problem:
        if problem.errno not in _REFUSED:
            raise
        return False
    return True


def try_utime(path: str | os.PathLike[str], time_ns: int) -> bool:
    """Give a file of ours this time; False where the file system keeps its own. Raises OSError for the rest."""
    try:
        os.utime(path, ns=(time_ns, time_ns))
    except OSError as problem:
        if problem.errno not in _REFUSED:
            raise
        return False
    return True


def sync(descriptor: int) -> None:
    """Have the bytes on the disk, where the file system knows how to. Raises OSError for bytes that were lost."""
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno not in _UNSYNCED:
            raise


def free_bytes(path: str | os.PathLike[str]) -> int | None:
    """How much room is left there for us; None where the file system does not say, as those in the cloud."""
    try:
        usage = shutil.disk_usage(path)
    except OSError:
        return None
    return usage.free if usage.total else None
