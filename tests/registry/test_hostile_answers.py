"""Whatever a registry answers, what leaves the room is a result or a KitError: never a library's exception."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import KitError
from kitops_jupyter.registry import Credential, Patience, Registry, RemoteRepository
from kitops_jupyter.remembered import Remembered
from tests.contract import IMAGE_MANIFEST, make_kit, store_kit
from tests.fakes.fault_server import Fault, FaultServer
from tests.fakes.raw_server import saying, speaking

Connect = Callable[..., Registry]
ONCE = Patience(connect_s=1, stall_s=0.5, attempts=1, budget_s=0.1)
DATA = b"some bytes of a blob"
BLOB = Descriptor.of("application/octet-stream", DATA)
KIT = make_kit(DATA)


def _read(stream: Any) -> None:
    while stream.readinto(memoryview(bytearray(4096))):
        pass
    stream.close()


CALLS: dict[str, Callable[[RemoteRepository, Path], object]] = {
    "resolve": lambda place, _: place.resolve("v1"),
    "open a manifest": lambda place, _: _read(place.open(KIT.manifest)),
    "open": lambda place, _: _read(place.open(BLOB)),
    "exists": lambda place, _: place.exists(BLOB),
    "read a range": lambda place, _: place.read_range(BLOB, 2, 5),
    "fetch": lambda place, folder: place.fetch(BLOB, folder),
    "tags": lambda place, _: list(place.tags()),
    "read many": lambda place, _: list(place.read_many(["v1", "v2"])),
    "referrers": lambda place, _: place.referrers(KIT.manifest.digest),
    "write": lambda place, _: place.write(BLOB, io.BytesIO(DATA)),
    "write a manifest": lambda place, _: place.write(KIT.manifest, io.BytesIO(KIT.contents[-1][1])),
    "ingest": lambda place, _: place.ingest(io.BytesIO(DATA)),
    "mount": lambda place, _: place.upload(BLOB, lambda: io.BytesIO(DATA), mount_from=["other/place"]),
    "tag": lambda place, _: place.tag(KIT.manifest, "v2"),
    "delete": lambda place, _: place.delete("v1"),
    "catalog": lambda place, _: list(place.registry.catalog()),
    "login": lambda place, _: place.registry.login("ada", "pw", keep=False),
}
LONG = "1" * 5000
DEEP = b"[" * 20_000
VALUES = ["", "\xe9", "http://[", LONG, "NaN"]
HEADERS = [
    "Location",
    "Link",
    "WWW-Authenticate",
    "Content-Range",
    "Content-Encoding",
    "Content-Type",
    "Docker-Content-Digest",
    "Range",
    "Retry-After",
    "OCI-Chunk-Min-Length",
    "OCI-Subject",
    "Set-Cookie",
    "ETag",
    "Transfer-Encoding",
]
ODD_HEADERS = {
    "Location": ["http://%zz/", "http://a]b/", "file:///etc/passwd", "\\\\x", "http://h:99999/", "?" + LONG, "data:,x"],
    "Link": ["<http://[>; rel=next", '<>; rel="next"', "<\xe9>;rel=next", "<" * 5000, '<?last=\x80>; rel="next"'],
    "WWW-Authenticate": [
        'Bearer realm="http://[evil"',
        'Bearer realm=""',
        "Bearer",
        "Basic",
        'Bearer realm="http://*foo/t"',
        "Bearer realm=\xe9",
        'Bearer realm="' + "\\" * 3000,
        "," * 5000,
        "a=b " * 2000,
    ],
    "Content-Range": ["bytes 0-1/2", "bytes 9-1/*", f"bytes {LONG}-{LONG}/{LONG}", "bytes */*"],
    "Content-Encoding": ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip", "x" * 500],
    "Content-Type": ["text/html; charset=nonsense", "application/json; charset=utf-16", ";" * 100],
    "Docker-Content-Digest": ["sha256:", "sha256:" + "z" * 64, "sha512:00", "md5:x"],
    "Range": [f"0-{LONG}", "bytes=5-4", "0-"],
    "Retry-After": [LONG, "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 99 Foo 0000 99:99:99 GMT"],
}
BODIES = [
    DEEP,
    b"",
    b"null",
    b"[]",
    b"[null]",
    b"\xff\xfe",
    b'{"a":\xff}',
    b"NaN",
    b"9" * 6000,
    b'{"tags": null}',
    b'{"tags": {}}',
    b'{"tags": [null]}',
    b'{"tags": ["\\ud800"]}',
    b'{"repositories": 5}',
    b'{"errors": null}',
    b'{"errors": [null, 5, {"code": {}, "message": [], "detail": 7}]}',
    b'{"errors": {"code": 5}}',
    b'{"manifests": null}',
    b'{"manifests": [null]}',
    b'{"manifests": [{"digest": 5, "size": -1}]}',
    b'{"mediaType": 5}',
    b'{"config": null, "layers": null}',
    b'{"config": {"digest": null, "size": NaN}}',
    b'{"schemaVersion": 2, "mediaType": "\\ud800", "annotations": []}',
    b'{"token": null}',
    b'{"token": 5, "expires_in": "x"}',
    b'{"subject": {"digest": 7}}',
    b'{"annotations": {"a": null}, "config": {"annotations": 7, "digest": "sha256:x"}}',
]


SENDS = ("write", "ingest", "tag")


def _call_all(
    server: FaultServer, connect: Connect, tmp_path: Path, fault: Fault, names: Iterable[str] = CALLS
) -> None:
    """These methods, with this answer to all that it asks; those that send, also with it from the second request on."""
    for name, skipped in [*((name, 0) for name in names), *((name, 1) for name in SENDS if name in names)]:
        server.rules.clear()
        server.fault("GET|HEAD|POST|PUT|PATCH|DELETE", "/", *[Fault()] * skipped, *[fault] * 20)
        registry = connect(server, patience=ONCE, credential=Credential("ada", "pw"))
        registry.remembered = Remembered(tmp_path / "nowhere")
        with suppress(KitError):
            CALLS[name](registry.repository("a/b"), tmp_path / name.replace(" ", "-"))
        registry.close()


@pytest.fixture
def stored(server: FaultServer, connect: Connect) -> FaultServer:
    store_kit(connect(server).repository("a/b"), KIT, ["v1"])
    return server


@pytest.mark.parametrize(
    "status", [101, 199, 204, 205, 206, 301, 304, 308, 400, 401, 403, 404, 409, 416, 418, 503, 600, 999]
)
def test_a_status_that_nobody_expects(status: int, stored: FaultServer, connect: Connect, tmp_path: Path) -> None:
    _call_all(stored, connect, tmp_path, Fault(status=status))


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_that_nobody_can_read(header: str, stored: FaultServer, connect: Connect, tmp_path: Path) -> None:
    statuses = {"Location": (202, 307), "WWW-Authenticate": (401,), "Content-Range": (206,), "Retry-After": (429,)}
    for number, value in enumerate([*VALUES, *ODD_HEADERS.get(header, ())]):
        names = list(CALLS)[number % 3 :: 3] if value in VALUES else CALLS  # all of them in three headers
        for status in statuses.get(header, (None,)):
            _call_all(stored, connect, tmp_path, Fault(status=status, headers={header: value}), names)


READERS = ("resolve", "tags", "read many", "referrers", "catalog")


@pytest.mark.parametrize(("status", "names"), [(200, READERS), (401, ("resolve", "write"))])
def test_a_body_that_nobody_expects(
    status: int, names: tuple[str, ...], stored: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    for body in BODIES:
        _call_all(stored, connect, tmp_path, Fault(status=status, body=body), names)


@pytest.mark.parametrize("body", [body for body in BODIES if b"token" in body or len(body) < 8 or body is DEEP])
def test_a_token_that_nobody_expects(body: bytes, server: FaultServer, connect: Connect) -> None:
    challenge = {"WWW-Authenticate": f'Bearer realm="{server.url}/token"'}
    server.fault("GET", "/v2/", *[Fault(status=401, headers=challenge)] * 3)
    server.fault("GET", "/token", *[Fault(status=200, body=body)] * 3)
    with pytest.raises(KitError):
        connect(server, patience=ONCE).repository("a/b").resolve("v1")


RAW = [
    b"",
    b"\r\n",
    b"\x15\x03\x01\x00\x02\x02\x16",
    b"hello\r\n\r\n",
    b"HTTP/1.1\r\n\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/9.9 200 OK\r\n\r\n",
    b"HTTP/1.1 -1 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nX\x00Y: \xff\xfe\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"HTTP/1.0 200\r\n\r\n{}",
]


@pytest.mark.parametrize("answer", RAW)
def test_what_is_not_http(answer: bytes, connect: Connect, tmp_path: Path) -> None:
    with speaking(saying(answer)) as server:
        registry = connect(server, patience=ONCE)
        for name, call in CALLS.items():
            with suppress(KitError):
                call(registry.repository("a/b"), tmp_path / name.replace(" ", "-"))


def test_a_manifest_of_any_shape_is_read_or_refused(server: FaultServer, connect: Connect) -> None:
    shapes: list[Any] = [None, 5, "x", [None], {"a": 1}, 1e400]
    for field in ("mediaType", "config", "layers", "annotations", "subject", "artifactType", "manifests"):
        for shape in shapes:
            body = json.dumps({"schemaVersion": 2, "mediaType": IMAGE_MANIFEST, field: shape}).encode()
            server.rules.clear()
            server.fault("GET", "/v2/", *[Fault(status=200, body=body)] * 9)
            repository = connect(server, patience=ONCE).repository("a/b")
            list(repository.read_many(["v1"]))
            with suppress(KitError):
                repository.referrers(KIT.manifest.digest)
