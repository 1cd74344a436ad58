"""Uploads in several hands: whatever comes at once, the bytes under a digest have that digest."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from kitops_jupyter.serve import incoming
from kitops_jupyter.serve.folder import Folder
from kitops_jupyter.serve.refused import Refused
from kitops_jupyter.serve.uploads import Uploads
from tests.serve.talking import ask, code_of, digest_of, push_blob, start_upload

OCI = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(Folder(tmp_path / "registry"))


def wrong_blobs(folder: Path) -> list[str]:
    """The blobs whose bytes are not what their name says."""
    blobs = [path for path in (folder / "blobs").iterdir() if not path.name.startswith(".")]
    kinds = {64: "sha256", 128: "sha512"}
    return [
        path.name for path in blobs if hashlib.new(kinds[len(path.name)], path.read_bytes()).hexdigest() != path.name
    ]


def append(address: str, where: str) -> int:
    return ask(address, "PATCH", where, b"other" * 800)[0]


def put_other(address: str, where: str) -> int:
    return ask(address, "PUT", f"{where}?digest={digest_of(b'other')}", b"other" * 800)[0]


def cancel(address: str, where: str) -> int:
    return ask(address, "DELETE", where)[0]


@pytest.mark.parametrize("meddle", [append, put_other, cancel])
def test_a_blob_has_its_digest_whatever_is_sent_to_its_upload_at_once(
    meddle: Callable[[str, str], int], address: str, folder: Path
) -> None:
    for round in range(25):
        data = os.urandom(200_000)
        digest = digest_of(data, ("sha256", "sha512")[round % 2])
        where = start_upload(address)
        ask(address, "PATCH", where, data)

        def late(where: str = where) -> set[int]:
            time.sleep(random.random() * 0.004)
            return {meddle(address, where) for _ in range(3)}

        with ThreadPoolExecutor() as pool:
            meddling = pool.submit(late)
            status = ask(address, "PUT", f"{where}?digest={digest}")[0]
            assert meddling.result() <= {201, 202, 204, 400, 404, 409}
        found, _, body = ask(address, "GET", f"/v2/team/x/blobs/{digest}")
        assert (found == 200 and body == data) if status == 201 else found == 404
    assert not wrong_blobs(folder)


def test_of_two_requests_that_end_an_upload_one_makes_the_blob(address: str, folder: Path) -> None:
    for _ in range(15):
        data = os.urandom(300_000)
        where = start_upload(address)
        ask(address, "PATCH", where, data)
        with ThreadPoolExecutor() as pool:
            asked = [pool.submit(ask, address, "PUT", f"{where}?digest={digest_of(data)}") for _ in range(4)]
        statuses = sorted(done.result()[0] for done in asked)
        assert statuses[0] == 201 and set(statuses[1:]) <= {404, 409}
        assert ask(address, "GET", f"/v2/team/x/blobs/{digest_of(data)}")[2] == data
    assert not wrong_blobs(folder)


def test_an_upload_cannot_be_opened_from_its_hash_to_its_name(tmp_path: Path) -> None:
    seen: list[int] = []

    class Meddled(Folder):
        def keep(self, repository: str, digest: str, upload: str) -> None:
            for attempt in (theirs.open, theirs.drop):
                with pytest.raises(Refused) as caught:
                    attempt(upload)
                seen.append(caught.value.status)
            super().keep(repository, digest, upload)

    theirs = Uploads(Meddled(tmp_path / "registry"))
    name = theirs.begin()
    opened = theirs.open(name)
    opened.write(b"bytes")
    theirs.finish(opened, "team/x", digest_of(b"bytes"))
    assert seen == [409, 409]
    with pytest.raises(Refused, match="no such upload"):
        theirs.open(name)


def test_two_processes_that_share_a_folder_do_not_share_an_upload(tmp_path: Path) -> None:
    here, there = (Uploads(Folder(tmp_path / "registry")) for _ in range(2))
    name = here.begin()
    with _open(here, name) as incoming:
        incoming.write(b"here")
        with pytest.raises(Refused) as caught:
            there.open(name)
        assert caught.value.status == 409
    with _open(there, name) as incoming:
        incoming.write(b" and there")
        there.finish(incoming, "team/x", digest_of(b"here and there"))
    with pytest.raises(Refused, match="no such upload"):
        here.open(name)


def test_an_upload_whose_sender_is_silent_is_taken_over(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    name = uploads.begin()
    first = uploads.open(name)
    first.write(b"0123")
    with pytest.raises(Refused, match="another request"):
        uploads.open(name)
    monkeypatch.setattr(incoming, "_SILENT_S", 0.0)
    second = uploads.open(name)
    with pytest.raises(Refused, match="no such upload"):
        first.write(b"late")
    uploads.release(first)
    second.write(b"4567")
    uploads.finish(second, "team/x", digest_of(b"01234567"))


def test_an_upload_goes_on_in_another_connection_when_the_first_broke(address: str) -> None:
    where, data = start_upload(address), os.urandom(1 << 20)
    host, port = address.split(":")
    with socket.create_connection((host, int(port))) as broken:
        head = f"PATCH {where} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {len(data)}\r\n\r\n"
        broken.sendall(head.encode() + data[:500_000])
        _wait_for(lambda: _size(address, where) == 500_000)
        status, _, body = ask(address, "PATCH", where, data[500_000:])
        assert (status, code_of(body)) == (409, "BLOB_UPLOAD_INVALID")
    _wait_for(lambda: ask(address, "PATCH", where, b"")[0] == 202)
    span = f"500000-{len(data) - 1}"
    assert ask(address, "PATCH", where, data[500_000:], Content_Range=span)[0] == 202
    assert ask(address, "PUT", f"{where}?digest={digest_of(data)}")[0] == 201


def test_what_is_cancelled_while_it_comes_is_gone(address: str, folder: Path) -> None:
    where = start_upload(address)
    connection = http.client.HTTPConnection(address, timeout=20)
    connection.putrequest("PATCH", where)
    connection.putheader("Content-Length", "1000")
    connection.endheaders()
    connection.send(b"x" * 500)
    _wait_for(lambda: _size(address, where) == 500)
    assert ask(address, "DELETE", where)[0] == 204
    connection.send(b"x" * 500)
    assert connection.getresponse().status == 404
    connection.close()
    assert ask(address, "GET", where)[0] == 404
    assert not (folder / "uploads" / where.rpartition("/")[2]).exists()


def test_a_blob_that_is_mounted_while_it_is_deleted_is_whole_or_not_there(address: str) -> None:
    for round in range(30):
        data = f"mounted {round}".encode()
        digest = push_blob(address, "team/a", data)
        with ThreadPoolExecutor() as pool:
            mounting = pool.submit(ask, address, "POST", f"/v2/team/b/blobs/uploads/?mount={digest}&from=team/a")
            deleting = pool.submit(ask, address, "DELETE", f"/v2/team/a/blobs/{digest}")
        assert deleting.result()[0] == 202
        status, _, body = ask(address, "GET", f"/v2/team/b/blobs/{digest}")
        assert (status == 200 and body == data) if mounting.result()[0] == 201 else status == 404


def test_a_manifest_that_was_pushed_while_its_blob_was_deleted_is_not_half_there(address: str) -> None:
    for round in range(30):
        name = f"team/half{round}"
        digest = push_blob(address, name, b"layer %d" % round)
        manifest = b'{"schemaVersion": 2, "layers": [{"digest": "%s"}]}' % digest.encode()
        with ThreadPoolExecutor() as pool:
            deleting = pool.submit(ask, address, "DELETE", f"/v2/{name}/blobs/{digest}")
            putting = pool.submit(ask, address, "PUT", f"/v2/{name}/manifests/v1", manifest, Content_Type=OCI)
        assert deleting.result()[0] == 202
        status = putting.result()[0]
        assert status in (201, 404)
        assert ask(address, "GET", f"/v2/{name}/manifests/v1")[0] == (200 if status == 201 else 404)


def test_manifests_that_are_pushed_and_deleted_at_once_are_whole_or_not_there(address: str) -> None:
    manifest = b'{"schemaVersion": 2, "annotations": {"which": "one"}}'
    path, digest = "/v2/team/flicker/manifests/", digest_of(manifest)

    def push(_: int) -> int:
        return ask(address, "PUT", f"{path}v1", manifest, Content_Type=OCI)[0]

    def delete(_: int) -> int:
        return ask(address, "DELETE", f"{path}{digest}")[0]

    def read(_: int) -> int:
        status, headers, body = ask(address, "GET", f"{path}v1")
        assert status == 404 or (body == manifest and headers["docker-content-digest"] == digest)
        return status

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(work, number) for number in range(30) for work in (push, delete, read)]
    assert {done.result() for done in asked} <= {200, 201, 202, 404}
    assert push(0) == 201 and read(0) == 200


def test_tags_that_eight_write_at_once_each_name_a_manifest_that_was_pushed(address: str) -> None:
    bodies = [b'{"schemaVersion": 2, "annotations": {"who": "%d"}}' % who for who in range(8)]
    start = threading.Barrier(8)

    def write(who: int) -> set[int]:
        start.wait()
        ways = [f"/v2/team/busy/manifests/{tag}" for tag in ("latest", f"v{who}", "LATEST", "latest")]
        return {ask(address, "PUT", way, bodies[who], Content_Type=OCI)[0] for way in ways}

    with ThreadPoolExecutor(8) as pool:
        assert set.union(*pool.map(write, range(8))) == {201}
    for tag in ("latest", "LATEST"):
        assert ask(address, "GET", f"/v2/team/busy/manifests/{tag}")[2] in bodies
    for who in range(8):
        assert ask(address, "GET", f"/v2/team/busy/manifests/v{who}")[2] == bodies[who]


@contextmanager
def _open(uploads: Uploads, name: str) -> Iterator[incoming.Incoming]:
    opened = uploads.open(name)
    try:
        yield opened
    finally:
        uploads.release(opened)


def _size(address: str, where: str) -> int:
    return int(ask(address, "GET", where)[1]["range"].partition("-")[2]) + 1


def _wait_for(has_come: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not has_come():
        assert time.monotonic() < until
        time.sleep(0.01)
