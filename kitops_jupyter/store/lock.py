"""One lock a store, against ourselves: kit takes none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import Timeout

from kitops_jupyter.disk import try_unlink
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import StoreBusy
from kitops_jupyter.store.files import storing
from kitops_jupyter.store.layout import Layout

TIMEOUT_S = 60.0  # a removal in a store of 10,000 kits holds it for a second
_POLL_S = 0.005


@contextmanager
def locked(layout: Layout) -> Iterator[None]:
    """Hold the store's lock; not to be nested. Bytes are never streamed inside it.

    What a holder left unfinished that was killed is gone then.
    Raises StoreBusy, StorageFull (the store cannot be written).
    """
    with storing(layout.root):
        layout.ours.mkdir(parents=True, exist_ok=True)
        lock = Lock(layout.ours / "lock")
        try:
            lock.acquire(timeout=TIMEOUT_S, poll_interval=_POLL_S)
        except Timeout as problem:
            raise StoreBusy(
                f"another process has held the lock of {layout.root} for {TIMEOUT_S:.0f} s",
                hint="wait for it to end, then try again"
                + (f"; if no process has it, remove {lock.marker}" if lock.marker.exists() else ""),
            ) from problem
    try:
        try_unlink(layout.next)
        yield
    finally:
        lock.release()
