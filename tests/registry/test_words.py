"""Errors lead on: who answered, why, and what to do."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import KitError, NotFound, RegistryError, Unauthorized, Unreachable, Usage
from kitops_jupyter.registry import Registry
from kitops_jupyter.settings import Network, RegistrySettings, Settings
from tests.contract import make_kit, store_kit
from tests.fakes.fault_server import MANIFEST, UPLOAD, Auth, Fault, FaultServer
from tests.fakes.raw_server import saying, speaking
from tests.fakes.registries import Real
from tests.registry.conftest import HASTE

Connect = Callable[..., Registry]
TAGS = "/v2/[^?]+/tags/list"
DATA = b"bytes" * 900
BLOB = Descriptor.of("application/octet-stream", DATA)


def test_an_upload_that_is_too_large_for_a_proxy_says_so(server: FaultServer, connect: Connect) -> None:
    server.fault("PUT", UPLOAD, *[Fault(status=413, body=b"<html>nginx</html>")] * 9)
    with pytest.raises(RegistryError, match="4,500 bytes") as caught:
        connect(server).repository("a/b").write(BLOB, io.BytesIO(DATA))
    assert "client_max_body_size" in caught.value.hint


def test_the_address_that_a_registry_sent_us_to_is_named(server: FaultServer, connect: Connect) -> None:
    server.fault("POST", UPLOAD, *[Fault(status=202, headers={"Location": "http://127.0.0.1:1/u"})] * 9)
    with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:1 \(redirected by 127.0.0.1:\d+\)"):
        connect(server).repository("a/b").write(BLOB, io.BytesIO(DATA))


def test_a_reason_that_is_in_the_detail_is_shown(server: FaultServer, connect: Connect) -> None:
    errors = [{"code": "MANIFEST_INVALID", "message": "manifest invalid", "detail": "unknown media type: x/y"}]
    server.fault("PUT", MANIFEST, Fault(status=400, body=json.dumps({"errors": errors}).encode()))
    with pytest.raises(KitError, match="unknown media type: x/y"):
        store_kit(connect(server).repository("a/b"), make_kit(b"1"), ["v1"])


def test_a_registry_with_a_name_is_named_in_the_next_command(server: FaultServer, settings: Settings) -> None:
    server.auth = Auth("basic")
    named = replace(settings, registries={"corp": RegistrySettings(server.url)})
    with Registry("corp", settings=named) as registry, pytest.raises(Unauthorized) as caught:
        registry.repository("a/b").resolve("v1")
    assert caught.value.hint == "kit login corp"


def test_a_socks_proxy_without_its_library_says_what_to_install(settings: Settings) -> None:
    pytest.importorskip("requests")
    known = replace(settings, network=Network(proxies={"all": "socks5h://ada:CANARY@127.0.0.1:1"}))
    with Registry("r.example", settings=known, patience=HASTE) as registry, pytest.raises(KitError) as caught:
        registry.repository("a/b").resolve("v1")
    assert "CANARY" not in str(caught.value)
    assert "requests[socks]" in caught.value.hint or "proxy" in str(caught.value)


PROXIES = ["http://ada:CANARY@127.0.0.1:1", "ada:CANARY@127.0.0.1:1", "http://ada:CANARY@[::", "http://ada:CANARY@*"]


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxys_password_is_in_no_error_nor_in_its_chain(proxy: str, scheme: str, settings: Settings) -> None:
    known = replace(settings, network=Network(proxies={"all": proxy}))
    is_plain = scheme == "http"
    with (
        Registry("r.example", settings=known, plain_http=is_plain, patience=HASTE) as registry,
        pytest.raises(KitError) as caught,
    ):
        registry.repository("a/b").resolve("v1")
    error: BaseException | None = caught.value
    while error is not None:
        assert "CANARY" not in str(error) and "CANARY" not in repr(error)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("lost", ["http://internal.invalid:8081{path}?n=1&last=a", "/repository/x{path}?n=1&last=a"])
def test_tags_go_on_here_where_the_next_page_is_said_to_be_elsewhere(
    lost: str, server: FaultServer, connect: Connect
) -> None:
    path = "/v2/a/b/tags/list"
    link = {"Link": f'<{lost.format(path=path)}>; rel="next"'}
    server.fault("GET", TAGS, Fault(body=b'{"tags": ["a"]}', headers=link), Fault(body=b'{"tags": ["b"]}'))
    assert list(connect(server).repository("a/b").tags()) == ["a", "b"]
    assert server.paths("GET")[-1] == f"{path}?n=1&last=a"


WANT_TLS = [
    b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
    b"HTTP/1.1 400 no\r\nContent-Type: text/html\r\n\r\n<h1>400</h1>The plain HTTP request was sent to HTTPS port",
    b"\x15\x03\x01\x00\x02\x02\x46",
]


@pytest.mark.parametrize("answer", WANT_TLS)
def test_plain_http_where_only_tls_is_spoken_is_told(answer: bytes, settings: Settings) -> None:
    with (
        speaking(saying(answer)) as server,
        Registry(server.host, settings=settings, plain_http=True, patience=HASTE) as registry,
        pytest.raises(KitError) as caught,
    ):
        registry.repository("a/b").resolve("v1")
    assert "leave --plain-http out" in caught.value.hint


def test_plain_http_at_a_registry_with_tls_is_told(with_tls: Real, settings: Settings) -> None:
    with (
        replace(with_tls, plain_http=True).connect(settings, patience=HASTE) as registry,
        pytest.raises(KitError) as caught,
    ):
        registry.repository("a/b").resolve("v1")
    assert "leave --plain-http out" in caught.value.hint


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_tls_where_none_is_spoken_is_told_at_once(answer: bytes, settings: Settings) -> None:
    with (
        speaking(saying(answer)) as server,
        Registry(server.host, settings=settings, patience=HASTE) as registry,
        pytest.raises(Unreachable) as caught,
    ):
        registry.repository("a/b").resolve("v1")
    assert "--plain-http" in caught.value.hint and not caught.value.temporary
    assert len(server.requests) == 1


@pytest.mark.parametrize("entry", ['{"r": {"url": "https://ada:CANARY@h.example"}}', '{"ada:CANARY@h": {}}'])
def test_a_password_in_the_settings_is_refused_and_not_repeated(entry: str, tmp_path: Path) -> None:
    (tmp_path / "registries.json").write_text(entry)
    with pytest.raises(Usage) as caught:
        Settings.load({}, home=tmp_path)
    assert "CANARY" not in str(caught.value) and "ada" not in str(caught.value)


@pytest.mark.parametrize("status", [403, 405, 501])
def test_what_may_not_be_asked_for_by_head_is_asked_for_by_get(
    status: int, server: FaultServer, connect: Connect
) -> None:
    repository, kit = connect(server).repository("a/b"), make_kit(b"1")
    store_kit(repository, kit, ["v1"])
    server.fault("HEAD", "/v2/", *[Fault(status=status)] * 99)
    assert repository.exists(kit.layers[0]) and repository.exists(kit.manifest)
    assert not repository.exists(BLOB)
    repository.tag(kit.manifest, "v2")
    server.fault("GET", "/v2/", *[Fault(status=status)] * 99)
    with pytest.raises(RegistryError):
        repository.exists(kit.layers[0])


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_success_is_one_whatever_its_number(status: int, server: FaultServer, connect: Connect) -> None:
    kit = make_kit(DATA)
    upload = server.new_upload()
    if status != 204:
        place = {"Location": f"/v2/a/b/blobs/uploads/{upload}"}
        server.fault("POST", UPLOAD, Fault(status=status, headers=place))
    server.fault("PUT", UPLOAD, Fault(), Fault(status=status))
    server.fault("PUT", MANIFEST, Fault(status=status))
    repository = connect(server).repository("a/b")
    for descriptor, data in kit.contents:
        repository.write(descriptor, io.BytesIO(data))


def test_an_upload_that_leads_to_the_same_server_with_another_scheme_stays_on_ours(
    server: FaultServer, connect: Connect
) -> None:
    place = f"https://{server.host}/v2/a/b/blobs/uploads/{server.new_upload()}"
    server.fault("POST", UPLOAD, Fault(status=202, headers={"Location": place}))
    connect(server).repository("a/b").write(BLOB, io.BytesIO(DATA))
    assert BLOB.digest in server.blobs


def test_a_tag_that_a_registry_lacks_comes_with_the_line_that_lists_what_it_has(plain: Real, here: Settings) -> None:
    with plain.connect(here) as registry, pytest.raises(NotFound) as caught:
        registry.repository("team/churn").resolve("nope")
    assert caught.value.hint.startswith(f"kit list {plain.host}/team/churn ")
