"""How long work reports itself and is cancelled: one callable.

Core code calls the observer at least every 4 MiB and at each layer; faces throttle their drawing.
An observer may raise `errors.Cancelled` (or KeyboardInterrupt), nothing else, and may be called from
worker threads, one call at a time for one item.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Step = Literal["started", "advanced", "skipped", "finished"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of one item; `done_bytes` never goes backwards, `total_bytes` is None when unknown.

    `item` is for people: a layer's path or a short digest. `skipped` means that the bytes were
    there already. `note` is a word for people, such as "resumed" or "unchanged".
    """

    step: Step
    item: str
    done_bytes: int = 0
    total_bytes: int | None = None
    note: str = ""


Observer = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Observe nothing."""
