"""Locks on files of the registry's folder, against other processes that share it and against our own threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kitops_jupyter.serve.refused import Refused
from kitops_jupyter.serve.tree import Tree

_TIMEOUT_S = 20.0  # a lock is held for the time of a few small files
_POLL_S = 0.005


class Lock:
    """The registry's lock, held while names are given and taken away; never while bytes stream."""

    def __init__(self, tree: Tree, name: str) -> None:
        self._tree = tree
        self._name = name
        self._ours = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it; must not be nested. Raises Refused when another process does not let go."""
        until = time.monotonic() + _TIMEOUT_S
        if not self._ours.acquire(timeout=_TIMEOUT_S):
            raise _busy()
        try:
            descriptor = self._open()
            try:
                while not is_locked_by_us(descriptor):
                    if time.monotonic() > until:
                        raise _busy()
                    time.sleep(_POLL_S)
                yield
            finally:
                os.close(descriptor)  # which unlocks
        finally:
            self._ours.release()

    def _open(self) -> int:
        try:
            return self._tree.append(self._name)
        except FileNotFoundError:
            pass
        try:
            os.close(self._tree.create(self._name))
        except FileExistsError:
            pass  # another process made it a moment ago
        try:
            return self._tree.append(self._name)
        except FileNotFoundError:
            raise Refused(500, "UNKNOWN", f"{self._name} in the registry's folder is a link or a pipe") from None


def is_locked_by_us(descriptor: int) -> bool:
    """Lock the open file until it is closed; false when another process, or another opening, has the lock."""
    try:
        import fcntl
    except ImportError:
        return _is_locked_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: our own threads are kept apart all the same
        return True
    return True


def _is_locked_on_windows(descriptor: int) -> bool:
    import msvcrt

    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True


def _busy() -> Refused:
    return Refused(503, "TOOMANYREQUESTS", "another process holds the registry's lock", Retry_After="5")
