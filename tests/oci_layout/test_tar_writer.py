"""A layout into a tar: the same bytes each time, gone on with after a break, whole or not there."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Descriptor, Digest, Readable
from kitops_jupyter.errors import Cancelled, Conflict, DigestMismatch, PathInvalid, SizeMismatch, StoreBusy, StoreError
from kitops_jupyter.oci_layout import IndexFile, LayoutTar, TarWriter
from kitops_jupyter.progress import Event, ignore
from kitops_jupyter.settings import Settings
from tests.contract import make_kit
from tests.operations.projects import write_files

KIT = make_kit(b"weights" * 3000, b"", b"c" * 512)


class Origin:
    """Gives blobs from any place on, and counts; `lie` changes what it gives."""

    def __init__(self, lie: bytes = b"") -> None:
        self.moved_bytes = 0
        self._contents = {descriptor.digest: lie or data for descriptor, data in KIT.contents}

    def __call__(self, blob: Descriptor, start: int) -> Readable:
        data = self._contents[blob.digest][start:]
        self.moved_bytes += len(data)
        return io.BytesIO(data)


def write(path: Path, origin: Origin, *, overwrite: bool = False, observe: object = ignore) -> None:
    index = IndexFile().with_entry(KIT.manifest, "v1")
    blobs = [descriptor for descriptor, _ in KIT.contents]
    TarWriter(path, index, blobs).write(
        origin,
        overwrite=overwrite,
        observe=observe,  # type: ignore[arg-type]
        item=lambda blob: blob.digest.short,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the tar is to be."""
    path = tmp_path_factory.mktemp("whole") / "kit.tar"
    write(path, Origin())
    return path.read_bytes()


def test_the_tar_is_a_layout_that_everybody_reads(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "kit.tar").write_bytes(whole)
    there = LayoutTar(tmp_path / "kit.tar")
    assert (there.names(), there.resolve("v1").digest) == (["v1"], KIT.manifest.digest)
    with tarfile.open(tmp_path / "kit.tar") as archive:
        for descriptor, data in KIT.contents:
            member = archive.extractfile(f"blobs/sha256/{descriptor.digest.hex}")
            assert member is not None and member.read() == data
    assert len(whole) % 512 == 0


def test_a_copy_that_broke_off_anywhere_goes_on_where_it_was(tmp_path: Path, whole: bytes) -> None:
    path, partial = tmp_path / "kit.tar", tmp_path / ".kit.tar.partial"
    for cut in [*range(0, len(whole), 509), len(whole)]:
        partial.write_bytes(whole[:cut])
        origin = Origin()
        write(path, origin)
        assert path.read_bytes() == whole
        assert origin.moved_bytes <= len(whole) - cut
        assert [found.name for found in tmp_path.iterdir()] == ["kit.tar"]
        path.unlink()


@pytest.mark.parametrize("at", [0, 600, 2000, 9000, -2000, -1])
def test_a_damaged_rest_is_found_and_written_anew(tmp_path: Path, whole: bytes, at: int) -> None:
    damaged = bytearray(whole)
    damaged[at] ^= 0xFF
    for rest in (bytes(damaged), bytes(damaged) + b"more", bytes(damaged)[: len(whole) // 2], b"another thing"):
        (tmp_path / ".kit.tar.partial").write_bytes(rest)
        write(tmp_path / "kit.tar", Origin(), overwrite=True)
        assert (tmp_path / "kit.tar").read_bytes() == whole


@pytest.mark.parametrize(("lie", "error"), [(b"weightz" * 3000, DigestMismatch), (b"weights" * 2999, SizeMismatch)])
def test_wrong_bytes_leave_no_tar_and_nothing_to_go_on_with(
    tmp_path: Path, whole: bytes, lie: bytes, error: type[Exception]
) -> None:
    for rest in (b"", whole[: len(whole) // 2]):
        (tmp_path / ".kit.tar.partial").write_bytes(rest)
        with pytest.raises(error):
            write(tmp_path / "kit.tar", Origin(lie))
        assert not (tmp_path / "kit.tar").exists()
        assert b"weight" not in (tmp_path / ".kit.tar.partial").read_bytes()
    write(tmp_path / "kit.tar", Origin())
    assert (tmp_path / "kit.tar").read_bytes() == whole


def test_a_file_that_is_there_stays_and_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "kit.tar").write_bytes(b"mine")
    with pytest.raises(Conflict):
        write(tmp_path / "kit.tar", Origin())
    assert (tmp_path / "kit.tar").read_bytes() == b"mine"
    if hasattr(os, "O_NOFOLLOW"):
        (tmp_path / "outside").write_bytes(b"mine")
        (tmp_path / ".other.tar.partial").symlink_to(tmp_path / "outside")
        with pytest.raises(kit.KitError):
            write(tmp_path / "other.tar", Origin())
        assert (tmp_path / "outside").read_bytes() == b"mine"


class Zeros(io.RawIOBase):
    """That many zeros."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__()
        self._left = size_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        count = min(self._left, len(buffer))
        self._left -= count
        return count


def test_memory_stays_flat(tmp_path: Path) -> None:
    size = 192 << 20
    hashing = hashlib.sha256()
    for _ in range(192):
        hashing.update(bytes(1 << 20))
    blob = Descriptor("application/octet-stream", Digest(f"sha256:{hashing.hexdigest()}"), size)
    tracemalloc.start()
    TarWriter(tmp_path / "kit.tar", IndexFile(), [blob]).write(
        lambda blob, start: Zeros(size - start), overwrite=False, observe=ignore, item=lambda blob: "zeros"
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 << 20
    assert (tmp_path / "kit.tar").stat().st_size > size


def packed(tmp_path: Path) -> tuple[Settings, int]:
    """A kit of two layers of 32 MiB, and its size."""
    settings = Settings.load({}, home=tmp_path / "home")
    write_files(tmp_path / "p", {name: os.urandom(32 << 20) for name in ("a.bin", "b.bin")})
    text = "model: {path: a.bin}\ndatasets: [{path: b.bin}]\n"
    return settings, kit.pack(tmp_path / "p", text=text, tag="churn:v1", settings=settings).size_bytes


def test_a_cancelled_copy_moves_only_the_rest_when_it_is_run_again(tmp_path: Path) -> None:
    settings, size = packed(tmp_path)

    def stop(event: Event) -> None:
        if event.item == "b.bin" and event.done_bytes > 28 << 20:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        kit.copy("churn:v1", f"{tmp_path}/kit.tar", settings=settings, observe=stop)
    assert not (tmp_path / "kit.tar").exists()
    done = kit.copy("churn:v1", f"{tmp_path}/kit.tar", settings=settings)
    assert done.moved_bytes < 30 << 20 < size // 2  # up to six buffers of 4 MiB were on their way
    kit.copy(f"{tmp_path}/kit.tar", "again:v1", settings=Settings.load({}, home=tmp_path / "there"))


@pytest.mark.parametrize("goal", ["kit.tar", "oci:layout"])
def test_a_killed_copy_leaves_nothing_that_looks_whole_and_is_gone_on_with(tmp_path: Path, goal: str) -> None:
    settings, _ = packed(tmp_path)
    code = "import sys; from kitops_jupyter.__main__ import main; main(sys.argv[1:])"
    words = ["copy", "churn:v1", goal, "--config", str(settings.home)]
    for attempt in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", code, *words], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            until = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < until:
                if written(tmp_path) > attempt * (16 << 20):
                    process.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
                    break
                time.sleep(0.002)
        if goal == "kit.tar" and (tmp_path / "kit.tar").exists():
            assert LayoutTar(tmp_path / "kit.tar").names() == ["v1"]
            break
        for blob in (tmp_path / "layout" / "blobs" / "sha256").glob("*"):
            assert Digest.of(blob.read_bytes()).hex == blob.name
    kit.copy("churn:v1", goal, directory=tmp_path, settings=settings)
    there = Settings.load({}, home=tmp_path / "there")
    assert kit.copy(goal, "churn", directory=tmp_path, settings=there).digest
    assert kit.unpack("churn:v1", tmp_path / "out", settings=there).file_count == 3  # and the Kitfile


def written(folder: Path) -> int:
    """How much a copy under way has written."""
    found = [*folder.glob(".*.partial"), *folder.glob("layout/blobs/sha256/*"), *folder.glob("layout/.kit-partial/*")]
    return sum(path.stat().st_size for path in found if path.exists())


def test_a_layout_that_a_kill_cut_short_as_it_began_is_gone_on_with(tmp_path: Path) -> None:
    settings, _ = packed(tmp_path)
    kit.copy("churn:v1", "oci:layout:v1", directory=tmp_path, settings=settings)
    (tmp_path / "layout" / "oci-layout").unlink()  # written last of the files of an empty layout
    (tmp_path / "layout" / ".kit-partial").mkdir()
    kit.copy("churn:v1", "oci:layout:v1", directory=tmp_path, settings=settings)
    assert (tmp_path / "layout" / "oci-layout").is_file()
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.json").write_text("{}")  # somebody's own
    with pytest.raises(PathInvalid, match="not empty"):
        kit.copy("churn:v1", "oci:other:v1", directory=tmp_path, settings=settings)


def leave_pipe(path: Path) -> None:
    os.mkfifo(path)


def leave_link(path: Path) -> None:
    path.symlink_to(path.with_name("precious"))


def leave_second_name(path: Path) -> None:
    path.hardlink_to(path.with_name("precious"))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there, and there are no pipes")
@pytest.mark.parametrize("leave", [leave_pipe, leave_link, leave_second_name])
@pytest.mark.parametrize("name", [".kit.tar.partial", ".kit.tar.lock"])
def test_what_a_stranger_left_under_our_names_is_neither_written_nor_removed(
    tmp_path: Path, whole: bytes, name: str, leave: Callable[[Path], None]
) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    leave(tmp_path / name)
    before = (tmp_path / name).lstat().st_ino
    try:
        write(tmp_path / "kit.tar", Origin())
    except (PathInvalid, StoreError):
        assert not (tmp_path / "kit.tar").exists()
    else:
        assert (tmp_path / "kit.tar").read_bytes() == whole
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert (tmp_path / name).lstat().st_ino == before


def test_two_copies_into_one_tar_do_not_write_at_once(tmp_path: Path, whole: bytes) -> None:
    told: list[str] = []

    def again(event: Event) -> None:
        if not told:
            told.append("")
            with pytest.raises(StoreBusy) as caught:
                write(tmp_path / "kit.tar", Origin())
            told[0] = str(caught.value)

    write(tmp_path / "kit.tar", Origin(), observe=again)
    assert "another process is writing" in told[0]
    assert (tmp_path / "kit.tar").read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == ["kit.tar"]


@pytest.mark.skipif(sys.platform == "win32", reason="a file has one name there until it is closed")
def test_a_kill_right_after_the_file_was_named_leaves_it_whole(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "kit.tar").write_bytes(whole)
    (tmp_path / ".kit.tar.partial").hardlink_to(tmp_path / "kit.tar")
    first = (tmp_path / "kit.tar").stat().st_ino
    write(tmp_path / "kit.tar", Origin(), overwrite=True)
    assert (tmp_path / "kit.tar").read_bytes() == whole
    assert (tmp_path / "kit.tar").stat().st_ino != first
    assert [path.name for path in tmp_path.iterdir()] == ["kit.tar"]
