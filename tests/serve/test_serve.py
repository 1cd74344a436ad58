"""`jupyter kit serve`, spoken to as a stranger would: by raw HTTP, by skopeo, by a kill -9."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.__main__ import main
from kitops_jupyter.errors import RegistryError, Unauthorized
from kitops_jupyter.serve import running
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.operations.projects import FILES, files_in, make_project
from tests.serve.talking import ask, code_of, push_blob

HTTP = Connection(plain_http=True)
EMPTY = "sha256:" + hashlib.sha256(b"").hexdigest()
OCI = "application/vnd.oci.image.manifest.v1+json"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v2/a/../../etc/tags/list", 400, "NAME_INVALID"),
        ("GET", "/v2/%2e%2e/tags/list", 400, "NAME_INVALID"),
        ("GET", "/v2/_blobs/tags/list", 400, "NAME_INVALID"),
        ("GET", "/v2/UPPER/tags/list", 400, "NAME_INVALID"),
        ("GET", f"/v2/{'a' * 300}/tags/list", 400, "NAME_INVALID"),
        ("GET", "/v2/a/tags/list", 404, "NAME_UNKNOWN"),
        ("GET", "/v2/a/tags/list?n=-1", 400, "UNSUPPORTED"),
        ("GET", "/v2/a/manifests/..%2f..%2fx", 404, "TAG_INVALID"),
        ("GET", "/v2/a/manifests/v1", 404, "MANIFEST_UNKNOWN"),
        ("GET", "/v2/a/manifests/sha256:abc", 400, "DIGEST_INVALID"),
        ("GET", "/v2/a/manifests/sha512:" + "0" * 128, 404, "MANIFEST_UNKNOWN"),
        ("GET", "/v2/a/manifests/sha1:" + "0" * 40, 400, "DIGEST_INVALID"),
        ("GET", f"/v2/a/blobs/{EMPTY}", 404, "BLOB_UNKNOWN"),
        ("PATCH", "/v2/a/blobs/uploads/..%2f..%2fblobs", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("PUT", "/v2/a/blobs/uploads/" + "0" * 32, 404, "BLOB_UPLOAD_UNKNOWN"),
        ("GET", "/", 404, "UNSUPPORTED"),
    ],
)
def test_what_is_no_good_name_is_refused(method: str, path: str, status: int, code: str, address: str) -> None:
    got, _, body = ask(address, method, path)
    assert (got, code_of(body)) == (status, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "MANIFEST_INVALID"),
        (b"[]", "MANIFEST_INVALID"),
        (b'{"schemaVersion": 2, "mediaType": "application/x"}', "MANIFEST_INVALID"),
        (b'{"schemaVersion": 2, "layers": [{}]}', "MANIFEST_INVALID"),
        (b'{"schemaVersion": 2, "layers": [{"digest": "../../etc/passwd"}]}', "DIGEST_INVALID"),
        (json.dumps({"schemaVersion": 2, "layers": [{"digest": EMPTY}]}).encode(), "MANIFEST_BLOB_UNKNOWN"),
        (b"[" * 100_000, "MANIFEST_INVALID"),
        (b" " * (5 << 20), "SIZE_INVALID"),
    ],
    ids=["cut", "list", "other type", "no digest", "path", "missing", "deep", "huge"],
)
def test_a_manifest_that_is_none_is_refused(body: bytes, code: str, address: str) -> None:
    try:
        status, _, answer = ask(address, "PUT", "/v2/team/bad/manifests/v1", body, Content_Type=OCI)
    except (BrokenPipeError, ConnectionResetError):  # it hung up in the middle of what is too large
        assert code == "SIZE_INVALID"
    else:
        assert status >= 400 and code_of(answer) == code
    assert ask(address, "GET", "/v2/team/bad/manifests/v1")[0] == 404


def test_other_bytes_than_the_digest_says_are_not_kept(address: str) -> None:
    status, _, body = ask(address, "POST", f"/v2/team/x/blobs/uploads/?digest={EMPTY}", b"not empty")
    assert (status, code_of(body)) == (400, "DIGEST_INVALID")
    assert ask(address, "HEAD", f"/v2/team/x/blobs/{EMPTY}")[0] == 404


def test_an_upload_in_pieces_says_where_it_is(address: str) -> None:
    _, headers, _ = ask(address, "POST", "/v2/team/x/blobs/uploads/")
    where = headers["location"]
    assert ask(address, "PATCH", where, b"0123", Content_Range="0-3")[0] == 202
    status, headers, _ = ask(address, "PATCH", where, b"89", Content_Range="8-9")
    assert (status, headers["range"]) == (416, "0-3")
    status, headers, _ = ask(address, "GET", where)
    assert (status, headers["range"]) == (204, "0-3")
    digest = f"sha256:{hashlib.sha256(b'012345').hexdigest()}"
    assert ask(address, "PUT", f"{where}?digest={digest}", b"45")[0] == 201
    assert ask(address, "GET", f"/v2/team/x/blobs/{digest}")[2] == b"012345"
    assert ask(address, "GET", where)[0] == 404


@pytest.mark.parametrize(
    ("asked", "status", "body", "said"),
    [
        ("bytes=2-3", 206, b"23", "bytes 2-3/6"),
        ("bytes=4-", 206, b"45", "bytes 4-5/6"),
        ("bytes=0-99", 206, b"012345", "bytes 0-5/6"),
        ("bytes=6-", 416, None, "bytes */6"),
        ("bytes=3-2", 416, None, "bytes */6"),
        ("lines=1-2", 200, b"012345", None),
    ],
)
def test_a_part_of_a_blob(asked: str, status: int, body: bytes | None, said: str | None, address: str) -> None:
    digest = push_blob(address, "team/parts", b"012345")
    got, headers, found = ask(address, "GET", f"/v2/team/parts/blobs/{digest}", Range=asked)
    assert (got, headers.get("content-range")) == (status, said)
    assert body is None or found == body


def test_one_repository_does_not_see_anothers_blobs(address: str) -> None:
    digest = push_blob(address, "team/mine", b"mine")
    assert ask(address, "HEAD", f"/v2/team/other/blobs/{digest}")[0] == 404
    assert ask(address, "POST", f"/v2/team/other/blobs/uploads/?mount={digest}&from=team/nobody")[0] == 202
    assert ask(address, "POST", f"/v2/team/other/blobs/uploads/?mount={digest}&from=team/mine")[0] == 201
    assert ask(address, "HEAD", f"/v2/team/other/blobs/{digest}")[0] == 200
    assert ask(address, "DELETE", f"/v2/team/mine/blobs/{digest}")[0] == 202
    assert ask(address, "GET", f"/v2/team/other/blobs/{digest}")[2] == b"mine"


def test_tags_come_in_pages_and_keep_their_letters(address: str) -> None:
    manifest = b'{"schemaVersion": 2}'
    tags = ["V1", "v1", "a.", "con", *(f"t{number}" for number in range(5))]
    for tag in tags:
        assert ask(address, "PUT", f"/v2/team/tags/manifests/{tag}", manifest, Content_Type=OCI)[0] == 201
    path: str | None = "/v2/team/tags/tags/list?n=4"
    found: list[str] = []
    while path:
        _, headers, body = ask(address, "GET", path)
        found += json.loads(body)["tags"]
        link = headers.get("link", "")
        path = link[1 : link.index(">")] if link else None
    assert found == sorted(tags)
    assert "team/tags" in json.loads(ask(address, "GET", "/v2/_catalog")[2])["repositories"]
    digest = ask(address, "HEAD", "/v2/team/tags/manifests/V1")[1]["docker-content-digest"]
    assert ask(address, "DELETE", "/v2/team/tags/manifests/V1")[0] == 202
    assert ask(address, "HEAD", "/v2/team/tags/manifests/v1")[0] == 200
    assert ask(address, "DELETE", f"/v2/team/tags/manifests/{digest}")[0] == 202
    assert json.loads(ask(address, "GET", "/v2/team/tags/tags/list")[2])["tags"] == []


def test_a_web_page_is_not_talked_to(address: str) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
        status, _, body = ask(address, "POST", "/v2/team/x/blobs/uploads/", b"", **headers)
        assert (status, code_of(body)) == (403, "DENIED")


def test_referrers_are_told_by_their_type(address: str) -> None:
    manifest = b'{"schemaVersion": 2, "config": null}'.replace(b', "config": null', b"")
    subject = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    assert ask(address, "PUT", "/v2/team/r/manifests/v1", manifest, Content_Type=OCI)[0] == 201
    referrer = {"schemaVersion": 2, "artifactType": "application/x-note", "subject": {"digest": subject}}
    body = json.dumps(referrer).encode()
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    status, headers, _ = ask(address, "PUT", f"/v2/team/r/manifests/{digest}", body, Content_Type=OCI)
    assert (status, headers["oci-subject"]) == (201, subject)

    def told(query: str = "") -> list[str]:
        found = json.loads(ask(address, "GET", f"/v2/team/r/referrers/{subject}{query}")[2])
        return [item["digest"] for item in found["manifests"]]

    assert told() == told("?artifactType=application/x-note") == [digest]
    assert told("?artifactType=application/y") == []
    assert ask(address, "DELETE", f"/v2/team/r/manifests/{digest}")[0] == 202
    assert told() == []


def test_only_who_knows_a_password_comes_in(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("ada:s:ecret\n")
    file.chmod(0o600)
    project, settings = make_project(tmp_path / "project"), Settings.load({}, home=tmp_path / "home")
    with running(tmp_path / "registry", "--password-file", str(file)) as address:
        assert ask(address, "GET", "/v2/")[0] == 401
        wrong = "Basic " + base64.b64encode(b"ada:other").decode()
        assert ask(address, "GET", "/v2/", Authorization=wrong)[0] == 401
        reference = f"{address}/team/churn:v1"
        kit.pack(project, tag=reference, settings=settings)
        with pytest.raises(Unauthorized):
            kit.push(reference, connection=HTTP, settings=settings)
        kit.login(address, "ada", "s:ecret", connection=HTTP, settings=settings)
        assert kit.push(reference, connection=HTTP, settings=settings).moved_blobs
    with running(tmp_path / "registry", "--read-only") as address:
        assert ask(address, "GET", "/v2/team/churn/manifests/v1")[0] == 200
        assert ask(address, "DELETE", "/v2/team/churn/manifests/v1")[0] == 405


def test_a_start_that_is_not_safe_or_not_possible_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    file = tmp_path / "passwords"
    file.write_text("ada:x\n")
    file.chmod(0o644)
    good = tmp_path / "good"
    good.write_text("ada:x\n")
    good.chmod(0o600)
    for flags, said in [
        (["--host", "0.0.0.0"], "anyone there could write"),
        (["--password-file", str(file)], "can be read by others"),
        (["--port", address.rpartition(":")[2]], "in use"),
        (["--host", "no.such.host.invalid", "--password-file", str(good)], "no.such.host.invalid"),
        (["--host", "a" * 64 + ".x", "--password-file", str(good)], "a" * 64),
        (["--host", "", "--password-file", str(good)], "--host"),
    ]:
        assert main(["serve", str(tmp_path / "registry"), *flags]) == 2
        assert said in capsys.readouterr().err
    assert main(["serve", str(good), "--port=0"]) == 2
    for port in ("99999", "-1", "x"):
        with pytest.raises(SystemExit):
            main(["serve", str(tmp_path / "registry"), "--port", port])
    with pytest.raises(RegistryError, match="did not start"), running(tmp_path / "registry", "--host", "0.0.0.0"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes among the files")
def test_paths_that_no_file_can_have_and_files_that_are_none_are_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    folder = str(tmp_path / "registry")
    for path, said in [("a\0b", "NUL"), ("\ud800", "file names here"), ("a" * 300, "300 bytes"), (str(pipe), "it is")]:
        assert main(["serve", path, "--port=0"]) != 0
        assert "Error: " in capsys.readouterr().err
        assert main(["serve", folder, "--port=0", "--password-file", path]) != 0
        assert said in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_kill_in_the_middle_of_a_push_leaves_nothing_half(tmp_path: Path) -> None:
    folder, settings = tmp_path / "registry", Settings.load({}, home=tmp_path / "home")
    project = make_project(tmp_path / "project")
    (project / "model" / "forest.bin").write_bytes(os.urandom(40 << 20))
    packed = kit.pack(project, tag="churn:v1", settings=settings)
    words = [sys.executable, "-m", "kitops_jupyter", "serve", str(folder), "--port=0"]
    for after_s in (0.02, 0.05, 0.1, 0.2):
        process: subprocess.Popen[str] = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        host = process.stdout.readline().removeprefix("Serving at ").strip()
        sender = subprocess.Popen(
            [*words[:3], "push", "churn:v1", f"{host}/team/churn:v1", "--plain-http", "--config", str(settings.home)],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        while not any((folder / "uploads").iterdir()) and sender.poll() is None:
            time.sleep(0.002)
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
        sender.kill()
        sender.wait(10)
        for blob in (folder / "blobs").iterdir():
            if not blob.name.startswith("."):
                assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
    with running(folder) as host:
        there = Settings.load({}, home=tmp_path / "there")
        assert kit.push("churn:v1", f"{host}/team/churn:v1", connection=HTTP, settings=settings).digest == packed.digest
        out = kit.unpack(f"{host}/team/churn:v1", tmp_path / "out", connection=HTTP, settings=there)
        assert set(files_in(out.directory)) == set(FILES)


@pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed (Debian: apt install skopeo)")
def test_skopeo_copies_a_kit_out_and_in_unchanged(tmp_path: Path, address: str) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    packed = kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=settings)
    kit.push("churn:v1", f"{address}/skopeo/churn:v1", connection=HTTP, settings=settings)

    def skopeo(*words: str) -> None:
        done: Any = subprocess.run(["skopeo", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    layout = f"oci:{tmp_path / 'layout'}:v1"
    skopeo("copy", "--src-tls-verify=false", f"docker://{address}/skopeo/churn:v1", layout)
    skopeo("copy", "--dest-tls-verify=false", layout, f"docker://{address}/skopeo/again:v1")
    digest = ask(address, "HEAD", "/v2/skopeo/again/manifests/v1")[1]["docker-content-digest"]
    assert digest == packed.digest
