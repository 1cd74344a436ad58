"""Sockets whose every wait is in beats and under a deadline: for a name, a connection, a handshake, a byte.

A timeout a read is not enough: a server that sends a byte now and then would be waited for without end. So a socket can
be given a time, and a number of bytes, within which something whole must have come.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from typing import Any

from urllib3.util.connection import allowed_gai_family
from urllib3.util.wait import wait_for_write

from kitops_jupyter.progress import BEAT_S, beat, beside

HANDSHAKE_S = 10.0  # Go's clients take as much
_PLACES = 8  # of a name's addresses that are tried
_UNDER_WAY = {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}
# What OpenSSL says of an answer that is not TLS.
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "RECORD_LAYER_FAILURE",
    "PACKET_LENGTH_TOO_LONG",
)


class NoTLS(ssl.SSLError):
    """The other side did not answer a TLS greeting with one: it speaks plain HTTP, or nothing."""


class _Waits:
    """What plain and TLS sockets have in common; a mixin before `socket.socket`."""

    stall_s = 60.0  # the longest silence
    _until: float | None = None
    _most_bytes = 0
    _beat_at = 0.0

    def within(self, seconds: float | None, most_bytes: int = 0) -> None:
        """From now on, reads fail after so many seconds, or so many bytes; None ends that."""
        self._until = None if seconds is None else time.monotonic() + seconds
        self._most_bytes = most_bytes

    def settimeout(self, value: float | None, /) -> None:
        """A wait is never longer than a beat; zero is for looking only."""
        super().settimeout(BEAT_S if value is None or value > BEAT_S else value)  # type: ignore[misc]

    def recv_into(self, *arguments: Any) -> int:
        """As a socket's, but that it waits in beats, until the silence or the deadline is over: TimeoutError."""
        read = super().recv_into  # type: ignore[misc]
        if not self.gettimeout():  # type: ignore[attr-defined]
            return int(read(*arguments))
        began = self._look(0.0)
        while True:
            try:
                count = int(read(*arguments))
            except (TimeoutError, ssl.SSLWantReadError):
                self._look(began)
                continue
            if self._until is not None:
                self._most_bytes -= count
                if self._most_bytes < 0:
                    raise ConnectionError("the response does not end")
            return count

    def _look(self, began: float) -> float:
        """The time now, after the watch was asked; `began` is when a wait did. Raises TimeoutError."""
        now = time.monotonic()
        if now >= self._beat_at:
            self._beat_at = now + BEAT_S
            beat()
        if self._until is not None and now > self._until:
            raise TimeoutError("the response was not complete in time")
        if began and now - began > self.stall_s:
            raise TimeoutError(f"no data came for {self.stall_s:.0f} s")
        return now


class PlainSocket(_Waits, socket.socket):
    """A TCP connection."""


class TLSSocket(_Waits, ssl.SSLSocket):
    """The same with TLS; an SSLContext makes them when this is its `sslsocket_class`."""

    handshake_s = HANDSHAKE_S

    def do_handshake(self, block: bool = False) -> None:
        """In beats. Raises NoTLS where none is spoken, or not in time."""
        try:
            self._shake_hands(block)
        except BaseException:
            self.close()  # nobody else has it yet
            raise

    def _shake_hands(self, block: bool) -> None:
        until = time.monotonic() + self.handshake_s
        while True:
            try:
                super().do_handshake(block)
                return
            except TimeoutError:
                beat()
                if time.monotonic() > until:
                    raise NoTLS(1, f"it did not answer a TLS handshake within {self.handshake_s:.0f} s") from None
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError):
                raise NoTLS(1, "it closed the connection during the TLS handshake") from None
            except ssl.SSLError as error:
                if error.reason in _NOT_TLS:
                    raise NoTLS(1, "it does not use TLS") from None
                raise


def within(sock: Any, seconds: float | None, most_bytes: int = 0) -> None:
    """`_Waits.within` of a connection's socket, which may be TLS inside a proxy's TLS, or gone."""
    sock = getattr(sock, "socket", sock)
    if isinstance(sock, _Waits):
        sock.within(seconds, most_bytes)


def dial(host: str, port: int, *, within_s: float, stall_s: float, options: Sequence[Any]) -> PlainSocket:
    """A connection to the first of the name's addresses that answers. Raises OSError, TimeoutError, gaierror."""
    failure: OSError = OSError("the name has no address")
    for family, kind, protocol, _, place in _places(host, port, within_s)[:_PLACES]:
        sock = PlainSocket(family, kind, protocol)
        try:
            sock.stall_s = stall_s
            for option in options:
                sock.setsockopt(*option)
            _connect(sock, place, within_s)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


def _connect(sock: PlainSocket, place: Any, within_s: float) -> None:
    sock.settimeout(0.0)
    until = time.monotonic() + within_s
    code = sock.connect_ex(place)
    if code in _UNDER_WAY:
        while not _is_writable(sock):
            beat()
            if time.monotonic() > until:
                raise TimeoutError(f"no connection within {within_s:.0f} s")
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
    sock.settimeout(BEAT_S)


def _is_writable(sock: socket.socket) -> bool:
    """Whether the connection is made, or has failed; waits a beat. Windows tells failures apart."""
    if sys.platform == "win32":
        return any(select.select([], [sock], [sock], BEAT_S)[1:])
    return wait_for_write(sock, timeout=BEAT_S)


def _places(host: str, port: int, within_s: float) -> list[Any]:
    """The name's addresses. The system's resolver cannot be interrupted, so another thread waits for it."""
    family = allowed_gai_family()
    try:
        return socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass  # a name
    try:
        return beside(
            lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM), name="kit-resolve", within_s=within_s
        )
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from None
    except TimeoutError:
        raise TimeoutError(f"the name was not resolved within {within_s:.0f} s") from None
