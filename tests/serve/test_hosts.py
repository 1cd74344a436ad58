"""The names that the registry answers to: a page whose name leads here (DNS rebinding) uses another."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from kitops_jupyter.serve import running
from kitops_jupyter.serve.hosts import Hosts
from tests.serve.talking import ask, code_of

STRANGERS = (
    "evil.example",
    "evil.example:5000",
    "127.0.0.1.evil.example",
    "localhost.evil.example:5000",
    "evillocalhost",
    "10.0.0.7",
    "169.254.169.254",
    "0.0.0.0:5000",
    "[fe80::1]",
    "localhost@evil.example",
    "evil.example@localhost",
    "localhost, evil.example",
    "localhost:5000:5000",
    "localhost:port",
    "",
    "2130706433",
    "127.1",
    "0x7f.0.0.1",
    "l\xf6calhost",
)
US = (
    "localhost",
    "LOCALHOST:1",
    "localhost.",
    "127.0.0.1",
    "127.8.9.10:80",
    "[::1]:5000",
    "[::ffff:127.0.0.1]",
    "a.localhost",
)


@pytest.mark.parametrize("host", STRANGERS)
def test_a_registry_of_this_machine_is_not_known_under_another_name(host: str) -> None:
    assert not Hosts("127.0.0.1").has(host)


@pytest.mark.parametrize("host", US)
def test_a_registry_of_this_machine_is_known_under_each_loopback_name(host: str) -> None:
    assert Hosts("127.0.0.1").has(host) and Hosts("192.168.1.5", ["kits.lan"]).has(host)


def test_a_registry_is_known_under_its_address_and_the_names_that_were_given() -> None:
    hosts = Hosts("192.168.1.5", ["Kits.LAN.", "registry"])
    assert all(map(hosts.has, ("192.168.1.5:5000", "kits.lan", "KITS.lan:80", "registry:5000")))
    assert not any(map(hosts.has, ("192.168.1.6", "kits.lan.evil.example", "other")))
    everywhere = Hosts("0.0.0.0")
    assert everywhere.has("10.1.2.3:5000") and everywhere.has(socket.gethostname())
    assert not everywhere.has("evil.example")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v2/", "/v2/_catalog", "/v2/a/manifests/v1", "/v2/a/blobs/uploads/", "/nowhere"])
def test_no_request_under_another_name_is_answered(method: str, path: str, address: str) -> None:
    status, _, body = ask(address, method, path, Host="evil.example:5000")
    assert status == 421
    if method != "HEAD":
        assert code_of(body) == "DENIED" and b"--allow-host" in body


@pytest.mark.parametrize(
    "headers",
    [b"", b"Host: localhost\r\nHost: evil.example\r\n", b"Host: evil.example\r\nX-Forwarded-Host: localhost\r\n"],
)
def test_a_request_without_one_host_is_not_answered(headers: bytes, address: str) -> None:
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"GET /v2/ HTTP/1.1\r\n" + headers + b"\r\n")
        assert int(connection.recv(65536).split()[1]) in (400, 421)


def test_a_name_can_be_allowed(tmp_path: Path) -> None:
    with running(tmp_path / "registry", "--allow-host", "kits.lan", "--allow-host=other.lan") as address:
        assert [ask(address, "GET", "/v2/", Host=name)[0] for name in ("kits.lan:1", "other.lan", "third.lan")] == [
            200,
            200,
            421,
        ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_page_cannot_use_the_registry(method: str, headers: dict[str, str], address: str) -> None:
    status, _, body = ask(address, method, "/v2/team/x/blobs/uploads/", b"", **headers)
    assert (status, code_of(body)) == (403, "DENIED")
