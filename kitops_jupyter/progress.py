"""How long work reports itself and is cancelled: an observer of what moves, a watch over what waits.

Core code calls the observer at least every 4 MiB and at each layer; faces throttle their drawing.
An observer may raise `errors.Cancelled` (or KeyboardInterrupt), nothing else, and may be called from
worker threads, one call at a time for one item.

Whoever waits (for a server, a process, a pause to end) does so in beats, and at each beat calls the watch of its
thread, which may raise the same: so a cancel takes effect within a second even when nothing moves.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

Step = Literal["started", "advanced", "skipped", "finished", "waiting"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of one item; `done_bytes` never goes backwards, `total_bytes` is None when unknown.

    `item` is for people: a layer's path or a short digest. `skipped` means that the bytes were
    there already. `waiting` means that nothing moves: a server is asked, and the observer can cancel that.
    `note` is a word for people, such as "resumed" or "unchanged".
    """

    step: Step
    item: str
    done_bytes: int = 0
    total_bytes: int | None = None
    note: str = ""


Observer = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Observe nothing."""


BEAT_S = 0.25  # a cancel must take effect within a second


def _nothing() -> None:
    return None


_watch: ContextVar[Callable[[], None]] = ContextVar("kit_watch", default=_nothing)


@contextmanager
def watched(watch: Callable[[], None]) -> Iterator[None]:
    """Within it, `watch` is called at every beat of a wait in this thread, after the watches around it.

    What one of them raises ends the wait.
    """
    outer = _watch.get()

    def both() -> None:
        outer()
        watch()

    token = _watch.set(watch if outer is _nothing else both)
    try:
        yield
    finally:
        _watch.reset(token)


@contextmanager
def observed(observe: Observer, item: str) -> Iterator[None]:
    """Within it, `observe` gets a `waiting` event of this item at every beat of a wait, one at a time."""
    turn = threading.RLock()

    def watch() -> None:
        with turn:
            observe(Event("waiting", item))

    with watched(watch):
        yield


def current_watch() -> Callable[[], None]:
    """The watch of this thread, to hand to another."""
    return _watch.get()


def under_watch(work: Callable[P, R]) -> Callable[P, R]:
    """The same work for another thread, under the watch of this one."""
    watch = current_watch()

    @functools.wraps(work)
    def watched_work(*args: P.args, **kwargs: P.kwargs) -> R:
        with watched(watch):
            return work(*args, **kwargs)

    return watched_work


def beat() -> None:
    """One beat of a wait: ask the watch."""
    _watch.get()()


def pause(seconds: float) -> None:
    """Sleep, in beats."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        beat()
        time.sleep(min(BEAT_S, left))
