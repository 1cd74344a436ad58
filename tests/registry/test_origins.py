"""Secrets go to the registry's own server, however the address of another is written."""

from __future__ import annotations

import base64
import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kitops_jupyter.address import Address
from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import KitError
from kitops_jupyter.registry import Credential, Patience, Registry
from kitops_jupyter.settings import Network, Settings
from tests.contract import make_kit, store_kit
from tests.fakes.fault_server import MANIFEST, UPLOAD, Auth, Fault, FaultServer
from tests.fakes.registries import make_certificates

Connect = Callable[..., Registry]
ADA = Credential("user", "hunter2")
BASIC = base64.b64encode(b"user:hunter2").decode()
TAGS = "/v2/[^?]+/tags/list"
# {evil} is a server that listens, {reg} the registry.
LURES = [
    "http://{evil}\\@{reg}/x",
    "http://{evil}/\\@{reg}/x",
    "http://{reg}\t@{evil}/x",
    "http://{reg}@{evil}/x",
    "http://{reg}:x@{evil}/x",
    "http://{reg}#@{evil}/x",
    "http://{reg}?@{evil}/x",
    "http://{evil}%2f@{reg}/x",
    "http://{evil}#@{reg}/x",
    "http:///{evil}/x",
    "http:{evil}/x",
    "http:\\\\{evil}\\x",
    "//{evil}/x",
    "//{evil}\\@{reg}/x",
    "///{evil}/x",
    "/\\{evil}/x",
    "\\\\{evil}/x",
    "HTTP://{evil}/x",
    "http://{evil}./x",
    "http://{evil}",
    "https://{evil}/x",
]


def _try(registry: Registry, way: str) -> None:
    repository = registry.repository("a/b")
    with suppress(KitError):
        if way == "upload":
            data = b"bytes"
            repository.upload(Descriptor.of("application/octet-stream", data), lambda: io.BytesIO(data))
        elif way == "tags":
            list(repository.tags())
        else:
            repository.resolve("v1")


@pytest.mark.parametrize("way", ["redirect", "realm", "upload", "tags"])
@pytest.mark.parametrize("lure", LURES)
def test_no_secret_goes_to_another_server(
    lure: str, way: str, server: FaultServer, foreign: FaultServer, connect: Connect
) -> None:
    server.auth = Auth("basic")
    place = lure.format(evil=foreign.host, reg=server.host)
    refused = Fault(status=401, headers={"WWW-Authenticate": 'Basic realm="r"'})
    if way == "redirect":
        server.fault("GET", MANIFEST, refused, *[Fault(status=307, headers={"Location": place})] * 9)
    elif way == "realm":
        escaped = place.replace("\\", "\\\\")
        server.fault("GET", MANIFEST, *[Fault(401, {"WWW-Authenticate": f'Bearer realm="{escaped}"'})] * 9)
    elif way == "upload":
        server.fault("POST", UPLOAD, refused, Fault(status=202, headers={"Location": place}))
    else:
        body = b'{"tags": ["a"]}'
        link = {"Link": f'<{place}>; rel="next"'}
        server.fault("GET", TAGS, refused, Fault(status=200, body=body, headers=link))
    patience = Patience(connect_s=1, stall_s=1, attempts=1)
    _try(connect(server, credential=ADA, patience=patience), way)
    assert not foreign.secrets_seen()
    assert not any(BASIC in str(seen) or "hunter2" in str(seen) for seen in foreign.seen)


class Recorder:
    """In the place of the system's resolver: notes who was to be connected to, and knows nobody."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int, *arguments: object, **options: object) -> object:
        self.asked.append((host, port))
        raise socket.gaierror(socket.EAI_NONAME, "nobody")


HOSTS = st.sampled_from(["reg.example", "EVIL", "1.2.3.4", "[::1]", "127.1", "0x7f.1", "reg.", "\u2100vil", "a..b", ""])
MARKS = st.sampled_from(
    ["@", "\\", "/", "//", "#", "?", ":80", ":080", ":+80", ":99999", "\t", " ", "%2f", "%40", "\n"]
)
TEXTS = st.lists(st.one_of(HOSTS, MARKS, st.text(max_size=1)), max_size=6).map("".join)


@hypothesis_settings(max_examples=80, deadline=None)
@given(st.sampled_from(["http://", "https://", "HTTP://", "http:", ""]), TEXTS)
@example("http://", "evil\\@reg.example/")
@example("http://", "reg.example\t@evil/")
def test_any_text_is_refused_or_leads_where_its_origin_says(
    tmp_path_factory: pytest.TempPathFactory, scheme: str, rest: str
) -> None:
    text, recorder = scheme + rest, Recorder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", recorder)
        with (
            Registry("reg.example", settings=Settings(Path("/nowhere")), plain_http=True) as registry,
            pytest.raises(KitError),
        ):
            registry.do_request(text, attempts=1)
    if recorder.asked:
        assert {(host, port) for host, port in recorder.asked} == {Address.parse(text).origin[1:]}


@contextmanager
def tls_server(folder: Path, answer: Callable[[], bytes], shown: list[object]) -> Iterator[str]:
    """Asks each client for a certificate, takes none for an answer, and notes what it got."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(1 << 16)
                    shown.append(secure.getpeercert())
                    secure.sendall(answer())

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"localhost:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def test_a_client_certificate_is_shown_to_the_registry_alone(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    ours: list[object] = []
    others: list[object] = []
    end = b"Content-Length: 0\r\nConnection: close\r\n\r\n"
    known = Settings(tmp_path, network=Network(ca=tmp_path / "ca.pem"))
    with (
        tls_server(tmp_path, lambda: b"HTTP/1.1 404 no\r\n" + end, others) as other,
        tls_server(
            tmp_path, lambda: f"HTTP/1.1 307 go\r\nLocation: https://{other}/x\r\n".encode() + end, ours
        ) as host,
        Registry(
            host, settings=known, client_cert=tmp_path / "server.pem", client_key=tmp_path / "server.key"
        ) as registry,
    ):
        for _ in range(2):
            _try(registry, "redirect")
    assert len(ours) == 2 and all(ours)
    assert len(others) == 2 and not any(others)


def test_a_name_with_a_final_dot_and_the_default_port_are_the_same_server(server: FaultServer, tmp_path: Path) -> None:
    kit = make_kit(b"1")
    server.auth = Auth("basic")
    host, _, port = server.host.partition(":")
    with Registry(server.host, settings=Settings(tmp_path), plain_http=True, credential=ADA) as registry:
        store_kit(registry.repository("a/b"), kit, ["v2"])
        there = f"HTTP://{host}.:{port}/v2/a/b/manifests/v2"
        server.fault("GET", MANIFEST, Fault(status=307, headers={"Location": there}))
        assert registry.repository("a/b").resolve("v1").digest == kit.manifest.digest
    assert replace(Address.parse("https://Reg.example.:443/a"), target="/") == Address.parse("https://reg.example")
