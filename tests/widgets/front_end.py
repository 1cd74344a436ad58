"""A front end for a real kernel, as far as the tests need one: cells, comms, widgets' states, and a subshell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

TIMEOUT_S = 20.0


class FrontEnd:
    """Listens to everything that the kernel publishes. With `open_subshell` clicks reach a busy kernel."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client
        self._changed = threading.Condition()
        self._is_over = False
        self.messages: list[dict[str, Any]] = []
        self.comms: dict[str, str] = {}  # id -> target
        self.states: dict[str, dict[str, Any]] = {}  # of widgets that are not closed
        self.on_comm: Callable[[dict[str, Any]], None] = lambda message: None
        self._subshell: str | None = None
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no longer."""
        self._is_over = True
        self._thread.join()

    def _listen(self) -> None:
        socket = self._client.iopub_channel.socket  # by itself: the client's own way makes a loop in every thread
        while not self._is_over:
            if not socket.poll(100):
                continue
            _, message = self._client.session.recv(socket)
            with self._changed:
                self._take(message)
                self._changed.notify_all()
            if message["msg_type"] == "comm_open":
                self.on_comm(message)

    def _take(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        content = message["content"]
        if message["msg_type"] == "comm_open":
            self.comms[content["comm_id"]] = content["target_name"]
            self.states[content["comm_id"]] = dict(content["data"].get("state", {}))
        elif message["msg_type"] == "comm_msg" and content["data"].get("method") == "update":
            self.states[content["comm_id"]].update(content["data"]["state"])
        elif message["msg_type"] == "comm_close":
            self.states.pop(content["comm_id"], None)

    def wait(self, condition: Callable[[], Any], timeout_s: float = TIMEOUT_S) -> Any:
        """The condition's value, once it is true."""
        ends = time.monotonic() + timeout_s
        with self._changed:
            while not (value := condition()):
                left = ends - time.monotonic()
                assert left > 0, f"it did not come true; the last message is {self.messages[-1:]}"
                self._changed.wait(left)
            return value

    def open_subshell(self) -> None:
        """As JupyterLab does for each comm. Skips the test where the kernel, an old one, has none."""
        request = self._client.session.msg("create_subshell_request")
        self._client.control_channel.send(request)
        socket = self._client.control_channel.socket
        if not socket.poll(5000):
            pytest.skip("this ipykernel has no subshells")
        _, reply = self._client.session.recv(socket)
        self._subshell = reply["content"]["subshell_id"]

    def execute(self, code: str) -> str:
        """Begin a cell; returns its id."""
        identity: str = self._client.execute(code)
        return identity

    def outputs(self, cell: str, *kinds: str) -> list[dict[str, Any]]:
        """What the cell has put out."""
        return [
            message
            for message in self.messages
            if message["parent_header"].get("msg_id") == cell and message["msg_type"] in kinds
        ]

    def is_done(self, cell: str) -> bool:
        """Whether the cell is over."""
        return any(message["content"]["execution_state"] == "idle" for message in self.outputs(cell, "status"))

    def run(self, code: str) -> list[dict[str, Any]]:
        """A whole cell; returns its outputs."""
        cell = self.execute(code)
        self.wait(lambda: self.is_done(cell))
        return self.outputs(cell, "execute_result", "display_data", "stream", "error", "update_display_data")

    def find(self, **state: Any) -> str:
        """The id of the widget with these values, or ""."""
        for identity, found in self.states.items():
            if all(found.get(name) == value for name, value in state.items()):
                return identity
        return ""

    def send(self, comm: str, data: dict[str, Any]) -> None:
        """A message to a comm; by the subshell, if there is one."""
        message = self._client.session.msg("comm_msg", {"comm_id": comm, "data": data})
        if self._subshell:
            message["header"]["subshell_id"] = self._subshell
        self._client.shell_channel.send(message)

    def click(self, button: str) -> None:
        """Press a button."""
        self.send(button, {"method": "custom", "content": {"event": "click"}})

    def type(self, field: str, text: str) -> None:
        """Leave a field with this text in it."""
        self.send(field, {"method": "update", "state": {"value": text}, "buffer_paths": []})

    def enter(self, field: str, text: str) -> None:
        """Type into a field and press Enter: the key is told first."""
        self.send(field, {"method": "custom", "content": {"event": "submit"}})
        self.type(field, text)
