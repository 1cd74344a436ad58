"""Ask the front end to save the open notebook, while the cell that asks keeps the kernel busy.

The front end's answer must not wait for the cell, so it comes by a subshell (ipykernel 7 and later). From ipykernel 7.4
on a usual comm is answered where it was sent from, which is the busy shell: hence a comm of our own that sends by
itself. Everything that this needs of a kernel's inside is in this module. An older kernel gets no answer in time; that
the file has changed then shows that it was saved.
"""

from __future__ import annotations

import queue
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from comm import get_comm_manager
from comm.base_comm import BaseComm

from kitops_jupyter.capture import OpenNotebook, save

TARGET = "kitops.frontend"
TIMEOUT_S = 3.0
# Once it was silent, the labextension is not there: a pack should not wait that long again.
TIMEOUT_AFTER_SILENCE_S = 0.5


class FrontendComm(BaseComm):
    """A comm whose answers go where the front end sends them."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        super().__init__(target_name=TARGET, primary=False)

    def publish_msg(
        self,
        msg_type: str,
        data: Any = None,
        metadata: Any = None,
        buffers: Any = None,
        **keys: Any,
    ) -> None:
        """Send to the front end, as ipykernel's own comm does but for the note of who asked."""
        self._kernel.session.send(
            self._kernel.iopub_socket,
            msg_type,
            {"data": data or {}, "comm_id": self.comm_id, **keys},
            metadata=metadata or {},
            parent=self._kernel.get_parent(),
            ident=f"comm-{self.comm_id}".encode(),
            buffers=buffers,
        )


class NotebookSaver:
    """Has the open notebook saved. Call it from the cell's own thread."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._timeout_s = TIMEOUT_S

    def __call__(self, known: Path) -> OpenNotebook:
        """See `capture.save`."""
        with _Request(self._shell.kernel) as request:
            found = save(known, request.ask if self._has_frontend() else None, timeout_s=self._timeout_s)
            silent = found.state == "unsure" and not request.is_answered
        self._timeout_s = TIMEOUT_AFTER_SILENCE_S if silent else TIMEOUT_S
        return found

    def _has_frontend(self) -> bool:
        """Whether the front end that told its notebook may have our extension: VS Code has not."""
        return "__vsc_ipynb_file__" not in self._shell.user_ns


class _Request:
    """One question; closing the comm gives its subshell back."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._comm: FrontendComm | None = None
        self._id = uuid.uuid4().hex
        self._answers: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self.is_answered = False

    def __enter__(self) -> _Request:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._comm is not None:
            self._comm.close()

    def ask(self) -> Callable[[float], Mapping[str, Any] | None]:
        """Send the request; an answer may come before this returns."""
        self._comm = comm = FrontendComm(self._kernel)
        get_comm_manager().register_comm(comm)
        comm.on_msg(self._take)
        comm.open({"op": "save", "id": self._id})
        return self._wait

    def _take(self, message: Mapping[str, Any]) -> None:
        data = message.get("content", {}).get("data")
        if isinstance(data, dict) and data.get("id", self._id) == self._id:
            self._answers.put(data)

    def _wait(self, seconds: float) -> Mapping[str, Any] | None:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        self.is_answered = True
        return answer
