"""Is a registry there, and what would help: what is told before it gets a name."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter import RegistrySettings
from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import Auth, serving
from tests.fakes.raw_server import saying, speaking
from tests.fakes.registries import Real


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({}, home=tmp_path / "home")


@contextmanager
def presenting(folder: Path, name: str, until: str) -> Iterator[str]:
    """HOST:PORT of a server whose certificate signs itself, is of this host, and is valid until then."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")

    def run(*words: str) -> None:
        subprocess.run([openssl or "", *words], cwd=folder, check=True, capture_output=True)

    (folder / "index").touch()
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = it\n[it]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\ndefault_md = sha256\n"
        f"policy = any\nx509_extensions = names\n[any]\ncommonName = supplied\n[names]\nsubjectAltName = {name}\n"
    )
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem")
    run("req", *key, "-out", "request.pem", "-subj", "/CN=x")
    times = ("-startdate", "20200101000000Z", "-enddate", until)
    made = ("-in", "request.pem", "-out", "cert.pem", "-keyfile", "key.pem")
    run("ca", "-batch", "-notext", "-selfsign", "-config", "ca.cnf", *times, *made)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_one_that_answers_is_well_and_one_that_asks_for_a_login_says_so(settings: Settings) -> None:
    with serving() as server:
        found = kit.check_registry(server.host, RegistrySettings(plain_http=True), settings=settings)
        assert (found.verdict, found.is_usable, found.address) == ("ok", True, server.url)
        server.auth = Auth("basic")
        found = kit.check_registry("corp", RegistrySettings(server.url), settings=settings)
        assert (found.verdict, found.is_usable, found.hint) == ("sign_in", True, "kit login corp")


def test_no_login_is_sent_where_it_is_asked_for(settings: Settings) -> None:
    settings.home.mkdir()
    settings.credentials.write_text(json.dumps({"auths": {"corp": {"auth": "YWRhOkNBTkFSWQ=="}}}))
    with serving() as server:
        server.auth = Auth("basic")
        kit.check_registry("corp", RegistrySettings(server.url), settings=settings)
        assert server.paths("GET") == ["/v2/"]
        assert not any("authorization" in each.headers for each in server.seen)


def test_plain_http_is_told_from_a_bad_certificate(with_tls: Real, settings: Settings) -> None:
    with serving() as server:
        found = kit.check_registry("corp", RegistrySettings(f"https://{server.host}"), settings=settings)
        assert (found.verdict, found.is_usable) == ("no_tls", False)
        assert server.url in found.hint
    found = kit.check_registry(with_tls.host, settings=settings)
    assert found.verdict == "untrusted" and "--tls-cert" in found.hint
    assert kit.check_registry(with_tls.host, RegistrySettings(ca=with_tls.ca), settings=settings).is_usable
    assert kit.check_registry(with_tls.host, RegistrySettings(tls_verify=False), settings=settings).is_usable
    found = kit.check_registry(with_tls.host, RegistrySettings(plain_http=True), settings=settings)
    assert found.verdict == "only_tls"


@pytest.mark.parametrize(
    ("name", "until", "verdict"),
    [("DNS:elsewhere.example", "20990101000000Z", "other_name"), ("IP:127.0.0.1", "20200102000000Z", "expired")],
)
def test_a_certificate_of_another_name_or_time_is_no_matter_of_its_ca(
    name: str, until: str, verdict: str, settings: Settings, tmp_path: Path
) -> None:
    with presenting(tmp_path, name, until) as host:
        entry = RegistrySettings(ca=tmp_path / "cert.pem")
        found = kit.check_registry(host, entry, settings=settings)
        assert found.verdict == verdict
        assert "--tls-cert" not in found.hint


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", "url"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "url"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", ""),
        (b"SSH-2.0-OpenSSH_9.6\r\n", ""),
    ],
)
def test_what_is_no_registry_is_not_taken_for_one(answer: bytes, field: str, settings: Settings) -> None:
    with speaking(saying(answer)) as server:
        found = kit.check_registry(server.host, RegistrySettings(plain_http=True), settings=settings)
        assert (found.verdict, found.field) == ("unreachable", field)
        assert len(server.requests) == 1


def test_a_field_that_cannot_be_used_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    empty, missing = tmp_path / "empty.pem", tmp_path / "missing.pem"
    for entry, field in [
        (RegistrySettings(ca=missing), "ca"),
        (RegistrySettings(ca=empty), "ca"),
        (RegistrySettings(client_cert=missing), "client_cert"),
        (RegistrySettings(client_cert=empty), "client_cert"),
        (RegistrySettings(client_cert=empty, client_key=missing), "client_key"),
        (RegistrySettings("https://host/a/path"), "url"),
    ]:
        found = kit.check_registry("127.0.0.1:1", entry, settings=settings)
        assert (found.verdict, found.field) == ("bad_field", field), entry


def test_a_name_is_given_only_to_a_registry_that_answers_unless_that_is_waived(settings: Settings) -> None:
    entry = RegistrySettings("https://127.0.0.1:1", ca=None)
    with pytest.raises(kit.Unreachable, match="corp was not added") as caught:
        kit.add_registry("corp", entry, settings=settings)
    assert "--no-check" in caught.value.hint
    assert kit.list_registries(settings=settings).registries == ()
    kit.add_registry("corp", entry, check=False, settings=settings)
    assert "corp" in Settings.load({}, home=settings.home).registries


def test_an_entry_is_kept_as_it_was_given_and_replaced_whole(settings: Settings, tmp_path: Path) -> None:
    first = RegistrySettings(
        "https://h.example", False, False, tmp_path / "ca", tmp_path / "c", tmp_path / "k", ("t.example",)
    )
    kit.add_registry("corp", first, check=False, settings=settings)
    assert Settings.load({}, home=settings.home).registries == {"corp": first}
    kit.add_registry("corp", RegistrySettings("https://h.example"), check=False, settings=settings)
    known = Settings.load({}, home=settings.home)
    assert known.registries == {"corp": RegistrySettings("https://h.example", token_hosts=("t.example",))}
    assert kit.remove_registry("corp", settings=known).is_removed
    assert Settings.load({}, home=settings.home).registries == {}


def test_the_verb_adds_with_its_flags_checks_and_lists(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], with_tls: Real
) -> None:
    from kitops_jupyter.__main__ import main

    home = ("--config", str(settings.home))
    assert main(["registry", "add", "corp", f"https://{with_tls.host}", *home]) == 1
    assert main(["registry", "add", "corp", f"https://{with_tls.host}", "--tls-cert", str(with_tls.ca), *home]) == 0
    assert main(["registry", "check", "corp", *home]) == 0
    assert main(["registry", "check", with_tls.host, *home]) == 1
    assert main(["registry", "list", *home]) == 0
    assert str(with_tls.ca) in capsys.readouterr().out
    assert main(["registry", "remove", "corp", *home]) == 0
    assert main(["registry", "check", *home]) == main(["registry", "list", "corp", *home]) == 2
