"""Verbs on file systems that refuse what is only for looks, and do not say how much room there is."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.disk import free_bytes, sync, try_chmod
from kitops_jupyter.pipeline import disk_error
from kitops_jupyter.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the calls are POSIX's")
FAULTS: tuple[str, ...] = (
    "flock:ENOLCK",
    "flock:EOPNOTSUPP",
    "flock:ENOSYS",
    "chmod:EPERM",
    "chmod:EOPNOTSUPP",
    "fsync:EINVAL",
)
FAULTS += ("statvfs:EOPNOTSUPP", "statvfs:ENOSYS", "zeros", "utime:EPERM", "link:EPERM")


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The system's call fails everywhere from now on."""
    import fcntl

    name, _, code = request.param.partition(":")

    def refused(*_: object, **__: object) -> None:
        number = getattr(errno, code)
        raise OSError(number, os.strerror(number))

    if name == "zeros":
        usage = type(shutil.disk_usage("/"))(0, 0, 0)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    else:
        monkeypatch.setattr(fcntl if name == "flock" else os, name, refused)
    return str(request.param)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "model.bin").write_text("w")
    (folder / "Kitfile").write_text("manifestVersion: 1.0.0\nmodel: {name: m, path: model.bin}\n")
    return folder


def test_verbs_work_where_the_file_system_refuses(
    project: Path, settings: Settings, tmp_path: Path, fault: str
) -> None:
    packed = kit.pack(project, tag="s:1", settings=settings)
    kit.unpack("s:1", tmp_path / "out", settings=settings)
    assert (tmp_path / "out/model.bin").read_text() == "w"
    kit.unpack("s:1", tmp_path / "out", overwrite=True, settings=settings)
    kit.copy("s:1", f"oci:{tmp_path}/layout:1", settings=settings)
    kit.copy("s:1", f"{tmp_path}/kit.tar:1", settings=settings)
    there = Settings.load({}, home=tmp_path / "there")
    assert kit.copy(f"{tmp_path}/kit.tar:1", "local://s:2", settings=there).digest == packed.digest
    kit.promote("s:1", "champion", settings=settings)
    kit.cache_clear(settings=settings)
    kit.remove("s:1", force=True, settings=settings)
    assert kit.doctor(settings=settings).is_well


@pytest.mark.parametrize("name", ["ESTALE", "EIO", "EDQUOT", "EACCES", "EROFS"])
def test_a_disk_that_fails_has_a_way_out(name: str) -> None:
    number = getattr(errno, name)
    problem = disk_error(OSError(number, os.strerror(number)), "/x", elsewhere="set KITOPS_HOME")
    assert problem.hint
    assert "KITOPS_HOME" in problem.hint or name == "EDQUOT"


def test_room_that_is_not_known_is_not_none(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "no-such-folder") is None
    assert free_bytes(tmp_path)


def test_what_is_more_than_looks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        try_chmod(tmp_path / "gone", 0o644)
    reader, writer = os.pipe()
    os.close(writer)
    sync(reader)  # a pipe knows no disk
    os.close(reader)
    with pytest.raises(OSError):
        sync(reader)
