"""TLS, proxies, addresses, memory; and oras' own methods over our requests."""

from __future__ import annotations

import hashlib
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import Unreachable, Usage
from kitops_jupyter.registry import Patience, Registry
from kitops_jupyter.registry.http.problems import shown
from kitops_jupyter.registry.http.transport import proxies_for
from kitops_jupyter.settings import Network, RegistrySettings, Settings
from tests.contract import make_kit, store_kit
from tests.fakes.fault_server import FaultServer
from tests.fakes.ports import free_port
from tests.fakes.registries import Real, make_certificates, running

Connect = Callable[..., Registry]
SOON = Patience(connect_s=2, stall_s=2, attempts=3, first_pause_s=0.01)


def test_a_certificate_of_nobody_we_know_is_refused_at_once(with_tls: Real, settings: Settings) -> None:
    began = time.monotonic()
    with replace(with_tls, ca=None).connect(settings) as registry, pytest.raises(Unreachable) as caught:
        registry.repository("a/b").resolve("v1")
    assert "certificate" in caught.value.message and "--tls-cert" in caught.value.hint
    assert not caught.value.temporary and time.monotonic() - began < 2


def test_an_address_where_nobody_listens_is_given_up_at_once(settings: Settings) -> None:
    began = time.monotonic()
    nobody = Registry(f"127.0.0.1:{free_port()}", settings=settings, plain_http=True)
    with nobody as registry, pytest.raises(Unreachable, match="Connection refused"):
        registry.repository("a/b").resolve("v1")
    assert time.monotonic() - began < 0.5  # the usual patience is seconds


def test_without_verification_any_certificate_will_do(with_tls: Real, settings: Settings) -> None:
    with replace(with_tls, ca=None).connect(settings, tls_verify=False) as registry:
        store_kit(registry.repository("a/b"), make_kit(b"1"), ["v1"])


def test_authorities_may_come_from_the_settings(with_tls: Real, settings: Settings) -> None:
    known = replace(settings, network=Network(ca=with_tls.ca))
    with replace(with_tls, ca=None).connect(known) as registry:
        store_kit(registry.repository("a/b"), make_kit(b"2"), ["v1"])


def test_a_bundle_that_is_none_is_told_by_name(with_tls: Real, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(Unreachable, match=r"empty\.pem"):
        replace(with_tls, ca=tmp_path / "empty.pem").connect(settings)


def test_a_registry_that_wants_a_certificate_of_us_gets_it(tmp_path: Path, settings: Settings) -> None:
    make_certificates(tmp_path)
    tls = f"certificate: {tmp_path}/server.pem, key: {tmp_path}/server.key, clientcas: [{tmp_path}/ca.pem]"
    with running(tmp_path, http=f", tls: {{{tls}}}") as host:
        real = Real(host, plain_http=False, ca=tmp_path / "ca.pem")
        ours = {"client_cert": tmp_path / "server.pem", "client_key": tmp_path / "server.key"}
        with real.connect(settings, **ours) as registry:
            store_kit(registry.repository("a/b"), make_kit(b"1"), ["v1"])
        with real.connect(settings, patience=SOON) as registry, pytest.raises(Unreachable):
            registry.repository("a/b").resolve("v1")
        named = RegistrySettings("", False, True, tmp_path / "ca.pem", ours["client_cert"], ours["client_key"])
        with Registry(host, settings=replace(settings, registries={host: named})) as registry:
            assert list(registry.repository("a/b").tags()) == ["v1"]


def test_tls_where_there_is_none_is_told_soon(server: FaultServer, settings: Settings) -> None:
    with Registry(server.host, settings=settings, patience=SOON) as registry, pytest.raises(Unreachable) as caught:
        registry.repository("a/b").resolve("v1")
    assert "--plain-http" in caught.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid", "[::1]:1"])
def test_a_host_that_is_not_there_is_unreachable_soon(host: str, settings: Settings) -> None:
    began = time.monotonic()
    with Registry(host, settings=settings, plain_http=True, patience=SOON) as registry, pytest.raises(Unreachable):
        registry.repository("a/b").resolve("v1")
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    "host", ["256.256.256.256", "a..b", "2130706433", "[fe80::1%25eth0]", "a\\@b", "h/p", "h?x", ""]
)
def test_a_host_that_cannot_be_is_refused(host: str, settings: Settings) -> None:
    with pytest.raises(Usage, match=r"is not a registry|a registry cannot contain"):
        Registry(host, settings=settings)


PROXY = {"http": "http://proxy:3128", "https": "proxy:3129"}


@pytest.mark.parametrize(
    ("url", "no_proxy", "proxies"),
    [
        ("http://r.example.org/v2/", (), {"http": "http://proxy:3128"}),
        ("https://r.example.org/v2/", (), {"https": "http://proxy:3129"}),
        ("https://r.example.org/v2/", ("example.org",), {}),
        ("https://r.example.org/v2/", (".example.org",), {}),
        ("https://r.example.org/v2/", ("*.example.org",), {}),
        ("https://r.example.org/v2/", ("ample.org",), {"https": "http://proxy:3129"}),
        ("https://r.example.org/v2/", ("*",), {}),
        ("https://r.example.org:5000/", ("r.example.org:5000",), {}),
        ("https://r.example.org:5000/", ("r.example.org:5001",), {"https": "http://proxy:3129"}),
        ("http://10.1.2.3/", ("10.0.0.0/8",), {}),
        ("http://11.1.2.3/", ("10.0.0.0/8",), {"http": "http://proxy:3128"}),
        ("http://[fd00::1]/", ("fd00::/8",), {}),
        ("http://localhost:5000/", (), {}),
        ("http://127.0.0.1:5000/", (), {}),
        ("http://r.example.org/", ("", "  ", "?["), {"http": "http://proxy:3128"}),
    ],
)
def test_a_proxy_is_used_where_it_should_be(url: str, no_proxy: tuple[str, ...], proxies: Mapping[str, str]) -> None:
    assert proxies_for(url, PROXY, no_proxy) == proxies


class _Proxy(socketserver.StreamRequestHandler):
    """Notes whom it was asked for, and answers for it."""

    asked: list[str] = []  # noqa: RUF012

    def handle(self) -> None:
        line = self.rfile.readline().decode()
        type(self).asked.append(line)
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" + b'{"tags":["a"]}'[:13])


@pytest.fixture
def proxy() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Proxy) as found:
        found.daemon_threads = True
        threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{found.server_address[1]}"
        found.shutdown()


def test_requests_go_through_the_proxy_of_the_settings(proxy: str, settings: Settings) -> None:
    known = replace(settings, network=Network(proxies={"http": proxy}))
    with (
        Registry("r.example.org", settings=known, plain_http=True, patience=SOON) as registry,
        pytest.raises(Exception, match="not JSON"),
    ):
        list(registry.repository("a/b").tags())
    assert _Proxy.asked[-1].startswith("GET http://r.example.org/v2/a/b/tags/list")


def test_a_proxy_that_is_not_there_is_told(settings: Settings) -> None:
    known = replace(settings, network=Network(proxies={"http": "http://127.0.0.1:1"}))
    with (
        Registry("r.example.org", settings=known, plain_http=True, patience=SOON) as registry,
        pytest.raises(Unreachable, match="proxy"),
    ):
        list(registry.repository("a/b").tags())


def test_words_of_a_server_are_cut_and_harmless() -> None:
    assert shown("a\nb\x1b]0;title\x07 Bearer abc.def-ghi12345 Basic dXNlcjpodW50ZXIy" + "x" * 999).startswith(
        "a b ]0;title  Bearer *** Basic ***"
    )
    assert len(shown("x" * 999)) == 301


def test_oras_own_methods_work_over_our_requests(server: FaultServer, connect: Connect) -> None:
    registry = connect(server)
    store_kit(registry.repository("a/b"), make_kit(b"weights"), ["v1", "v2"])
    assert registry.get_tags(registry.container("a/b")) == ["v1", "v2"]
    assert registry.blob_exists({"digest": Descriptor.of("", b"weights").digest}, registry.container("a/b"))


def test_a_connection_is_used_again(server: FaultServer, connect: Connect) -> None:
    accepted = []
    repository = connect(server).repository("a/b")
    kit = make_kit(b"1" * 100_000, b"2" * 5_000_000)
    real = server._http.get_request
    server._http.get_request = lambda: accepted.append(1) or real()  # type: ignore[func-returns-value, method-assign]
    store_kit(repository, kit, ["v1", "v2", "v3"])
    for layer in kit.layers:
        stream = repository.open(layer)
        buffer = memoryview(bytearray(1 << 20))
        while stream.readinto(buffer):
            pass
        stream.close()
    assert len(accepted) <= 2


def test_concurrency_has_bounds(settings: Settings) -> None:
    for number in (0, 65, -1):
        with pytest.raises(Usage):
            Registry("h", settings=settings, concurrency=number)


MEMORY = """
import io, re, sys
from pathlib import Path
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.registry import Registry
from kitops_jupyter.settings import Settings
host, home, source, digest = sys.argv[1:]
described = Descriptor("", Digest(digest), Path(source).stat().st_size)
with Registry(host, settings=Settings(Path(home)), plain_http=True) as registry:
    repository = registry.repository("memory/flat")
    repository.upload(described, lambda: open(source, "rb"))
    repository.fetch(described, Path(home) / "pulled")
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_flat(plain: Real, tmp_path: Path) -> None:
    source = tmp_path / "source"
    block = bytes(range(256)) * 4096
    with source.open("wb") as stream:
        for _ in range(192):
            stream.write(block)
    digest = "sha256:" + hashlib.sha256(source.read_bytes()).hexdigest()
    words = [plain.host, str(tmp_path / "home"), str(source), digest]
    done = subprocess.run([sys.executable, "-c", MEMORY, *words], capture_output=True, text=True, check=True)
    assert int(done.stdout) / 1024 <= 96
