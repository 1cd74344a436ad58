"""Packing: kit's own bytes, and files that change meanwhile."""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.archive import raw_stream, tar_stream
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import PathInvalid, SourceChanged
from tests.archive.trees import Planned, drained, names_below, packed, planned
from tests.golden_trees import build_tree, cases, load_case

BIG = "over-8-gib"
WITH_LAYERS = [name for name in cases() if load_case(name).get("layers") and name != BIG]


@pytest.mark.parametrize("name", WITH_LAYERS)
def test_a_layer_is_byte_for_byte_what_kit_makes(name: str, tmp_path: Path) -> None:
    case = load_case(name)
    build_tree(case, tmp_path)
    for layer in case["layers"]:
        members = layer["members"]
        if any(isinstance(member, str) for member in members):  # the data tells only some of many
            names = list(names_below(tmp_path, layer["annotations"]["org.cncf.model.filepath"]))
        else:
            names = [member["name"] for member in members]
        stream = tar_stream(planned(tmp_path, names))
        data = drained(stream)
        assert Digest.of(data) == layer["diffId"]
        assert stream.size_bytes == len(data) == layer.get("tarSize", len(data))


@pytest.mark.parametrize("step", [1, 511, 512, 513, 4096, 1 << 20])
def test_the_size_of_the_reads_changes_nothing(step: int, tmp_path: Path) -> None:
    build_tree(load_case("names"), tmp_path)
    members = planned(tmp_path, list(names_below(tmp_path, "n"))[:12])
    assert drained(tar_stream(members), step) == drained(tar_stream(members))


def test_a_buffer_is_filled_across_members(tmp_path: Path) -> None:
    for at in range(100):
        (tmp_path / f"{at:03}").write_bytes(b"x" * 1000)
    stream = tar_stream(planned(tmp_path, [f"{at:03}" for at in range(100)]))
    buffer = memoryview(bytearray(64 << 10))
    assert stream.readinto(buffer) == len(buffer)


def test_a_long_name_in_a_file_over_8_gib_has_both_its_records(tmp_path: Path) -> None:
    name = "p" * 90 + "/" + "q" * 60
    member = Planned(name, str(tmp_path / "not opened"), 0o644, 8 << 30, 0, 0, 0, False)
    head = memoryview(bytearray(1536))
    stream = tar_stream([member])
    with pytest.raises(SourceChanged):  # the file is not there; its header was made before it was opened
        drained(stream)
    stream = tar_stream([member])
    assert stream.readinto(head) == 1536
    assert bytes(head[512:1024]).rstrip(b"\0") == b"161 path=%b\n19 size=8589934592\n" % name.encode()
    assert bytes(head[1024:1124]) == name.encode()[:100]
    assert bytes(head[1024 + 124 : 1024 + 136]) == b"00000000000\0"


def test_an_archive_of_nothing_is_two_zero_blocks() -> None:
    stream = tar_stream([])
    assert drained(stream) == bytes(1024)
    assert stream.size_bytes == 1024


def test_tarfile_reads_what_was_packed(tmp_path: Path) -> None:
    build_tree(load_case("names"), tmp_path)
    names = list(names_below(tmp_path, "n"))
    with tarfile.open(fileobj=io.BytesIO(packed(tmp_path, names))) as archive:
        assert archive.getnames() == names


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"!")


def _rewrite(path: Path) -> None:
    time.sleep(0.02)  # over one tick of the file system's clock
    path.write_bytes(path.read_bytes()[::-1])


def _backdate(path: Path) -> None:
    before = path.stat()
    time.sleep(0.02)
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replace_by_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def _replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "grown": (_grow, "size was"),
    "rewritten": (_rewrite, "mtime in ns was"),
    "rewritten and backdated": (_backdate, "ctime in ns was"),
    "gone": (Path.unlink, "disappeared"),
    "now a link": (_replace_by_link, "link"),
    "now a pipe": (_replace_by_pipe, " was "),
    "cut": (lambda path: os.truncate(path, 3), "size was"),
}


@pytest.mark.skipif(os.name == "nt", reason="Windows knows neither pipes nor links here")
@pytest.mark.parametrize("size", [0, 10, 3 << 20], ids=["empty", "small", "large"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_is_not_as_planned_is_named_with_what_changed(change: str, size: int, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(os.urandom(size))
    members = planned(tmp_path, ["data.csv"])
    action, told = CHANGES[change]
    if size == 0 and change in ("cut", "rewritten"):
        pytest.skip("an empty file has nothing to lose")
    action(path)
    for stream in (tar_stream(members), raw_stream(members[0])):
        with pytest.raises(SourceChanged, match=told) as raised:
            drained(stream)
        assert str(path) in str(raised.value)
        assert raised.value.hint


def test_a_large_file_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(bytes(8 << 20))
    stream = tar_stream(planned(tmp_path, ["model.bin"]))
    buffer = memoryview(bytearray(1 << 20))
    assert stream.readinto(buffer)
    time.sleep(0.02)
    with path.open("r+b") as writer:
        writer.seek(7 << 20)
        writer.write(b"changed")
    with pytest.raises(SourceChanged, match="mtime"):
        drained(stream)


def test_after_an_error_the_stream_never_looks_like_its_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    members = planned(tmp_path, ["a"])
    _grow(tmp_path / "a")
    stream = tar_stream(members)
    buffer = memoryview(bytearray(4096))
    for _ in range(3):
        with pytest.raises(SourceChanged):
            stream.readinto(buffer)


def test_a_folder_may_change_while_it_is_packed(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_bytes(b"a")
    members = planned(tmp_path, ["d", "d/a"])
    (tmp_path / "d" / "new").write_bytes(b"b")
    assert len(drained(tar_stream(members))) == 512 + 1024 + 1024


def test_a_raw_layer_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(b"0123456789" * 1000)
    (tmp_path / "empty").touch()
    stream = raw_stream(planned(tmp_path, ["m.bin"])[0])
    assert (stream.size_bytes, drained(stream)) == (10_000, (tmp_path / "m.bin").read_bytes())
    assert drained(raw_stream(planned(tmp_path, ["empty"])[0])) == b""


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_a_name_that_is_not_utf_8_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        (tmp_path / name).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system has only UTF-8 names")
    with pytest.raises(PathInvalid, match="not UTF-8"):
        tar_stream(planned(tmp_path, [name]))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything is readable for root")
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "secret").chmod(0)
    with pytest.raises(PathInvalid, match="secret"):
        packed(tmp_path, ["secret"])
