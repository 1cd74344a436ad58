"""So many pieces of work at a time; the others wait in line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from kitops_jupyter.server.workers import Workers

MOST = 16


class Turns:
    """Runs work in threads, `at_once` pieces at a time (1 to 16), first come first served."""

    def __init__(self, at_once: int) -> None:
        self._waiting: dict[str, Callable[[], None]] = {}
        self._running = 0
        self._is_closed = False
        self._lock = threading.Condition()
        self._workers = Workers(MOST, "kit-job")
        self._at_once = at_once

    @property
    def at_once(self) -> int:
        return self._at_once

    @at_once.setter
    def at_once(self, at_once: int) -> None:
        """Running jobs continue, even when there are more than that."""
        self._at_once = max(1, min(at_once, MOST))
        self._go_on()

    def add(self, name: str, work: Callable[[], None]) -> None:
        """Have this done when its turn comes."""
        with self._lock:
            self._waiting[name] = work
        self._go_on()

    def remove(self, name: str) -> bool:
        """Take it out of the queue; False if it already runs."""
        with self._lock:
            return self._waiting.pop(name, None) is not None

    def close(self, timeout_s: float) -> None:
        """Begin nothing more, and wait for what runs; after `timeout_s` it is left to end with the process."""
        until = time.monotonic() + timeout_s
        with self._lock:
            self._is_closed = True
            self._waiting.clear()
            while self._running and (left_s := until - time.monotonic()) > 0:
                self._lock.wait(left_s)

    def _go_on(self) -> None:
        with self._lock:
            while self._waiting and self._running < self._at_once and not self._is_closed:
                work = self._waiting.pop(next(iter(self._waiting)))
                self._running += 1
                self._workers.submit(partial(self._run, work))

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._running -= 1
                self._lock.notify_all()
            self._go_on()
