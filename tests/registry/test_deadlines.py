"""What never ends is given up in time, and a cancel is heard meanwhile: a timeout a read would do neither."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import Cancelled, Unreachable
from kitops_jupyter.progress import watched
from kitops_jupyter.registry import Patience, Registry
from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import Fault, FaultServer
from tests.fakes.raw_server import Script, dripping, speaking

HURRY = Patience(connect_s=0.4, stall_s=0.4, attempts=2, first_pause_s=0.01)
PATIENT = Patience(connect_s=60, stall_s=60, attempts=2)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
DRIPS: dict[str, tuple[bool, Script]] = {
    "a status line": (True, dripping(b"HTTP/1.1 2")),
    "a header": (True, dripping(OK + b"X-A: ")),
    "many headers": (True, dripping(OK, b"X-A: a\r\n")),
    "100 Continue": (True, dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    "a body": (True, dripping(OK + b"Content-Length: 99999\r\n\r\n")),
    "a chunk's size": (True, dripping(CHUNKED, b"0")),
    "a chunk's extension": (True, dripping(CHUNKED + b"5;x=", b"x")),
    "a chunk": (True, dripping(CHUNKED + b"fffff\r\n")),
    "a trailer": (True, dripping(CHUNKED + b"0\r\nX-A: ")),
    "a TLS record": (False, dripping(b"\x16\x03\x03\x40\x00", b"\x02")),
    "nothing at a TLS greeting": (False, lambda connection: time.sleep(30)),
}


@contextmanager
def asking(host: str, home: Path, patience: Patience, *, plain_http: bool = True) -> Iterator[Registry]:
    with Registry(host, settings=Settings(home), plain_http=plain_http, patience=patience) as registry:
        yield registry


@pytest.mark.parametrize("what", DRIPS)
def test_what_drips_without_end_is_given_up(what: str, tmp_path: Path) -> None:
    is_plain, script = DRIPS[what]
    began = time.monotonic()
    with speaking(script) as server, asking(server.host, tmp_path, HURRY, plain_http=is_plain) as registry:
        with pytest.raises(Unreachable) as caught:
            registry.repository("a/b").resolve("v1")
        assert len(server.requests) <= 2
    assert time.monotonic() - began < 2 * 0.4 * 2 + 1.5
    assert is_plain or "--plain-http" in caught.value.hint


@pytest.mark.parametrize("what", DRIPS)
def test_a_cancel_is_heard_while_it_drips(what: str, tmp_path: Path) -> None:
    is_plain, script = DRIPS[what]
    began = time.monotonic()

    def stop() -> None:
        if time.monotonic() > began + 0.2:
            raise Cancelled("enough")

    with (
        speaking(script) as server,
        asking(server.host, tmp_path, PATIENT, plain_http=is_plain) as registry,
        watched(stop),
        pytest.raises(Cancelled),
    ):
        registry.repository("a/b").resolve("v1")
    assert time.monotonic() - began < 0.2 + 1 + 0.5


def test_headers_without_end_do_not_fill_the_memory(tmp_path: Path) -> None:
    flood = b"HTTP/1.1 100 Continue\r\n\r\n" * 2000

    def script(connection: socket.socket) -> None:
        while True:
            connection.sendall(flood)

    with speaking(script) as server, asking(server.host, tmp_path, HURRY) as registry, pytest.raises(Unreachable):
        registry.repository("a/b").resolve("v1")


def test_a_token_server_that_drips_is_given_up(server: FaultServer, connect: Callable[..., Registry]) -> None:
    with speaking(dripping(OK + b"X-A: ")) as tokens:
        challenge = {"WWW-Authenticate": f'Bearer realm="http://{tokens.host}/token"'}
        server.fault("GET", "/v2/", *[Fault(status=401, headers=challenge)] * 9)
        began = time.monotonic()
        with pytest.raises(Unreachable):
            connect(server, patience=HURRY).repository("a/b").resolve("v1")
        assert time.monotonic() - began < 4


def test_a_server_that_takes_a_byte_now_and_then_is_given_up(tmp_path: Path) -> None:
    def script(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n")
        connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 202 on\r\nLocation: /u\r\nContent-Length: 0\r\n\r\n")
        while connection.recv(1):
            time.sleep(0.05)

    data = bytes(16 << 20)
    with speaking(script) as server, asking(server.host, tmp_path, HURRY) as registry:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            registry.repository("a/b").write(Descriptor.of("application/octet-stream", data), io.BytesIO(data))
        assert time.monotonic() - began < 6


def test_a_name_that_is_not_resolved_is_given_up_and_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", _slow(done))
    try:
        began = time.monotonic()
        with asking("r.example", tmp_path, HURRY) as registry, pytest.raises(Unreachable):
            registry.repository("a/b").resolve("v1")
        with (
            asking("r.example", tmp_path, PATIENT) as registry,
            watched(lambda: _stop_after(began + 1.2)),
            pytest.raises(Cancelled),
        ):
            registry.repository("a/b").resolve("v1")
        assert time.monotonic() - began < 4
    finally:
        done.set()


def _stop_after(at: float) -> None:
    if time.monotonic() > at:
        raise Cancelled("enough")


def _slow(done: threading.Event) -> Callable[..., object]:
    """A resolver that is waited for; numbers it knows at once."""

    def resolve(host: str, port: int, *arguments: object, flags: int = 0, **options: object) -> object:
        if not flags & socket.AI_NUMERICHOST:
            done.wait(30)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    return resolve
