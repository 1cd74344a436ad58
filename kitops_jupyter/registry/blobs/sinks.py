"""Small sinks and streams between the pipeline and a request: hashing, exact lengths, progress that never goes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from kitops_jupyter.content import Hashing, Readable, check_size
from kitops_jupyter.errors import Cancelled, SizeMismatch
from kitops_jupyter.pipeline import ByteSink, sinks_of
from kitops_jupyter.progress import BEAT_S, Event, Observer
from kitops_jupyter.registry.http.door import SourceFailed


class AwaitedHashing(Hashing):
    """Lets another thread wait until so many bytes are hashed."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._is_stopped = False

    def wait(self, size_bytes: int) -> None:
        """Return when that many bytes are hashed. Raises Cancelled when they will not be."""
        with self._changed:
            while self.size_bytes < size_bytes:
                if self._is_stopped:
                    raise Cancelled("stopped while hashing")
                self._changed.wait(BEAT_S)

    def write(self, view: bytes | memoryview) -> None:
        super().write(view)
        with self._changed:
            self._changed.notify_all()

    def abort(self) -> None:
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()


class Exact:
    """A stream that must have just this many bytes; it looks for the end when it has them, not later.

    `size_bytes` None lets it have any number. An OSError of its own is carried out of a request in SourceFailed,
    since urllib3 would take it for one of the connection's.
    """

    def __init__(self, stream: Readable, size_bytes: int | None, what: str) -> None:
        self._stream = stream
        self._size_bytes = size_bytes
        self._count = 0
        self._what = what

    def own_sinks(self) -> Sequence[ByteSink]:
        return sinks_of(self._stream)

    def readinto(self, buffer: memoryview, /) -> int:
        if self._size_bytes is not None and self._count == self._size_bytes and self._count:
            return 0
        count = self._read(memoryview(buffer).cast("B"))
        self._count += count
        if self._size_bytes is None:
            return count
        wanted = self._size_bytes
        if self._count > wanted or not count:
            check_size(self._count, wanted, self._what)
        if count and self._count == wanted and self._read(memoryview(bytearray(1))):
            raise SizeMismatch(f"{self._what}: got more than the expected {wanted} bytes")
        return count

    def _read(self, view: memoryview) -> int:
        try:
            return self._stream.readinto(view)
        except OSError as error:
            raise SourceFailed(error) from error

    def close(self) -> None:
        self._stream.close()


class Progress:
    """An observer for one item that several threads may call: in turn, and never going backwards.

    `beat` tells the user's observer again where we are, so that it can cancel while nothing moves.
    """

    def __init__(self, observe: Observer, item: str, total_bytes: int | None) -> None:
        self._observe = observe
        self._item = item
        self._total_bytes = total_bytes
        self._lock = threading.Lock()
        self._done_bytes = 0
        self._note = ""
        self._is_started = False
        self._told_at_s = time.monotonic()

    def from_start(self, start_bytes: int) -> Observer:
        """An observer for a pump whose first byte is this one of the whole."""

        def advanced(event: Event) -> None:
            self.advanced(start_bytes + event.done_bytes)

        return advanced

    def started(self, note: str = "") -> None:
        """Say that it begins, where, and why there ("resumed")."""
        self._note = note
        if not self._is_started:
            self._is_started = True
            self._tell("started")

    def advanced(self, done_bytes: int) -> None:
        """Say that this much of the whole is done; less than before is reported as before."""
        self._done_bytes = max(self._done_bytes, done_bytes)
        self._tell("advanced")

    def skipped(self, note: str) -> None:
        """Say that nothing had to be moved."""
        self._done_bytes, self._note = self._total_bytes or 0, note
        self._tell("skipped")

    def finished(self) -> None:
        """Say that it is done."""
        if self._total_bytes is not None:
            self._done_bytes = self._total_bytes
        self._tell("finished")

    def beat(self) -> None:
        """The same again, if the last word was a while ago; before it began, that it waits."""
        if time.monotonic() - self._told_at_s < BEAT_S / 2:
            return
        self._tell("advanced" if self._is_started else "waiting")

    def _tell(self, step: Any) -> None:
        with self._lock:
            self._told_at_s = time.monotonic()
            self._observe(Event(step, self._item, self._done_bytes, self._total_bytes, self._note))
