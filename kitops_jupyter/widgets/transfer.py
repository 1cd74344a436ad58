"""Bars for what a command moves, and a button that cancels it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import ipywidgets
from IPython.display import display

from kitops_jupyter.errors import Cancelled
from kitops_jupyter.lines import Line
from kitops_jupyter.progress import Event
from kitops_jupyter.sizes import human_size
from kitops_jupyter.verbs.core.meter import Bars
from kitops_jupyter.widgets import busy_kernel, looks

_SPEED_WINDOW_S = 3.0  # shorter jumps, longer tells of what is over
INTERRUPT = "to stop it, interrupt the kernel (■): this kernel or front end does not handle clicks while a cell runs"
WAIT_DELAY_S = 2.0  # an answer that comes sooner needs no button to cancel it
CANCELLED = "cancelled; nothing was left half-done"
AGAIN = "run it again to resume"


class Bar:
    """One line of bytes; to `verbs.meter.Bars` it is what a bar of tqdm is. `row` shows it."""

    def __init__(self, desc: str, total: int | None, initial: int, clock: Callable[[], float]) -> None:
        self.total = total
        self.leave = True
        self.n = initial
        self._clock = clock
        self._note = ""
        self._seen = [(clock(), initial)]
        self._progress = ipywidgets.FloatProgress(
            0.0, max=1.0, layout=ipywidgets.Layout(width="14em", height="1em", margin="auto 8px")
        )
        name = ipywidgets.Label(desc, layout=ipywidgets.Layout(width="18em", overflow="hidden"), tooltip=desc)
        self._told = ipywidgets.Label("")
        self.row = ipywidgets.HBox([name, self._progress, self._told], layout=ipywidgets.Layout(overflow="hidden"))
        self._show()

    def update(self, count: int) -> None:
        """So many bytes more."""
        self.n += count
        now = self._clock()
        self._seen = [seen for seen in self._seen if now - seen[0] < _SPEED_WINDOW_S] or self._seen[-1:]
        self._seen.append((now, self.n))
        self._show()

    def set_postfix_str(self, text: str, refresh: bool = True) -> None:
        """A note behind the numbers."""
        self._note = text

    def close(self) -> None:
        """Nothing more comes."""

    def _show(self) -> None:
        parts = [human_size(self.n)]
        if self.total:
            share = min(1.0, self.n / self.total)
            self._progress.value = share
            parts = [f"{share:.0%}", f"{human_size(self.n)} of {human_size(self.total)}"]
        self._progress.layout.visibility = "visible" if self.total else "hidden"
        (first_at, first), (last_at, last) = self._seen[0], self._seen[-1]
        if last_at - first_at > 0.2:
            parts.append(f"{human_size(int((last - first) / (last_at - first_at)))}/s")
        self._told.value = " · ".join([*parts, self._note] if self._note else parts)


class TransferBars(Bars):
    """Draws into `work`, with a Cancel button; `box` has the line above it.

    What has begun is stopped at its next event, within a second.
    """

    def __init__(self, kernel: Any, line: Line, *, waits: bool) -> None:
        """`waits`: a cell waits for it, so that clicks need a subshell."""
        super().__init__(self._open_row)
        self._kernel = kernel
        self._waits = waits
        self._asked = threading.Event()
        self._rows: dict[int, ipywidgets.Widget] = {}
        self.cancel_button = ipywidgets.Button(
            description="Cancel", icon="times", tooltip=f"Cancel: {line}", layout=ipywidgets.Layout(width="9em")
        )
        self.cancel_button.on_click(self._cancel)
        busy_kernel.answer_anywhere(self.cancel_button)
        self._note = looks.text()
        self._bars = ipywidgets.VBox([])
        self._line = looks.text(looks.command_line(line))
        self.work = ipywidgets.VBox([self._bars, ipywidgets.HBox([self.cancel_button, self._note])])
        self.box = looks.panel(self._line, self.work)
        self._offer_cancel()

    def __call__(self, event: Event) -> None:
        if self._asked.is_set():
            raise Cancelled(CANCELLED, hint=AGAIN)
        super().__call__(event)

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has cancelled it."""
        return self._asked.is_set()

    def _cancel(self, button: Any = None) -> None:
        self._asked.set()
        self.cancel_button.disabled = True
        self.cancel_button.description = "Cancelling…"

    def _offer_cancel(self) -> None:
        works = not self._waits or busy_kernel.can_handle_clicks(self._kernel)
        self.cancel_button.layout.display = "" if works else "none"
        told = "" if works else looks.told(INTERRUPT)
        if self._note.value != told:
            self._note.value = told

    def _open_row(self, *, desc: str, total: int | None, initial: int, position: int, **options: Any) -> Bar:
        bar = Bar(desc, total, initial, self._clock)
        self._rows[position] = bar.row
        self._bars.children = [self._rows[at] for at in sorted(self._rows)]
        return bar

    def _draw(self) -> None:
        self._offer_cancel()
        super()._draw()

    def _close(self, *, failed: bool) -> None:
        super()._close(failed=failed)
        self.cancel_button.layout.display = "none"
        self._note.value = ""

    def outcome(self, error: BaseException | None) -> tuple[str, str]:
        """How it ended, in words and the colour of that: done, cancelled and failed look different."""
        summary = self.summary()
        if error is None:
            return f"✓ {summary}" if summary else "✓ done", looks.GOOD
        if self.is_cancelled or isinstance(error, (Cancelled, KeyboardInterrupt)):
            return f"⊘ cancelled{f' after {summary}' if summary else ''}; {AGAIN}", looks.WARN
        return f"✗ failed{f' after {summary}' if summary else ''}", looks.BAD


class CellTransfer:
    """The bars of the running cell: shown once something takes long, and replaced by a line of text at the end.

    So what a saved notebook has of it is that line: no dead widget, and no state of one.
    """

    def __init__(self, kernel: Any, line: Line) -> None:
        self._bars = _ShownBars(kernel, line, waits=True)

    def __enter__(self) -> TransferBars:
        return self._bars.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.__exit__(kind, error, trace)
        self._bars.replace(error)


class _ShownBars(TransferBars):
    """Shows its box in the cell that began it, at the first drawing."""

    _handle: Any = None

    def __enter__(self) -> _ShownBars:
        return self

    def _draw(self) -> None:
        super()._draw()
        self._open_box()

    def _wait(self) -> None:
        if self._clock() - self._started_at >= WAIT_DELAY_S:
            self._offer_cancel()
            self._open_box()

    def _open_box(self) -> None:
        if self._handle is None:
            show: Any = display  # IPython's own types leave it open
            self._handle = show(looks.bundle(self.box, self._line.value, self._line.value), raw=True, display_id=True)

    def replace(self, error: BaseException | None) -> None:
        """Put the outcome in the place of the bars, and let go of every widget."""
        if self._handle is not None:
            words, colour = self.outcome(error)
            self._handle.update({"text/plain": words, "text/html": looks.told(words, colour)}, raw=True)
        _close_all(self.box)


def _close_all(widget: ipywidgets.Widget) -> None:
    """Close a widget and all below it: closed widgets are in no saved notebook."""
    for child in getattr(widget, "children", ()):
        _close_all(child)
    for part in (getattr(widget, "layout", None), getattr(widget, "style", None)):
        if part is not None:
            part.close()
    widget.close()
