"""How connections of the registry begin and end: every answer is heard, and nothing hangs."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kitops_jupyter.serve import running
from tests.serve.talking import ask, code_of, digest_of, start_upload

BODY = b"x" * 10
MANIFEST = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n"
ZEROS = "sha256:" + "0" * 64


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        yield connection


def send(connection: socket.socket, method: str, path: str, headers: str = "", body: bytes = b"") -> None:
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


def hear(connection: socket.socket, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """One answer; an EOF where it should be fails."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        assert piece, "the connection ended without an answer"
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while method != "HEAD" and len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return int(first.split()[1]), headers, body


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("PUT", "/v2/r/one/manifests/t", MANIFEST),
        ("PUT", "/v2/r/one/manifests/.bad", MANIFEST),
        ("PUT", "/v2/r/one/manifests/t", ""),
        ("PUT", "/v2/r/one/manifests/t", "Content-Type: " + "a" * 9000 + "\r\n"),
        ("POST", f"/v2/r/one/blobs/uploads/?digest={ZEROS}", ""),
        ("POST", "/v2/r/one/blobs/uploads/?digest=md5:0", ""),
        ("POST", f"/v2/r/one/blobs/uploads/{'0' * 32}", ""),
        ("PATCH", "/v2/r/one/blobs/uploads/abc", ""),
        ("PATCH", "/v2/r/one/blobs/uploads/", ""),
        ("PUT", f"/v2/r/one/blobs/uploads/abc?digest={ZEROS}", ""),
        ("POST", "/nope", ""),
        ("POST", "/v2/R__/blobs/uploads/", ""),
        ("PUT", "/v2/r/one/tags/list", ""),
        ("FOO", "/v2/", ""),
        ("finish", "/v2/", ""),
        ("POST", "/v2/r/one/blobs/uploads/", "Origin: http://evil.example\r\n"),
        ("POST", "/v2/r/%ff/blobs/uploads/", ""),
    ],
)
@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_an_error_leaves_the_connection_usable_or_says_that_it_ends(
    method: str, path: str, headers: str, size: int, address: str
) -> None:
    with connected(address) as connection:
        send(connection, method, path, headers, b"x" * size)
        status, answered, _ = hear(connection)
        assert 400 <= status < 500
        if answered.get("connection") == "close":
            assert connection.recv(100) == b""  # an end, not a reset
        else:
            send(connection, "GET", "/v2/")
            assert hear(connection)[0] == 200


def test_an_error_without_a_body_keeps_the_connection(address: str) -> None:
    with connected(address) as connection:
        for method, path in (
            ("GET", "/v2/a/manifests/sha256:abc"),
            ("HEAD", "/v2/UPPER/tags/list"),
            ("DELETE", "/v2/a/blobs/x"),
            ("GET", "/nope"),
        ):
            send(connection, method, path)
            status, headers, _ = hear(connection, method)
            assert 400 <= status < 500 and "connection" not in headers


def test_an_upload_out_of_order_is_answered_and_the_next_one_works(address: str) -> None:
    where = start_upload(address)
    with connected(address) as connection:
        send(connection, "PATCH", where, "Content-Range: 3-8\r\n", b"second")
        status, headers, _ = hear(connection)
        assert (status, headers["connection"], headers["range"]) == (416, "close", "0-0")
    assert ask(address, "PATCH", where, b"first", Content_Range="0-4")[0] == 202


@pytest.mark.parametrize("span", ["5-2", "0-1", "abc", "-5", "0-", "bytes", "9" * 5000 + "-" + "9" * 5000])
def test_a_range_that_is_not_the_one_of_the_bytes_is_refused(span: str, address: str) -> None:
    where = start_upload(address)
    status, _, body = ask(address, "PATCH", where, b"123456", Content_Range=span)
    assert status in (400, 416) and code_of(body) == "BLOB_UPLOAD_INVALID"
    assert ask(address, "PUT", f"{where}?digest={digest_of(b'')}")[0] == 201


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=" + "9" * 5000 + "-", 416),
        ("bytes=0-" + "9" * 5000, 206),
        ("bytes=" + "0" * 5000 + "-", 206),
        ("bytes=\xb2-", 200),
    ],
)
def test_numbers_of_any_length_are_numbers(asked: str, status: int, address: str) -> None:
    digest = digest_of(b"0123")
    ask(address, "POST", f"/v2/team/x/blobs/uploads/?digest={digest}", b"0123")
    assert ask(address, "GET", f"/v2/team/x/blobs/{digest}", Range=asked)[0] == status


@pytest.mark.parametrize(
    ("n", "status"), [("9" * 5000, 200), ("-1", 400), ("1_0", 400), ("%2B1", 400), ("%D9%A1", 400)]
)
def test_the_length_of_a_page_is_a_number(n: str, status: int, address: str) -> None:
    assert ask(address, "GET", f"/v2/_catalog?n={n}")[0] == status


@pytest.mark.parametrize("tag", ["T" * 128, "Tt" * 64, "t" * 128, "A" + "b" * 127])
def test_a_long_tag_is_kept_with_its_letters(tag: str, address: str) -> None:
    path, body = f"/v2/team/{tag.lower()[:8]}/manifests/{tag}", b'{"schemaVersion": 2}'
    assert ask(address, "PUT", path, body, Content_Type="application/json")[0] == 201
    assert ask(address, "HEAD", path.replace(tag, tag.swapcase()))[0] == 404
    listed = ask(address, "GET", path.replace(f"manifests/{tag}", "tags/list"))[2]
    assert tag.encode() in listed
    assert ask(address, "DELETE", path)[0] == 202


def test_whatever_is_sent_as_a_password_is_answered(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("ada:x\n")
    file.chmod(0o600)
    with running(tmp_path / "registry", "--password-file", str(file)) as address:
        for sent in ("Basic \xe9\xe9", "Basic", "Basic =", "Basic " + "A" * 5000, "Bearer x"):
            assert ask(address, "GET", "/v2/", Authorization=sent)[0] == 401


@pytest.mark.parametrize("hello", [b"\x16\x03\x01\x02\x00\x01", b"\x00", b"\xff" * 100, b"\x80\x2e"])
def test_what_is_no_http_is_closed_at_once(hello: bytes, address: str) -> None:
    with connected(address) as connection:
        connection.sendall(hello)
        began = time.monotonic()
        data = b""
        while piece := connection.recv(65536):
            data += piece
        assert time.monotonic() - began < 2
        assert b"plain HTTP" in data


def test_a_tls_client_hears_at_once_that_there_is_no_tls(address: str) -> None:
    with connected(address) as connection, pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(connection, server_hostname="localhost")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_5_s_whatever_it_does(number: int, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "kitops_jupyter", "serve", str(tmp_path / "registry"), "--port=0"]
    process: subprocess.Popen[str] = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    address = process.stdout.readline().removeprefix("Serving at ").strip()
    data = os.urandom(1 << 20)
    with connected(address) as sending, connected(address) as idle, connected(address) as half:
        where = start_upload(address)
        sending.sendall(
            f"PATCH {where} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n".encode() + data
        )
        half.sendall(b"GET /v2/ HT")
        send(idle, "GET", "/v2/")
        hear(idle)
        began = time.monotonic()
        process.send_signal(number)
        with contextlib.suppress(ConnectionError):
            while idle.recv(100):
                pass
        assert process.wait(10) == 0
        assert time.monotonic() - began < 5
    process.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
def test_it_ends_within_5_s_while_it_hashes_a_blob_for_minutes(tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    words = [sys.executable, "-m", "kitops_jupyter", "serve", str(folder), "--port=0"]
    process: subprocess.Popen[str] = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    address = process.stdout.readline().removeprefix("Serving at ").strip()
    where = start_upload(address)
    os.truncate(folder / "uploads" / where.rpartition("/")[2], 200 << 30)  # a hole
    with connected(address) as hashing:
        send(hashing, "PUT", f"{where}?digest={ZEROS}")
        time.sleep(0.3)
        assert ask(address, "GET", "/v2/")[0] == 200  # nobody waits for it
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 5
    process.stdout.close()
    assert list((folder / "blobs").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_an_upload_goes_on_after_a_kill(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "kitops_jupyter", "serve", str(tmp_path / "registry"), "--port=0"]
    process: subprocess.Popen[str] = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    address = process.stdout.readline().removeprefix("Serving at ").strip()
    where = start_upload(address)
    assert ask(address, "PATCH", where, b"before ")[0] == 202
    process.kill()
    process.wait(10)
    process.stdout.close()
    with running(tmp_path / "registry") as address:
        assert ask(address, "GET", where)[1]["range"] == "0-6"
        assert ask(address, "PATCH", where, b"and after", Content_Range="7-15")[0] == 202
        assert ask(address, "PUT", f"{where}?digest={digest_of(b'before and after')}")[0] == 201
