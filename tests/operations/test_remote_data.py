"""Data sets that a Kitfile only points at: an object in an S3 that answers on loopback, and another kit."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import Conflict, DigestMismatch, NotFound, Usage
from kitops_jupyter.operations.transfer.plan import plan_pull
from kitops_jupyter.operations.unpack.destination import ConflictingPath
from kitops_jupyter.settings import S3Settings, Settings
from tests.operations.projects import files_in, write_files

DATA = b"x,y\n1,2\n" * 100_000
ETAG = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
pytest.importorskip("boto3", reason="the extra s3 is not installed")


class Bucket(BaseHTTPRequestHandler):
    """One object, `bucket/data.csv`, with the conditions that S3 knows."""

    content = DATA

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        etag = f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'
        if self.path.partition("?")[0] != "/bucket/data.csv":
            self.send_error(404)
            return
        if self.headers.get("If-Match", etag) != etag:
            self.send_error(412)
            return
        self.send_response(200)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        if with_body:
            self.wfile.write(self.content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    Bucket.content = DATA
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    s3 = S3Settings(f"http://127.0.0.1:{server.server_port}", "eu-test-1", "key", "secret")
    yield replace(Settings.load({}, home=tmp_path / "home"), s3=s3)
    server.shutdown()
    server.server_close()


def kitfile(remote_path: str = "s3://bucket/data.csv", remote_hash: str = ETAG) -> str:
    return (
        "code: [{path: a.py}]\n"
        f"datasets: [{{name: far, path: data/far.csv, remotePath: '{remote_path}', remoteHash: '{remote_hash}'}}]\n"
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(tmp_path / "p", {"a.py": b"1"})
    return tmp_path / "p"


def test_an_object_comes_only_when_it_is_asked_for(project: Path, settings: Settings, tmp_path: Path) -> None:
    packed = kit.pack(project, text=kitfile(), tag="p:v1", settings=settings)
    assert [layer.path for layer in packed.layers] == ["a.py"]
    without = kit.unpack("p:v1", tmp_path / "without", settings=settings)
    assert list(files_in(without.directory)) == ["a.py"]
    assert any("--include-remote" in warning for warning in without.warnings)
    with_it = kit.unpack("p:v1", tmp_path / "with", include_remote=True, settings=settings)
    assert files_in(with_it.directory) == {"a.py": b"1", "data/far.csv": DATA}


def test_an_object_in_whose_place_there_is_a_file_is_told_before_it_travels_or_stays_where_it_is(
    project: Path, settings: Settings, tmp_path: Path
) -> None:
    kit.pack(project, text=kitfile(), tag="p:v1", settings=settings)
    write_files(tmp_path / "out", {"data/far.csv": b"mine"})
    how: dict[str, Any] = {"include_remote": True, "settings": settings}
    plan = plan_pull("p:v1", tmp_path / "out", filters=["datasets"], **how)
    assert plan.conflicts == (ConflictingPath("data/far.csv", "exists"),)
    assert plan.size.moved_bytes == len(DATA)
    with pytest.raises(Conflict) as refused:
        kit.unpack("p:v1", tmp_path / "out", **how)
    assert refused.value.details == ("data/far.csv exists",)
    kept = kit.unpack("p:v1", tmp_path / "out", ignore_existing=True, **how)
    assert kept.kept == ("data/far.csv",)
    assert files_in(tmp_path / "out") == {"a.py": b"1", "data/far.csv": b"mine"}


def test_a_filter_for_nothing_but_what_is_elsewhere_says_how_to_get_it(
    project: Path, settings: Settings, tmp_path: Path
) -> None:
    kit.pack(project, text=kitfile(), tag="p:v1", settings=settings)
    with pytest.raises(Usage, match="is remote, at s3://bucket") as refused:
        kit.unpack("p:v1", tmp_path / "out", filters=["datasets:far"], settings=settings)
    assert "--include-remote" in refused.value.hint


def test_an_object_that_changed_is_another_one(project: Path, settings: Settings, tmp_path: Path) -> None:
    kit.pack(project, text=kitfile(), tag="p:v1", settings=settings)
    Bucket.content = DATA + b"more"
    with pytest.raises(DigestMismatch, match="ETag is no longer"):
        kit.unpack("p:v1", tmp_path / "out", include_remote=True, settings=settings)
    assert not (tmp_path / "out").exists()


def test_packing_asks_whether_the_object_is_the_one_that_is_meant(project: Path, settings: Settings) -> None:
    with pytest.raises(DigestMismatch, match="ETag"):
        kit.pack(project, text=kitfile(remote_hash="0" * 32), tag="p:v1", settings=settings)
    with pytest.raises(NotFound):
        kit.pack(project, text=kitfile("s3://bucket/nothing"), tag="p:v1", settings=settings)
    assert "secret" not in repr(settings.s3)


def test_another_kits_data_is_unpacked_below_the_path(project: Path, settings: Settings, tmp_path: Path) -> None:
    write_files(tmp_path / "d", {"rows.csv": b"1,2"})
    kit.pack(tmp_path / "d", text="datasets: [{path: rows.csv}]", tag="rows:v1", settings=settings)
    text = "code: [{path: a.py}]\ndatasets: [{name: rows, path: data, remotePath: 'rows:v1'}]\n"
    kit.pack(project, text=text, tag="p:v1", settings=settings)
    out = kit.unpack("p:v1", tmp_path / "out", include_remote=True, settings=settings).directory
    assert files_in(out) == {"a.py": b"1", "data/rows.csv": b"1,2"}
