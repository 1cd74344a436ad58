"""An OCI registry in this process that keeps the rules, until a script tells it to break them.

A test gives `Rule`s: for requests that match, the next `Fault` of the list says what goes wrong. Everything that was
received is in `seen`, so that a test can say what must never have been sent.
"""

from __future__ import annotations

import hashlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import ThreadingHTTPServer
from typing import Any

from tests.fakes.rules import Reply, Rules

BLOB = "/v2/[^?]+/blobs/sha256:"
UPLOAD = "/v2/[^?]+/blobs/uploads/"
MANIFEST = "/v2/[^?]+/manifests/"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer; a default Fault is an answer as it should be.

    `status`, `headers`, `body` replace what the registry would say. `cut_at` closes the connection after so many bytes
    of the body, `reset` does it with a RST. `length` is what Content-Length says ("" leaves it out). `answer_after`
    answers when so many bytes of the request's body have come, and reads no more; `hang_up` answers nothing.
    `stalls` lets some seconds pass before the cut, `pace_s` waits after every 512 bytes.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut_at: int | None = None
    reset: bool = False
    delay_s: float = 0.0
    length: int | str | None = None
    answer_after: int | None = None
    pace_s: float = 0.0
    no_answer: bool = False
    hang_up: bool = False
    stalls: bool = False
    chunked: bool = False
    flip: int | None = None
    forget_upload: bool = False


@dataclass
class Rule:
    """Faults for the requests that match, one after the other; when they are used up, all is well again."""

    method: str
    path: str
    faults: list[Fault]

    def matches(self, method: str, path: str) -> bool:
        return bool(self.faults) and method in self.method.split("|") and re.match(self.path, path) is not None


@dataclass(frozen=True)
class Seen:
    """One request as it came; `body_bytes` is what was read of its body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body_bytes: int = 0
    body: bytes = b""


@dataclass
class Auth:
    """How the server asks who is there: `scheme` basic or bearer; a bearer token works `uses` times."""

    scheme: str
    username: str = "user"
    password: str = "hunter2"
    realm: str = ""
    uses: int = 1_000_000
    strict_scope: bool = True
    expires_in: Any = 300
    tokens: dict[str, tuple[str, int]] = field(default_factory=dict)
    issued: int = 0


class FaultServer:
    """The registry; `url` is where it answers. Use `serving`."""

    def __init__(self, name: str = "127.0.0.1") -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[bytes, str]] = {}
        self.tags: dict[str, str] = {}
        self.uploads: dict[str, bytearray] = {}
        self.rules: list[Rule] = []
        self.seen: list[Seen] = []
        self.connections = 0
        self.auth: Auth | None = None
        self.has_referrers = True
        self.refuses: Callable[[dict[str, Any]], Reply | None] = lambda manifest: None  # of manifests that are pushed
        self.lock = threading.Lock()
        self._serial = 0
        owner = self

        class Handler(_Handler):
            server_state = owner

        self._http = _Server((name, 0), Handler)
        self.host = f"{name}:{self._http.server_address[1]}"
        self.url = f"http://{self.host}"

    def add_blob(self, data: bytes) -> str:
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return digest

    def fault(self, method: str, path: str, *faults: Fault) -> None:
        """The next requests that match go wrong so."""
        self.rules.append(Rule(method, path, list(faults)))

    def paths(self, method: str) -> list[str]:
        return [seen.path for seen in self.seen if seen.method == method]

    def sent_bytes(self, method: str) -> int:
        """How much was received in bodies of such requests."""
        return sum(seen.body_bytes for seen in self.seen if seen.method == method)

    def secrets_seen(self) -> list[str]:
        return [seen.headers["authorization"] for seen in self.seen if "authorization" in seen.headers]

    def new_upload(self) -> str:
        with self.lock:
            self._serial += 1
            name = f"upload-{self._serial}"
            self.uploads[name] = bytearray()
        return name

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[_Handler]) -> None:
        super().__init__(address, handler)
        self._owner = handler.server_state

    def get_request(self) -> tuple[socket.socket, Any]:
        accepted = super().get_request()
        self._owner.connections += 1
        return accepted

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what is tested here."""


@contextmanager
def serving(name: str = "127.0.0.1") -> Iterator[FaultServer]:
    server = FaultServer(name)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Handler(Rules):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def handle_one(self) -> None:
        state = self.server_state
        with state.lock:
            rule = next((rule for rule in state.rules if rule.matches(self.command, self.path)), None)
            fault = rule.faults.pop(0) if rule else Fault()
        body = self._read_body(fault.answer_after)
        seen = Seen(self.command, self.path, {key.lower(): value for key, value in self.headers.items()})
        with state.lock:
            state.seen.append(replace(seen, body_bytes=len(body), body=body[: 1 << 16]))
        if fault.forget_upload:
            state.uploads.clear()
        if fault.hang_up:
            self._hang_up(reset=fault.reset)
            return
        if fault.no_answer:
            time.sleep(30)
            return
        reply = Reply(fault.status) if fault.status is not None else self.reply(body)
        self._send(reply, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def _read_body(self, most: int | None) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(self._chunks())
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length if most is None else min(most, length))
        if most is not None and most < length:
            self.close_connection = True
        elif len(body) < length:
            self._broken_body(body)
            raise ConnectionError("the client broke off")
        return body

    def _broken_body(self, body: bytes) -> None:
        """What a registry keeps of a request that broke off: the bytes, and the session."""
        name = self.path.partition("?")[0].rpartition("/")[2]
        with self.server_state.lock:
            self.server_state.seen.append(Seen(self.command, self.path, {}, len(body)))
            if self.command == "PATCH" and name in self.server_state.uploads:
                self.server_state.uploads[name] += body

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline() or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _hang_up(self, *, reset: bool) -> None:
        self.wfile.flush()
        if reset:
            time.sleep(0.05)  # for what was sent to be read first
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _send(self, reply: Reply, fault: Fault) -> None:
        time.sleep(fault.delay_s)
        body = reply.body if fault.body is None else fault.body
        if fault.flip is not None and body:
            body = body[: fault.flip] + bytes([body[fault.flip] ^ 1]) + body[fault.flip + 1 :]
        headers = {**reply.headers, **fault.headers}
        length: int | str = len(body) if fault.length is None else fault.length
        self.send_response(reply.status)
        if fault.chunked:
            headers.pop("Content-Length", None)
            headers["Transfer-Encoding"] = "chunked"
        elif length == "":
            headers.pop("Content-Length", None)
            headers["Connection"] = "close"
            self.close_connection = True
        elif self.command == "HEAD":
            headers.setdefault("Content-Length", str(length))
        else:
            headers["Content-Length"] = str(length)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(body, fault)

    def _send_body(self, body: bytes, fault: Fault) -> None:
        if fault.cut_at is not None:
            body = body[: fault.cut_at]
        for start in range(0, len(body), 512 if fault.pace_s else max(1, len(body))):
            piece = body[start : start + 512] if fault.pace_s else body
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if fault.chunked else piece)
            time.sleep(fault.pace_s)
        if fault.stalls:
            self.wfile.flush()
            time.sleep(3)
        if fault.cut_at is not None or fault.reset:
            self._hang_up(reset=fault.reset)
        elif fault.chunked:
            self.wfile.write(b"0\r\n\r\n")
