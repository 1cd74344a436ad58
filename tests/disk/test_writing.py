"""A file that is replaced is the old one or the whole new one, with the mode that was asked for."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitops_jupyter.disk import replace, unlink, write_bytes, write_new
from kitops_jupyter.disk.writing import unfinished_in
from tests.fakes.kills import is_killed_before_step

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes and links")


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@posix_only
@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("mode", "is_exact", "expected"), [(0o666, False, 0o640), (0o644, True, 0o644), (0o600, False, 0o600)]
)
def test_a_mode_is_less_the_umask_unless_it_is_exact(tmp_path: Path, mode: int, is_exact: bool, expected: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    write_bytes(path, b"new", mode=mode, is_exact=is_exact, durable=True)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == expected


@posix_only
def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / "file").symlink_to("target")
    write_bytes(tmp_path / "file", b"new")
    assert not (tmp_path / "file").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"theirs"


@posix_only
@pytest.mark.parametrize("is_link", [True, False])
def test_a_leftover_under_the_temporary_name_is_not_written_through(tmp_path: Path, is_link: bool) -> None:
    (tmp_path / "target").write_bytes(b"theirs")
    if is_link:
        (tmp_path / "next").symlink_to("target")
    else:
        (tmp_path / "next").touch(0o000)
    write_bytes(tmp_path / "file", b"new", temporary=tmp_path / "next")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "target").read_bytes() == b"theirs"
    assert {path.name for path in tmp_path.iterdir()} == {"file", "target"}


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"old")
    with pytest.raises(OSError):
        write_bytes(tmp_path / "folder", b"new")
    with pytest.raises(OSError):
        write_bytes(tmp_path / "missing" / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert (tmp_path / "folder" / "file").read_bytes() == b"old"


def test_a_file_that_is_not_there_can_be_deleted_and_written(tmp_path: Path) -> None:
    unlink(tmp_path / "file")
    write_new(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_file_is_replaced_from_one_disk_to_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, destination = tmp_path / "a/new", tmp_path / "b/file"
    for path, text in ((source, "new"), (destination, "old")):
        path.parent.mkdir()
        path.write_text(text)
    rename = os.replace

    def other_disk(one: object, two: object, **more: object) -> None:
        if Path(str(one)).parent != Path(str(two)).parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        rename(str(one), str(two))

    monkeypatch.setattr(os, "replace", other_disk)
    replace(source, destination)
    assert destination.read_text() == "new"
    assert not source.exists()
    assert len(list(destination.parent.iterdir())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_what_a_writer_left_that_was_killed_at_any_step_goes_with_a_later_write(tmp_path: Path) -> None:
    path, number, left = tmp_path / "file", 0, 0
    path.write_bytes(b"old")
    while True:
        number += 1
        is_killed = is_killed_before_step(number, lambda: write_bytes(path, b"new", durable=True))
        assert path.read_bytes() in (b"old", b"new")
        for unfinished in tmp_path.glob(".*.part"):
            left += 1
            os.utime(unfinished, (1, 1))  # an hour later
        write_bytes(path, b"old")
        assert [found.name for found in tmp_path.iterdir()] == ["file"], f"step {number}"
        if not is_killed:
            break
    assert left, "no kill left anything: this test has shown too little"


def test_a_file_that_another_writer_is_at_stays(tmp_path: Path) -> None:
    young, other = unfinished_in(tmp_path), tmp_path / ".mine.part"
    young.write_bytes(b"half")
    other.write_bytes(b"mine")
    os.utime(other, (1, 1))
    write_bytes(tmp_path / "file", b"new")
    assert young.exists() and other.exists()
