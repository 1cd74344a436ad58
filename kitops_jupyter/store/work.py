"""Sessions: what a process is about to store, out of reach of every other process's removals and cleaning.

A session is a folder `storage/.kitops_jupyter/work/ID` with three things in it: `alive`, locked for as long as the
process lives (the operating system frees it after a kill), the files that are not whole yet, and `pins`, the digests
that the session found or stored and will refer to. A removal frees no pinned blob; a folder whose `alive` can be
locked is a dead process's, and goes.

Everything here but `pin` on a Session that pins already is done under the store's lock: a blob is pinned and found to
be there in one step, so that no removal comes between.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import Timeout

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import unlink
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.store.files import storing
from kitops_jupyter.store.layout import Layout
from kitops_jupyter.store.lock import locked

_ALIVE, _PINS = "alive", "pins"


@dataclass(slots=True, eq=False)
class Session:
    """One process's open work on one store; made by `session`, shared by all its threads."""

    folder: Path
    alive: Lock
    pins: set[Digest] = field(default_factory=set)
    users: int = 0
    notes: list[str] = field(default_factory=list)  # what happened meanwhile that its user should know
    _serial: int = 0

    def pin(self, digest: Digest) -> None:
        """Keep this blob until the session ends. The caller holds the store's lock."""
        if digest in self.pins:
            return
        with (self.folder / _PINS).open("a", encoding="ascii") as stream:
            stream.write(f"{digest}\n")
        self.pins.add(digest)

    def temporary(self) -> Path:
        """A name for a file that is not whole yet."""
        with _guard:
            self._serial += 1
            return self.folder / f"{self._serial}.part"


# The one piece of state between calls: a pin must hold for every Store value of this process that means this folder.
_sessions: dict[Path, Session] = {}
_guard = threading.Lock()
_inherited: list[
    Session
] = []  # never let go of: older filelocks unlock what their parent holds when they are collected


def _forget() -> None:
    """A forked child has none of its parent's sessions."""
    global _guard
    _guard = threading.Lock()
    _inherited.extend(_sessions.values())
    _sessions.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def current(layout: Layout) -> Session | None:
    """The session that this process has open on the store, if any."""
    return _sessions.get(layout.root)


def told(layout: Layout, restored: Sequence[str]) -> None:
    """Note what another program's list had lost, for whoever has a session open."""
    opened = current(layout)
    if opened is not None and restored:
        opened.notes.append(
            f"another program overwrote the list with an older one; listed again: {', '.join(dict.fromkeys(restored))}"
        )


@contextmanager
def session(layout: Layout) -> Iterator[Session]:
    """Open a session, or join the one that this process has open. Raises StorageFull, StoreBusy."""
    joined = _join(layout)
    try:
        yield joined
    finally:
        _leave(layout, joined)


def _join(layout: Layout) -> Session:
    with _guard:
        if found := _sessions.get(layout.root):
            found.users += 1
            return found
    with locked(layout), storing(layout.work):
        sweep(layout)
        empty_trash(layout)
        folder = layout.work / f"{os.getpid()}-{os.urandom(4).hex()}"
        folder.mkdir(parents=True)
        alive = Lock(folder / _ALIVE)
        alive.acquire(timeout=0)
    with _guard:
        opened = _sessions.setdefault(layout.root, Session(folder, alive))
        opened.users += 1
    if opened.alive is not alive:  # another thread was faster
        _close(folder, alive)
    return opened


def _leave(layout: Layout, joined: Session) -> None:
    with _guard:
        joined.users -= 1
        if joined.users:
            return
        if _sessions.get(layout.root) is joined:
            del _sessions[layout.root]
    _close(joined.folder, joined.alive)


def _close(folder: Path, alive: Lock) -> None:
    alive.release()
    shutil.rmtree(folder, ignore_errors=True)


def sweep(layout: Layout) -> set[Digest]:
    """Remove what dead processes left, and return what living ones have pinned. The caller holds the store's lock."""
    pinned: set[Digest] = set()
    try:
        with os.scandir(layout.work) as entries:
            folders = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return pinned
    for folder in folders:
        if _is_dead(folder):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            pinned |= _read_pins(folder)
    return pinned


def _is_dead(folder: Path) -> bool:
    """Whether nobody holds the folder's lock; one that cannot be asked is taken to be alive."""
    with _guard:
        if any(session.folder == folder for session in _sessions.values()):
            return False
    probe = Lock(folder / _ALIVE)
    try:
        probe.acquire(timeout=0)
    except Timeout:
        return False
    except OSError:
        return not folder.exists()
    probe.release()
    return True


def _read_pins(folder: Path) -> set[Digest]:
    try:
        return {Digest(line) for line in (folder / _PINS).read_text("ascii").split()}
    except FileNotFoundError:
        return set()


def empty_trash(layout: Layout) -> None:
    """Delete the bytes of blobs that are removed; several may do so at once, without the lock."""
    try:
        with os.scandir(layout.trash) as found:
            paths = [Path(entry.path) for entry in found]
    except FileNotFoundError:
        return
    for path in paths:
        try:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()  # one that stood under a blob's name; what somebody put into it stays
            else:
                unlink(path)
        except OSError:
            continue  # a later run tries again
