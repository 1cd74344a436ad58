"""A way to a server that lets only so much through: long enough to look at a transfer, or to kill it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def slow_way(host: str, bytes_per_s: int) -> Iterator[SlowWay]:
    """What comes from the server comes at this speed on each connection."""
    way = SlowWay(host, bytes_per_s)
    try:
        yield way
    finally:
        way.close()


class SlowWay:
    """Another `address` of the server, as host:port; `carried_bytes` came from it so far, headers and all."""

    def __init__(self, host: str, bytes_per_s: int) -> None:
        name, _, port = host.partition(":")
        self._target = name, int(port)
        self.bytes_per_s = bytes_per_s
        self.carried_bytes = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listening]
        self._threads: list[threading.Thread] = []
        self._counting = threading.Lock()
        self._run(self._accept)
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            self._open += [near, far]
            self._run(self._carry, near, far)
            self._run(self._carry_slowly, far, near)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _carry_slowly(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                with self._counting:
                    self.carried_bytes += len(data)
                target.sendall(data)
                time.sleep(len(data) / self.bytes_per_s)
            target.shutdown(socket.SHUT_WR)

    @contextmanager
    def at(self, bytes_per_s: int) -> Iterator[None]:
        """Another speed for a while."""
        before, self.bytes_per_s = self.bytes_per_s, bytes_per_s
        try:
            yield
        finally:
            self.bytes_per_s = before

    def close(self) -> None:
        """Close every connection, and wait for the threads."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for each in self._open:
            each.close()
