"""Connections of the registry: how they begin and how they end; what is said on them is tornado's."""

from __future__ import annotations

import contextlib
import socket
import string
import time
from typing import Any

import tornado.ioloop
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

_PIECE_BYTES = 1 << 16
_LINGER_S = 30.0  # for the rest of a body that nobody wants
_SILENT_S = 3.0
_FIRST_OF_HTTP = string.ascii_letters.encode() + b"\r\n"
_NO_HTTP = (
    b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"this registry speaks plain HTTP: use --plain-http, or http:// in the address\n"
)


class Listener(HTTPServer):
    """An HTTP server whose clients hear every answer."""

    def handle_stream(self, stream: IOStream, address: Any) -> Any:
        ours = _Stream(stream.socket, max_buffer_size=self.max_buffer_size, read_chunk_size=self.read_chunk_size)
        return super().handle_stream(ours, address)


class _Stream(IOStream):
    """A connection that closes at once on what is not HTTP, and never before the other side heard the answer."""

    _is_known = False

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        count: int | None = super().read_from_fd(buf)
        if count and not self._is_known:
            self._is_known = True
            if buf[0] not in _FIRST_OF_HTTP:  # a TLS hello begins with 0x16
                with contextlib.suppress(OSError):
                    self.socket.send(_NO_HTTP)  # TLS clients know it by its first bytes, and say so
                return 0  # as at the end of the connection
        return count

    def close_fd(self) -> None:
        """Say that no more comes, and read on for a while.

        A system that closes a connection with bytes unread resets it, and the other side may lose our last answer.
        """
        taken = self.socket
        self.socket = None  # type: ignore[assignment]  # as tornado does
        try:
            taken.shutdown(socket.SHUT_WR)
        except OSError:  # the other side has gone
            taken.close()
        else:
            _Farewell(taken)


class _Farewell:
    """Reads and forgets what still comes, until the other side closes too."""

    def __init__(self, taken: socket.socket) -> None:
        self._socket = taken
        self._loop = tornado.ioloop.IOLoop.current()
        self._until_s = time.monotonic() + _LINGER_S
        self._loop.add_handler(taken, self._read, tornado.ioloop.IOLoop.READ)
        self._timer = self._loop.call_later(_SILENT_S, self._end)
        self._loop.add_callback(self._read)

    def _read(self, *_: object) -> None:
        if self._socket.fileno() < 0:
            return
        try:
            piece = self._socket.recv(_PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece or time.monotonic() > self._until_s:
            self._end()
            return
        self._loop.remove_timeout(self._timer)
        self._timer = self._loop.call_later(_SILENT_S, self._end)

    def _end(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.remove_timeout(self._timer)
            self._loop.remove_handler(self._socket)
            self._socket.close()
