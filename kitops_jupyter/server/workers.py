"""Threads that do not keep a process alive: a server that is stopping does not wait for a registry that is silent.

The standard library's pools join their threads at the end, whatever these wait for. What is cut short here is what a
kill -9 may cut short as well: nothing of it is lost.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Workers:
    """Up to `count` daemon threads, started as they are needed; work waits for a free one, first come first served."""

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._idle = threading.Semaphore(0)
        self._started = 0

    def submit(self, work: Callable[[], None]) -> None:
        """Have this done; it must not raise."""
        self._work.put(work)
        with self._lock:
            if self._idle.acquire(blocking=False) or self._started == self._count:
                return
            self._started += 1
        threading.Thread(target=self._run, name=f"{self._name}-{self._started}", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._work.get()()
            self._idle.release()

    async def call(self, work: Callable[..., T], *arguments: Any) -> T:
        """What the work returns, or what it raises; the loop keeps running."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                found = work(*arguments)
            except BaseException as problem:  # noqa: BLE001  (it is the caller's)
                _tell(loop, _fail, answer, problem)
            else:
                _tell(loop, _set, answer, found)

        self.submit(run)
        return await answer


def end_with_main_thread(grace_s: float = 0.5) -> None:
    """Have the process end soon after its main thread, whatever the threads of pools still do.

    The standard library's pools join their threads at the end of the process, and one that never looks up would hold
    it for ever.
    """
    main = threading.main_thread()

    def wait() -> None:
        while main.is_alive():
            time.sleep(0.1)
        time.sleep(grace_s)
        os._exit(0)

    threading.Thread(target=wait, name="kit-end", daemon=True).start()


def _tell(loop: asyncio.AbstractEventLoop, act: Callable[..., None], *what: Any) -> None:
    try:
        loop.call_soon_threadsafe(act, *what)
    except RuntimeError:  # the loop has ended, and nobody waits
        return


def _set(answer: asyncio.Future[Any], found: object) -> None:
    if not answer.done():
        answer.set_result(found)


def _fail(answer: asyncio.Future[Any], problem: BaseException) -> None:
    if not answer.done():
        answer.set_exception(problem)
