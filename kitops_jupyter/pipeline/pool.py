"""Several jobs at once: the first error stops all of them, and is raised when none is running any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from kitops_jupyter.errors import Cancelled
from kitops_jupyter.progress import Event, Observer, under_watch, watched

R = TypeVar("R")


class Stoppable:
    """An observer that jobs share: after `stop`, each of them raises Cancelled at its next event or beat.

    `message` says what a stop left undone. `observe` is called as before; what it raises stops the other jobs, too.
    """

    def __init__(self, observe: Observer, message: str) -> None:
        self._observe = observe
        self._message = message
        self._stopped = threading.Event()

    def __call__(self, event: Event) -> None:
        self.beat()
        try:
            self._observe(event)
        except BaseException:
            self.stop()
            raise

    def beat(self) -> None:
        """A watch: raise Cancelled after a stop."""
        if self._stopped.is_set():
            raise Cancelled(self._message)

    def stop(self) -> None:
        """Let every job stop at its next event or beat."""
        self._stopped.set()


def run_all(jobs: Sequence[Callable[[], R]], *, workers: int, name: str, observe: Stoppable) -> list[R]:
    """Run the jobs in at most `workers` threads, under the caller's watch; their results in the jobs' order.

    As soon as one fails, or the caller is interrupted, `observe`, which they share, stops the others, and jobs that
    have not begun never do; the error that came first is raised once every thread has ended. `name` names the threads.
    """
    with watched(observe.beat), ThreadPoolExecutor(max(1, min(workers, len(jobs))), thread_name_prefix=name) as pool:
        futures = [pool.submit(under_watch(job)) for job in jobs]
        try:
            ended, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in futures:
                if future in ended:
                    future.result()
            return [future.result() for future in futures]
        except BaseException:
            observe.stop()
            for future in futures:
                future.cancel()
            raise
