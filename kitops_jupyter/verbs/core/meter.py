"""Progress for people: events of an operation -> bars, or lines of text. The face gives the bars, and where lines go.

Both are Observers and may be called from any thread; both are context managers that close what they drew.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from kitops_jupyter.errors import printable
from kitops_jupyter.progress import Event
from kitops_jupyter.sizes import human_size

DRAW_INTERVAL_S = 0.1  # ten times a second is as much as an eye, or a browser's socket, can follow
LINE_INTERVAL_S = 5.0  # a log wants few lines
BAR_DELAY_S = 0.25  # what is done sooner needs no bar
BARS_LIMIT = 8  # beside the total; the rest is counted in it
NAME_COLUMNS = 32


@dataclass(slots=True)
class _Item:
    """One layer: how far it is; `first` is where it began, not 0 when it was resumed."""

    first: int
    done: int
    total: int | None
    bar: Any = None
    position: int = 0
    note: str = ""
    told_at: float = 0.0


class Meter:
    """What bars and lines share: the count of what was moved and what was skipped."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._started_at = clock()
        self._items: dict[str, _Item] = {}
        self._moved_bytes = 0
        self._moved = 0
        self._skipped_bytes = 0
        self._skipped: dict[str, int] = {}
        # A worker thread's output belongs to the cell that started the work: IPython's kernel keeps that in a context.
        self._context = contextvars.copy_context()

    def __call__(self, event: Event) -> None:
        """Take one event; see `progress.Observer`."""
        with self._lock:
            self._context.run(self._take, event)

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._context.run(self._close, failed=kind is not None)

    def summary(self) -> str:
        """What was moved and how fast, and what was skipped; empty if nothing was."""
        elapsed_s = self._clock() - self._started_at
        parts = []
        if self._moved:
            speed = f", {human_size(int(self._moved_bytes / elapsed_s))}/s" if elapsed_s > 0.05 else ""
            parts.append(f"{human_size(self._moved_bytes)} in {elapsed_s:.1f} s{speed}")
        if self._skipped:
            notes = ", ".join(f"{count} {note}" for note, count in self._skipped.items())
            parts.append(f"{notes} ({human_size(self._skipped_bytes)})")
        return "; ".join(parts)

    def _take(self, event: Event) -> None:
        if event.step == "waiting":
            self._wait()
            return
        if event.step == "skipped":
            self._skipped_bytes += event.total_bytes or event.done_bytes
            note = event.note or "skipped"
            self._skipped[note] = self._skipped.get(note, 0) + 1
            self._tell(event, None)
            return
        item = self._items.get(event.item)
        if item is None:
            first = event.done_bytes if event.step == "started" else 0
            item = self._items[event.item] = _Item(first, first, event.total_bytes)
            self._moved += 1
        done = max(item.done, event.done_bytes)
        self._moved_bytes += done - item.done
        item.done = done
        item.total = event.total_bytes if event.total_bytes is not None else item.total
        if event.step == "finished":
            del self._items[event.item]
        self._tell(event, item)

    def _tell(self, event: Event, item: _Item | None) -> None:
        """Show it; `item` is None for what was skipped."""

    def _wait(self) -> None:
        """Nothing moves; the user can still cancel."""

    def _close(self, *, failed: bool) -> None:
        """Show nothing any more."""


class Lines(Meter):
    """A line when an item is finished or skipped, now and then one in between, and one at the end.

    `is_brief` is for logs that nobody asked for: what is done soon is the one line at the end.
    """

    def __init__(
        self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic, *, is_brief: bool = False
    ) -> None:
        super().__init__(clock)
        self._write = write
        self._is_brief = is_brief
        self._only = ""

    @property
    def _waits(self) -> bool:
        return self._is_brief and self._clock() - self._started_at < LINE_INTERVAL_S

    def _tell(self, event: Event, item: _Item | None) -> None:
        name, note = printable(event.item), f" {event.note}" if event.note else ""
        self._only = name if self._moved + sum(self._skipped.values()) == 1 else ""
        if self._waits:
            return
        if item is None:
            self._write(f"{name}: {human_size(event.total_bytes or event.done_bytes)}{note or ' skipped'}")
        elif event.step == "finished":
            self._write(f"{name}: {human_size(item.done)}{note}")
        elif event.step == "started":
            item.told_at = self._clock()
            if item.first:
                self._write(f"{name}: resumed at {_part(item)}")
        elif self._clock() - item.told_at >= LINE_INTERVAL_S:
            item.told_at = self._clock()
            self._write(f"{name}: {_part(item)}")

    def _close(self, *, failed: bool) -> None:
        if not failed and (summary := self.summary()):
            self._write(f"{self._only}: {summary}" if self._is_brief and self._only else summary)


def _part(item: _Item) -> str:
    if not item.total:
        return human_size(item.done)
    return f"{100 * item.done // item.total} % of {human_size(item.total)}"


class Bars(Meter):
    """A bar for each item under way and one for the total; `open_bar` is a tqdm class, `options` go to it."""

    def __init__(
        self,
        open_bar: Callable[..., Any],
        clock: Callable[[], float] = time.monotonic,
        delay_s: float = BAR_DELAY_S,
        **options: Any,
    ) -> None:
        super().__init__(clock)
        self._open_bar = open_bar
        self._delay_s = delay_s
        self._options = options
        self._total: Any = None
        self._drawn_at = float("-inf")

    def _tell(self, event: Event, item: _Item | None) -> None:
        if item:
            item.note = event.note or item.note
        if item and item.bar is not None and event.step == "finished":
            self._show(item.bar, item.done)
            item.bar.close()
            item.bar = None
        now = self._clock()
        if now - self._started_at >= self._delay_s and now - self._drawn_at >= DRAW_INTERVAL_S:
            self._drawn_at = now
            self._draw()

    def _draw(self) -> None:
        if self._total is None:
            self._total = self._bar("total", 0, None, self._moved_bytes)
        for name, item in self._items.items():
            if item.bar is None:
                self._open(name, item)
            if item.bar is not None:
                item.bar.total = item.total
                self._show(item.bar, item.done)
        self._show_total()

    def _show_total(self) -> None:
        notes = ", ".join(f"{count} {note}" for note, count in self._skipped.items())
        self._total.set_postfix_str(notes, refresh=False)
        self._show(self._total, self._moved_bytes)

    def _open(self, name: str, item: _Item) -> None:
        """Give the item the first free place; there may be none."""
        taken = {other.position for other in self._items.values() if other.bar is not None}
        free = next((place for place in range(1, BARS_LIMIT + 1) if place not in taken), None)
        if free is not None:
            item.position = free
            item.bar = self._bar(_name(name), free, item.total, item.done)
            if item.note:
                item.bar.set_postfix_str(item.note, refresh=False)

    def _bar(self, name: str, position: int, total: int | None, initial: int) -> Any:
        return self._open_bar(
            desc=name,
            total=total,
            initial=initial,
            position=position,
            leave=position == 0,
            unit="B",
            unit_scale=True,
            unit_divisor=1024,
            miniters=1,
            mininterval=DRAW_INTERVAL_S / 2,
            **self._options,
        )

    @staticmethod
    def _show(bar: Any, done: int) -> None:
        if done > bar.n:
            bar.update(done - bar.n)

    def _close(self, *, failed: bool) -> None:
        for item in self._items.values():
            if item.bar is not None:
                item.bar.close()
        if self._total is not None:
            if failed:
                self._total.leave = False
            else:
                self._show_total()
                self._total.total = self._total.n
            self._total.close()


def _name(item: str) -> str:
    """The end of a long path says more than its beginning."""
    name = printable(item)
    return name if len(name) <= NAME_COLUMNS else "…" + name[1 - NAME_COLUMNS :]
