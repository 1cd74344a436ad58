"""A lock between processes that also works where the file system has none.

Network file systems and FUSE mounts may refuse flock. There a marker file that only one process can make takes its
place: it says who holds it, and one whose process is gone is taken over.
"""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from types import ModuleType

from filelock import FileLock, Timeout

from kitops_jupyter.progress import beat

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows locks otherwise
    fcntl = None

POLL_S = 0.05
_UNMARKED_S = 60.0  # a marker without a word in it was made by a process that was killed right then
_REFUSED = {
    getattr(errno, name)
    for name in ("ENOLCK", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EINVAL", "ENOTTY")
    if hasattr(errno, name)
}

_BUSY = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EINTR}
_LOCK_FILE = os.O_RDWR | os.O_CREAT
_held: set[Lock] = set()
for _flag in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):
    _LOCK_FILE |= getattr(os, _flag, 0)


class _Refused(Exception):
    """The file system has no locks."""


class Lock:
    """A lock at `path`, of one process at a time; not to be acquired twice. The system frees it after a kill.

    Entered with `with`, it is waited for `timeout_s` seconds. A forked child has none of its parent's locks.
    """

    def __init__(self, path: Path, *, timeout_s: float = -1) -> None:
        self._timeout_s = timeout_s
        self.marker = path.with_name(f"{path.name}.held")
        self._path = path
        self._windows = FileLock(path, thread_local=False) if fcntl is None else None
        self._fd = -1
        self._marked_by = 0

    def acquire(self, timeout: float = -1, *, poll_interval: float = POLL_S) -> None:
        """Wait for the lock so many seconds, without end for -1, in beats. Raises Timeout (of filelock), OSError."""
        until_s = time.monotonic() + timeout if timeout >= 0 else float("inf")
        try:
            while not self._lock():
                if time.monotonic() >= until_s:
                    raise Timeout(str(self._path))
                beat()
                time.sleep(poll_interval)
        except _Refused:
            self._mark(until_s, poll_interval)

    def release(self) -> None:
        """Free it; one that is not held stays so."""
        if self._windows is not None:
            self._windows.release()
        if self._marked_by == os.getpid():
            self.marker.unlink(missing_ok=True)
        self._marked_by = 0
        if self._fd >= 0 and fcntl is not None:
            _held.discard(self)
            fcntl.flock(self._fd, fcntl.LOCK_UN)
            self.let_go()

    def let_go(self) -> None:
        """Close the file: whoever shares it, as a parent process does, keeps the lock."""
        descriptor, self._fd = self._fd, -1
        os.close(descriptor)

    def __enter__(self) -> Lock:
        self.acquire(self._timeout_s)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _lock(self) -> bool:
        """Try once. Raises _Refused where the file system cannot, OSError where the file cannot be made."""
        if self._windows is not None or fcntl is None:
            return self._lock_on_windows()
        descriptor = os.open(self._path, _LOCK_FILE, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_same(os.fstat(descriptor), self._path):  # else whoever held it took the file away
                self._fd, descriptor = descriptor, -1
                _held.add(self)
        except OSError as problem:
            if problem.errno in _REFUSED:
                raise _Refused from None
            if problem.errno not in _BUSY:
                raise
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return self._fd >= 0

    def _lock_on_windows(self) -> bool:
        assert self._windows is not None
        try:
            self._windows.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def _mark(self, until_s: float, poll_s: float) -> None:
        while True:
            try:
                descriptor = os.open(self.marker, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
                break
            except FileExistsError:
                if not self._take_over() and time.monotonic() >= until_s:
                    raise Timeout(str(self._path)) from None
            beat()
            time.sleep(poll_s)
        try:
            os.write(descriptor, f"{_machine()} {os.getpid()}\n".encode())
        finally:
            os.close(descriptor)
        self._marked_by = os.getpid()
        self._path.touch()  # who looks whether there is a lock looks for this name

    def _take_over(self) -> bool:
        """Remove the marker of a process that is gone; whether it went."""
        try:
            told = self.marker.read_text("utf-8", "replace")
            age_s = time.time() - self.marker.stat().st_mtime
        except OSError:
            return True
        if not _is_gone(told, age_s):
            return False
        aside = self.marker.with_name(f"{self.marker.name}.{os.getpid()}-{os.urandom(4).hex()}")
        try:
            self.marker.rename(aside)  # of several that take it over, one succeeds
        except OSError:
            return True
        if aside.read_text("utf-8", "replace") != told and not self.marker.exists():
            aside.rename(self.marker)  # somebody was faster, and this one is his
            return False
        aside.unlink(missing_ok=True)
        return True


def _is_same(opened: os.stat_result, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return (opened.st_dev, opened.st_ino) == (there.st_dev, there.st_ino)


def _forget() -> None:
    """In a forked child."""
    for lock in list(_held):
        lock.let_go()
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _machine() -> str:
    """What tells this machine, or this container on it, from others that see the same file."""
    try:
        space = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116 (a link that names no file)
    except OSError:
        space = 0
    name = os.uname().nodename if hasattr(os, "uname") else ""
    return f"{name or '-'}/{space}".replace(" ", "-")


def _is_gone(told: str, age_s: float) -> bool:
    machine, _, number = told.strip().partition(" ")
    if not number.isdigit():
        return age_s > _UNMARKED_S
    if machine != _machine():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
