"""A server that speaks bytes, not HTTP: for answers that no library would write."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket], None]


class RawServer:
    """Runs `script` for each connection, in a thread of its own; `requests` has what each sent first."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._open: list[socket.socket] = []
        self.requests: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.host = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self.requests.append(connection.recv(1 << 16))
            self._script(connection)

    def close(self) -> None:
        for each in (self._listening, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def speaking(script: Script) -> Iterator[RawServer]:
    server = RawServer(script)
    try:
        yield server
    finally:
        server.close()


def dripping(start: bytes, drip: bytes = b"x", every_s: float = 0.05) -> Script:
    """Says `start`, then a piece at a time, without end."""

    def script(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            time.sleep(every_s)
            connection.sendall(drip)

    return script


def saying(answer: bytes) -> Script:
    """Says this, and closes."""
    return lambda connection: connection.sendall(answer)
