"""What moved and what was there already, counted while it happens."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from kitops_jupyter.pipeline import Stoppable
from kitops_jupyter.progress import Event, Observer


@dataclass(frozen=True, slots=True)
class Counts:
    """What a transfer moved, what was there already, and how long it took."""

    moved_bytes: int
    moved_blobs: int
    skipped_bytes: int
    skipped_blobs: int
    elapsed_s: float


class Tally(Stoppable):
    """What a copy moved and what was there already, counted from its events."""

    def __init__(self, observe: Observer, *, stopped: str = "the transfer was stopped; no tag has moved") -> None:
        super().__init__(observe, stopped)
        self.moved_bytes = self.moved_blobs = 0
        self.skipped_bytes = self.skipped_blobs = 0
        self._lock = threading.Lock()
        self._started_s = time.monotonic()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if event.step == "skipped":
                self.skipped_blobs += 1
                self.skipped_bytes += event.total_bytes or event.done_bytes
            elif event.step == "finished":
                self.moved_blobs += 1
                self.moved_bytes += event.done_bytes
        super().__call__(event)

    def counts(self) -> Counts:
        """What was counted until now, in the time since the tally was made."""
        elapsed_s = time.monotonic() - self._started_s
        return Counts(self.moved_bytes, self.moved_blobs, self.skipped_bytes, self.skipped_blobs, elapsed_s)
