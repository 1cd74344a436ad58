"""Reports a line of %kit to the panel that runs it: how far it is, and how it ended.

The panel's dialog packs variables by running the line that it shows, in the kernel. It marks the request, and gets
these messages as outputs of that request; nobody else sees them, as no cell has it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kitops_jupyter.errors import KitError
from kitops_jupyter.progress import Event, Observer

MARK = "kitops_report"
MIME = "application/vnd.kitops.report+json"
TELL_EVERY_S = 0.2
_ITEMS_SHOWN = 12
_DETAILS_SHOWN = 50
_STATES = {"started": "running", "advanced": "running", "finished": "done", "skipped": "skipped"}


class Report:
    """What is reported of one line; nothing, if no panel asked for it."""

    def __init__(self, shell: Any) -> None:
        self._kernel: Any = getattr(shell, "kernel", None)
        self._parent: dict[str, Any] = self._kernel.get_parent() if self._kernel is not None else {}
        self.is_asked = (self._parent.get("metadata") or {}).get(MARK) is True

    @contextmanager
    def watching(self) -> Iterator[Observer]:
        """Observe the work: the panel hears five times a second at most."""
        yield _Progress(self)

    def ended(self, result: Any) -> None:
        """Tell what was packed."""
        layers = getattr(result, "layers", None)
        if self.is_asked and layers is not None:
            files, size_bytes = sum(each.file_count for each in layers), sum(each.file_bytes for each in layers)
            told = {"digest": result.digest or "", "files": files, "size_bytes": size_bytes, "text": str(result)}
            self.send({"result": told})

    def failed(self, problem: KitError) -> None:
        """Tell why it failed."""
        if self.is_asked:
            details = [str(each) for each in problem.details[:_DETAILS_SHOWN]]
            error = {"code": problem.code, "message": problem.message, "hint": problem.hint, "details": details}
            self.send({"error": error})

    def send(self, told: dict[str, Any]) -> None:
        """Send it as an output of the request that asked; from any thread."""
        content = {"data": {MIME: told, "text/plain": ""}, "metadata": {}, "transient": {}}
        kernel = self._kernel
        kernel.session.send(kernel.iopub_socket, "display_data", content, parent=self._parent, ident=b"display_data")


class _Progress:
    """Events of an operation as one sum and the items under way. May be called from any thread."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._items: dict[str, dict[str, Any]] = {}
        self._told_s = float("-inf")

    def __call__(self, event: Event) -> None:
        if event.step == "waiting":
            return
        with self._lock:
            before = self._items.get(event.item, {})
            self._items[event.item] = {
                "name": event.item,
                "done_bytes": max(event.done_bytes, before.get("done_bytes", 0)),
                "total_bytes": event.total_bytes,
                "state": _STATES[event.step],
                "note": event.note,
            }
            if time.monotonic() - self._told_s >= TELL_EVERY_S:
                self._told_s = time.monotonic()
                self._report.send({"progress": self._sum()})

    def _sum(self) -> dict[str, Any]:
        items = list(self._items.values())
        totals = [item["total_bytes"] for item in items]
        shown = sorted(items, key=lambda item: (item["state"] != "running", item["name"]))[:_ITEMS_SHOWN]
        return {
            "done_bytes": sum(item["done_bytes"] for item in items),
            "total_bytes": None if None in totals else sum(totals),
            "items": shown,
        }
