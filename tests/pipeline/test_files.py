"""Files written around the page cache or through it: always whole, or not there."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

import pytest

from kitops_jupyter.errors import StorageFull, StoreError
from kitops_jupyter.pipeline import FileSink, OutputFile, aligned_buffer, disk_error, pump
from kitops_jupyter.pipeline.output_file import DIRECT_FROM_BYTES

has_direct = pytest.mark.skipif(not hasattr(os, "O_DIRECT"), reason="no O_DIRECT here")


def is_direct(path: Path) -> bool:
    """Whether this file system takes writes around the page cache."""
    import fcntl

    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_DIRECT)
        return os.write(descriptor, aligned_buffer(4096)) == 4096
    except OSError:
        return False
    finally:
        os.close(descriptor)
        path.unlink()


@pytest.mark.parametrize("told", [True, False], ids=["size known", "size unknown"])
@pytest.mark.parametrize("size", [0, 1, 5000, 4 << 20, (16 << 20) - 1, 16 << 20, (21 << 20) + 4097, (33 << 20) + 511])
def test_a_file_has_what_was_pumped(size: int, told: bool, tmp_path: Path) -> None:
    data = os.urandom(size)
    sink = FileSink(tmp_path / "new", size if told else None)
    pump(io.BytesIO(data), [sink])
    assert (tmp_path / "new").read_bytes() == data
    assert sink.size_bytes == size


@pytest.mark.parametrize("pieces", [[1], [4096], [511, 512, 513], [1 << 20], [4 << 20, 1, 4095], [3 << 20, 777]])
@pytest.mark.parametrize("shift", [0, 1, 512, 3584])
def test_a_large_file_may_come_in_any_pieces_from_any_place(pieces: list[int], shift: int, tmp_path: Path) -> None:
    size = DIRECT_FROM_BYTES + 12_345 if min(pieces) > 100 else 30_000
    data = os.urandom(size)
    descriptor = os.open(tmp_path / "new", os.O_WRONLY | os.O_CREAT, 0o600)
    file = OutputFile(descriptor, "new", DIRECT_FROM_BYTES)
    buffer = aligned_buffer((4 << 20) + 4096)
    at = turn = 0
    while at < size:
        count = min(pieces[turn % len(pieces)], size - at)
        view = buffer[shift : shift + count]
        view[:] = data[at : at + count]
        file.write(view)
        at += count
        turn += 1
    file.finish(durable=True)
    file.finish()
    assert file.written_bytes == size
    assert (tmp_path / "new").read_bytes() == data


@has_direct
def test_large_files_do_go_around_the_page_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_direct(tmp_path / "probe"):
        pytest.skip("this file system has no O_DIRECT")
    import fcntl

    seen = []
    real = os.writev

    def watched(descriptor: int, views: list[memoryview]) -> int:
        seen.append(bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT))
        return real(descriptor, views)

    monkeypatch.setattr(os, "writev", watched)
    pump(io.BytesIO(bytes(DIRECT_FROM_BYTES + 100)), [FileSink(tmp_path / "new", DIRECT_FROM_BYTES + 100)])
    assert seen == [True] * 4


@has_direct
@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_file_system_that_refuses_direct_writes_gets_usual_ones(
    after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    real = os.writev

    def refusing(descriptor: int, views: list[memoryview]) -> int:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(errno.EINVAL, "Invalid argument")
        return real(descriptor, views)

    monkeypatch.setattr(os, "writev", refusing)
    data = os.urandom(DIRECT_FROM_BYTES + 4321)
    pump(io.BytesIO(data), [FileSink(tmp_path / "new", len(data))])
    assert (tmp_path / "new").read_bytes() == data
    assert calls == (after + 1 if is_direct(tmp_path / "probe") else 0)


@has_direct
def test_a_short_direct_write_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.writev
    monkeypatch.setattr(os, "writev", lambda descriptor, views: real(descriptor, [views[-1][:8192]]))
    data = os.urandom(DIRECT_FROM_BYTES + 9)
    pump(io.BytesIO(data), [FileSink(tmp_path / "new", len(data))])
    assert (tmp_path / "new").read_bytes() == data


def test_a_small_file_is_written_when_its_size_was_a_lie(tmp_path: Path) -> None:
    pump(io.BytesIO(b"only this"), [FileSink(tmp_path / "new", 1 << 40)])
    assert (tmp_path / "new").read_bytes() == b"only this"


def test_commit_gives_name_and_mode_in_place_of_the_old(tmp_path: Path) -> None:
    final = tmp_path / "final"
    final.write_bytes(b"old")
    sink = FileSink(tmp_path / "new", durable=True)
    pump(io.BytesIO(b"new"), [sink])
    assert os.name == "nt" or stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    sink.commit(final, 0o640)
    assert final.read_bytes() == b"new"
    assert os.name == "nt" or stat.S_IMODE(final.stat().st_mode) == 0o640
    sink.abort()
    assert [path.name for path in tmp_path.iterdir()] == ["final"]


def test_abort_leaves_no_file(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "new")
    sink.write(memoryview(b"half"))
    sink.abort()
    sink.abort()
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    with pytest.raises(StoreError, match="mine"):
        FileSink(tmp_path / "mine")
    assert (tmp_path / "mine").read_bytes() == b"mine"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
@pytest.mark.parametrize("size", [100, 9 << 20])
def test_a_full_disk_is_told_with_a_hint_and_leaves_nothing(size: int, tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "new")
    descriptor = os.open("/dev/full", os.O_WRONLY)
    os.dup2(descriptor, sink._file._fd)  # every write to it fails as on a full disk
    os.close(descriptor)
    with pytest.raises(StorageFull, match="No space left") as raised:
        pump(io.BytesIO(bytes(size)), [sink])
    assert "free some space" in raised.value.hint
    assert isinstance(raised.value.__cause__, OSError)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageFull, match="ermission"):
        FileSink(tmp_path / "new")


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EROFS, StorageFull), (errno.EIO, StoreError)],
)
def test_what_the_system_says_becomes_an_error_of_ours(number: int, kind: type[StoreError], tmp_path: Path) -> None:
    told = disk_error(OSError(number, os.strerror(number)), tmp_path / "x")
    assert type(told) is kind
    assert str(tmp_path / "x") in told.message
    assert os.strerror(number) in told.message
