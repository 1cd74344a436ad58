"""How long we wait and how often we ask again: one rule for requests, streams and uploads."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from kitops_jupyter.progress import pause


@dataclass(frozen=True, slots=True)
class Patience:
    """`stall_s` is the longest silence in an answer, or of a peer that takes no bytes.

    `attempts` counts without progress, for two stall times at most: who lets us wait twice is not waited for again.
    `budget_s` bounds the pauses between them, whatever Retry-After asks.
    """

    connect_s: float = 10.0
    stall_s: float = 60.0
    attempts: int = 5
    first_pause_s: float = 0.3
    longest_pause_s: float = 10.0
    budget_s: float = 60.0


class Attempts:
    """The attempts at one thing, and the pauses between them."""

    def __init__(self, patience: Patience, most: int = 0, *, may_last: bool = False) -> None:
        """`may_last` is for what takes its time though it gets on, as a large body does."""
        self._patience = patience
        self._most = most or patience.attempts
        self._failed = 0
        self._paused_s = 0.0
        self._since_s = time.monotonic()
        self._longest_s = float("inf") if may_last else 2 * patience.stall_s

    def progressed(self) -> None:
        """It got on: what failed before no longer counts."""
        self._failed, self._paused_s, self._since_s = 0, 0.0, time.monotonic()

    def after(self, error: Exception, *, may_pass: bool) -> None:
        """Pause before the next attempt. Raises `error` when it will not pass, or there were enough attempts."""
        self._failed += 1
        pause_s = self._pause_s(error)
        self._paused_s += pause_s
        waited_s = time.monotonic() - self._since_s + pause_s - self._paused_s
        is_enough = self._failed >= self._most or waited_s > self._longest_s
        if not may_pass or is_enough or self._paused_s > self._patience.budget_s:
            raise error
        pause(pause_s)

    def _pause_s(self, error: Exception) -> float:
        """Retry-After if the server sent one, else a doubling pause, with jitter so that clients do not meet again."""
        asked: float | None = getattr(error, "retry_after_s", None)
        if asked is not None:
            return asked
        longest = self._patience.first_pause_s * 2.0 ** min(self._failed - 1, 16)
        return min(longest, self._patience.longest_pause_s) * random.uniform(0.5, 1.0)
