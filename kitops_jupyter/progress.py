"""How long work reports itself and is cancelled: an observer of what moves, a watch over what waits.

Core code calls the observer at least every 4 MiB and at each layer; faces throttle their drawing.
An observer may raise `errors.Cancelled` (or KeyboardInterrupt), nothing else, and may be called from
worker threads, one call at a time for one item.

Whoever waits (for a server, a process, a lock, a pause to end), or works long without moving bytes, does so in beats.
At each beat it calls the watch of its thread, which may raise the same: so a cancel takes effect within a second even
when nothing moves.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

Step = Literal["started", "advanced", "skipped", "finished", "waiting"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of one item; `done_bytes` never goes backwards, `total_bytes` is None when unknown.

    `item` is for people: a layer's path or a short digest. `skipped` means that the bytes were
    there already. `waiting` means that no bytes move (a server is asked, a folder is read) and can be cancelled.
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
_ITEMS_PER_BEAT = 256  # some milliseconds of looking at files


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
    """Within it, `observe` gets `waiting` events of this item while the thread waits, in turn, 8 a second at most.

    What it raised once is raised at each beat that follows, in case that somebody took it for another failure.
    """
    turn = threading.RLock()
    told_at_s, raised = float("-inf"), list[BaseException]()

    def watch() -> None:
        nonlocal told_at_s
        with turn:
            if raised:
                raise raised[0]
            if time.monotonic() - told_at_s < BEAT_S / 2:
                return
            told_at_s = time.monotonic()
            try:
                observe(Event("waiting", item))
            except BaseException as problem:
                raised.append(problem)
                raise

    with watched(watch):
        yield


@contextmanager
def tidying_up(within_s: float) -> Iterator[None]:
    """Within it no watch is asked, as its cancel may be the reason to tidy up; after so many seconds a beat raises.

    Raises TimeoutError.
    """
    until_s = time.monotonic() + within_s

    def watch() -> None:
        if time.monotonic() > until_s:
            raise TimeoutError(f"not done within {within_s:.0f} s")

    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


@contextmanager
def past_cancel() -> Iterator[None]:
    """Within it beats are still reported, but a cancel comes too late: for the end of work that is done or undone."""
    asked = _watch.get()

    def watch() -> None:
        with suppress(BaseException):  # a cancel: an observer raises nothing else
            asked()

    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def under_watch(work: Callable[P, R]) -> Callable[P, R]:
    """The same work for another thread, under the watch of this one."""
    watch = _watch.get()

    @functools.wraps(work)
    def watched_work(*args: P.args, **kwargs: P.kwargs) -> R:
        with watched(watch):
            return work(*args, **kwargs)

    return watched_work


def beat() -> None:
    """One beat of a wait: ask the watch."""
    _watch.get()()


def in_beats(items: Iterable[T]) -> Iterator[T]:
    """The items, with a beat before the first and after every 256: for loops that wait for nothing, but take long."""
    for at, item in enumerate(items):
        if not at % _ITEMS_PER_BEAT:
            beat()
        yield item


def beside(work: Callable[[], T], *, name: str, within_s: float = float("inf")) -> T:
    """What the work returns or raises, for calls that cannot be interrupted: a thread of this name does it.

    A cancel leaves the thread behind. Raises TimeoutError after `within_s`.
    """
    found: list[T] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            found.append(work())
        except BaseException as problem:  # noqa: BLE001  (it is the caller's)
            failed.append(problem)
        finally:
            done.set()

    threading.Thread(target=run, name=name, daemon=True).start()
    until_s = time.monotonic() + within_s
    while not done.wait(BEAT_S):
        beat()
        if time.monotonic() > until_s:
            raise TimeoutError(f"not done within {within_s:.0f} s")
    if failed:
        raise failed[0]
    return found[0]


def pause(seconds: float) -> None:
    """Sleep, in beats."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        beat()
        time.sleep(min(BEAT_S, left))
