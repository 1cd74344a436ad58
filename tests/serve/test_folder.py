"""The registry's folder in the hands of others: links and pipes in it, and a disk that is full."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from kitops_jupyter.__main__ import main
from kitops_jupyter.serve import running
from tests.serve.talking import ask, code_of, digest_of, push_blob, start_upload

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and limits of another kind")
TYPE = "application/vnd.oci.image.manifest.v1+json"
MANIFEST = b'{"schemaVersion": 2}'
SECRET = b"sha256:" + b"5" * 64  # would be a tag's file


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file and a folder outside; neither changes."""
    place = tmp_path / "outside"
    (place / "empty").mkdir(parents=True)
    (place / "secret").write_bytes(SECRET)
    return place


def link(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "secret")


def hard_link(path: Path, outside: Path) -> None:
    os.link(outside / "secret", path)


def dangling(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "empty" / "new")


def pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def socket_file(path: Path, outside: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path has 100 bytes
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


def kept(outside: Path) -> bool:
    return (outside / "secret").read_bytes() == SECRET and not any((outside / "empty").iterdir())


ODD = [link, dangling, pipe, socket_file]


@pytest.mark.parametrize("make", ODD)
@pytest.mark.parametrize("which", ["blob", "mark", "tag", "manifest"])
def test_what_is_no_file_is_not_there_and_is_replaced(
    which: str, make: Callable[[Path, Path], None], address: str, folder: Path, outside: Path
) -> None:
    blob, manifest = push_blob(address, "team/x", b"blob"), digest_of(MANIFEST)
    path = "/v2/team/x/manifests/v1"

    def put() -> int:
        return ask(address, "PUT", path, MANIFEST, Content_Type=TYPE)[0]

    assert put() == 201
    of_team = folder / "repositories" / "team" / "x"
    found = {
        "blob": folder / "blobs" / blob[7:],
        "mark": of_team / "_blobs" / blob[7:],
        "tag": of_team / "_tags" / "t-v1.tag",
        "manifest": of_team / "_manifests" / manifest[7:],
    }[which]
    found.unlink()
    make(found, outside)
    way = f"/v2/team/x/blobs/{blob}" if which in ("blob", "mark") else path
    assert [ask(address, method, way)[0] for method in ("GET", "HEAD", "DELETE")][:2] == [404, 404]
    assert push_blob(address, "team/x", b"blob") == blob
    assert put() == 201
    assert ask(address, "GET", way)[2] == (b"blob" if which in ("blob", "mark") else MANIFEST)
    assert found.is_file() and not found.is_symlink()
    assert kept(outside)


@pytest.mark.parametrize("make", [*ODD, hard_link])
def test_an_upload_whose_file_became_something_else_is_not_there(
    make: Callable[[Path, Path], None], address: str, folder: Path, outside: Path
) -> None:
    where = start_upload(address)
    assert ask(address, "PATCH", where, b"begun")[0] == 202
    file = folder / "uploads" / where.rpartition("/")[2]
    file.unlink()
    make(file, outside)
    for method, path in (("PATCH", where), ("PUT", f"{where}?digest={digest_of(SECRET)}")):
        status, _, body = ask(address, method, path, b"more")
        assert (status, code_of(body)) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert kept(outside)


@pytest.mark.parametrize(
    "name", ["blobs", "uploads", "repositories", "repositories/team", "repositories/team/x", "lock"]
)
def test_no_folder_is_reached_through_a_link(name: str, address: str, folder: Path, outside: Path) -> None:
    digest = push_blob(address, "team/x", b"blob")
    assert ask(address, "PUT", "/v2/team/x/manifests/v1", MANIFEST, Content_Type=TYPE)[0] == 201
    was, kept_there = folder / name, outside / "moved"
    was.rename(kept_there)
    was.symlink_to(kept_there)
    before = sorted(path for path in outside.rglob("*"))
    for method, path, body in (
        ("GET", f"/v2/team/x/blobs/{digest}", b""),
        ("GET", "/v2/team/x/manifests/v1", b""),
        ("GET", "/v2/team/x/tags/list", b""),
        ("GET", "/v2/_catalog", b""),
        ("POST", f"/v2/team/x/blobs/uploads/?digest={digest_of(b'new')}", b"new"),
        ("PUT", "/v2/team/x/manifests/v2", MANIFEST),
        ("DELETE", f"/v2/team/x/blobs/{digest}", b""),
        ("DELETE", "/v2/team/x/manifests/v1", b""),
    ):
        status, _, answer = ask(address, method, path, body, Content_Type=TYPE)
        wanted = {"GET": {200, 404}, "DELETE": {202, 404, 500}}.get(method, {500})
        assert status in wanted, (method, path)
        assert status < 400 or code_of(answer)
    assert sorted(path for path in outside.rglob("*")) == before
    was.unlink()
    kept_there.rename(was)


def test_files_that_others_wrote_are_judged(address: str, folder: Path) -> None:
    assert ask(address, "PUT", "/v2/team/x/manifests/v1", MANIFEST, Content_Type=TYPE)[0] == 201
    of_team, digest = folder / "repositories" / "team" / "x", digest_of(MANIFEST)
    for text in (b"../../../etc/passwd", b"\xff\xfe", b"", b"x" * 100_000, b"sha256:" + b"../" * 21 + b"x"):
        (of_team / "_tags" / "t-v1.tag").write_bytes(text)
        assert ask(address, "GET", "/v2/team/x/manifests/v1")[0] == 404
    (of_team / "_manifests" / digest[7:]).write_text("text/x\r\nSet-Cookie: a=b")
    status, headers, _ = ask(address, "GET", f"/v2/team/x/manifests/{digest}")
    assert (status, headers["content-type"]) == (200, "application/octet-stream")
    (folder / "blobs" / digest[7:]).write_bytes(b"[" * 100_000)
    assert ask(address, "DELETE", f"/v2/team/x/manifests/{digest}")[0] == 202
    referrers = of_team / "_referrers" / digest[7:]
    referrers.mkdir(parents=True)
    for name, text in (("a", b"["), ("b", b"[]"), ("c", b"[" * 100_000), ("d", b'{"digest": "sha256:0"}')):
        (referrers / name).write_bytes(text)
    status, _, body = ask(address, "GET", f"/v2/team/x/referrers/{digest}")
    assert status == 200 and body.count(b"digest") == 1


@pytest.mark.parametrize("name", ["blobs", "uploads", "repositories"])
def test_a_start_in_a_folder_of_links_says_so(
    name: str, tmp_path: Path, outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).symlink_to(outside / "empty")
    assert main(["serve", str(tmp_path), "--port=0"]) == 2
    assert "links are not followed" in capsys.readouterr().err
    assert kept(outside)


# A disk that is full: files of the server's process cannot be longer than this; Python is told by EFBIG.
LIMIT_BYTES = 1 << 20
LIMITED = f"""
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT_BYTES}, {LIMIT_BYTES}))
sys.argv = ["kit", "serve", *sys.argv[1:], "--port=0"]
runpy.run_module("kitops_jupyter", run_name="__main__")
"""


@contextmanager
def limited(folder: Path) -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", LIMITED, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().removeprefix("Serving at ").strip()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextmanager
def small_disk(folder: Path) -> Iterator[str]:
    """A file system of 2 MiB, where this user can mount one."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with running(folder / "registry") as address:
            yield address
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("disk", [limited, small_disk])
def test_a_full_disk_is_said_keeps_what_is_right_and_frees_what_is_not(
    disk: Callable[[Path], AbstractContextManager[str]], tmp_path: Path
) -> None:
    place = tmp_path / "disk"
    with disk(place) as address:
        good, large = push_blob(address, "team/x", b"good" * 1000), os.urandom(4 << 20)
        assert ask(address, "PUT", "/v2/team/x/manifests/v1", MANIFEST, Content_Type=TYPE)[0] == 201
        at_once = f"/v2/team/x/blobs/uploads/?digest={digest_of(large)}"
        for method, path in (
            ("PATCH", start_upload(address)),
            ("PUT", f"{start_upload(address)}?digest={digest_of(large)}"),
            ("POST", at_once),
        ):
            status, headers, body = ask(address, method, path, large)
            assert (status, code_of(body), headers["content-type"]) == (507, "UNKNOWN", "application/json")
            if method != "POST":
                assert ask(address, "GET", path.partition("?")[0])[0] == 404
        assert ask(address, "GET", f"/v2/team/x/blobs/{digest_of(large)}")[0] == 404
        root = next(path.parent for path in place.rglob("uploads"))
        assert list((root / "uploads").iterdir()) == []
        for blob in (root / "blobs").iterdir():
            assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
        assert ask(address, "GET", f"/v2/team/x/blobs/{good}")[2] == b"good" * 1000
        push_blob(address, "team/x", os.urandom(500_000))  # there is room again
        assert ask(address, "GET", "/v2/team/x/manifests/v1")[2] == MANIFEST


def test_a_manifest_for_which_there_is_no_room_leaves_the_old_one(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as address:
        path = "/v2/team/x/manifests/v1"
        assert ask(address, "PUT", path, MANIFEST, Content_Type=TYPE)[0] == 201
        root = tmp_path / "disk" / "registry"
        try:
            with (root / "filler").open("wb", buffering=0) as filler:
                while True:
                    filler.write(b"x" * 4096)
        except OSError:
            pass
        other = b'{"schemaVersion": 2, "annotations": {"a": "' + b"b" * 9000 + b'"}}'
        status, _, body = ask(address, "PUT", path, other, Content_Type=TYPE)
        assert (status, code_of(body)) == (507, "UNKNOWN")
        assert ask(address, "GET", path)[2] == MANIFEST
        (root / "filler").unlink()
        assert ask(address, "PUT", path, other, Content_Type=TYPE)[0] == 201


def test_what_a_kill_left_is_swept_and_no_link_is_followed_for_it(tmp_path: Path, outside: Path) -> None:
    folder = tmp_path / "registry"
    (folder / "uploads").mkdir(parents=True)
    old, new = folder / "uploads" / "old", folder / "uploads" / "new"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    (folder / "uploads" / "link").symlink_to(outside / "secret")
    week_s = 8 * 24 * 3600
    os.utime(old, (time.time() - week_s, time.time() - week_s))
    with running(folder):
        assert not old.exists() and new.exists()
    assert kept(outside)
