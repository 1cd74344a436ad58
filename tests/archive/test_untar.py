"""Unpacking what is right: kit's archives, other makers' archives, parts of them."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.archive import SharedTree, Untar, tar_stream
from kitops_jupyter.errors import ArchiveInvalid, Cancelled, StorageFull, UnsafeArchive
from kitops_jupyter.pipeline import pump
from tests.archive.tars import END, by_tarfile, folder, header, member, pax
from tests.archive.trees import names_below, planned
from tests.golden_trees import build_tree, load_case

needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    (tmp_path / "staging").mkdir()
    return tmp_path / "staging"


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """The golden data was made with this one."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def untar(data: bytes, staging: Path, **options: Any) -> Untar:
    """Unpack in one go."""
    sink = Untar(staging, size_bytes=len(data), **options)
    pump(io.BytesIO(data), [sink])
    return sink


def tree(root: Path) -> dict[str, bytes | None]:
    """All files with their bytes, all folders with None."""
    return {path.relative_to(root).as_posix(): None if path.is_dir() else path.read_bytes() for path in root.rglob("*")}


@needs_modes
@pytest.mark.parametrize("name", ["basic", "modes", "names", "many"])
def test_what_kit_packs_comes_out_as_it_was(name: str, tmp_path: Path, staging: Path) -> None:
    case = load_case(name)
    build_tree(case, tmp_path / "source")
    for layer in case["layers"]:
        top = layer["annotations"]["org.cncf.model.filepath"]
        names = list(names_below(tmp_path / "source", top))
        sink = Untar(staging)
        pump(tar_stream(planned(tmp_path / "source", names)), [sink])
        for each in names:
            source, made = tmp_path / "source" / each, staging / each
            assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE(source.stat().st_mode) & 0o755
            assert source.is_dir() or source.read_bytes() == made.read_bytes()
        assert [file.name for file in sink.files] == [each for each in names if (staging / each).is_file()]


@pytest.mark.parametrize("step", [1, 511, 512, 513, 1000])
def test_the_bytes_may_come_in_any_pieces(step: int, staging: Path) -> None:
    data = folder("d") + pax("path=d/ü.txt".encode()) + member("d/.txt") + member("d/b", b"x" * 1300) + END
    sink = Untar(staging)
    for at in range(0, len(data), step):
        sink.write(memoryview(data)[at : at + step])
    sink.close()
    assert tree(staging) == {"d": None, "d/ü.txt": b"hello\n", "d/b": b"x" * 1300}


MADE = {
    "top.txt": b"1",
    "a": None,
    "a/b": None,
    "a/b/c.bin": b"x" * 5000,
    "a/" + "n" * 120 + "/" + "m" * 90: b"long",
    "ü/ß": b"2",
}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_of_pythons_tarfile_are_read(form: int, staging: Path) -> None:
    untar(by_tarfile(MADE, form), staging)
    assert {name: data for name, data in tree(staging).items() if name in MADE} == MADE


@pytest.mark.skipif(not shutil.which("tar"), reason="no tar here")
@pytest.mark.parametrize("form", ["gnu", "pax", "ustar", "oldgnu"])
def test_archives_of_gnu_tar_are_read(form: str, tmp_path: Path, staging: Path) -> None:
    source = tmp_path / "source"
    for name, data in MADE.items():
        if data is not None and not (form == "ustar" and "ü" in name):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(data)
    command = ["tar", f"--format={form}", "--sort=name", "-cf", "-", "-C", str(source), "."]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this is not GNU tar")
    untar(done.stdout, staging)
    assert tree(staging) == tree(source)


GOOD = {
    "no end marker, as Go reads it": (member("a"), {"a": b"hello\n"}),
    "one zero block at the end": (member("a") + bytes(512), {"a": b"hello\n"}),
    "zeros up to a whole record": (member("a") + bytes(10240), {"a": b"hello\n"}),
    "nothing but the end": (END, {}),
    "a folder with a slash": (folder("d/") + member("d/a") + END, {"d": None, "d/a": b"hello\n"}),
    "an old tar's folder": (header("d/", 0, b"\0", magic=bytes(8)) + END, {"d": None}),
    "an old tar's file": (member("a", kind=b"\0", magic=bytes(8)) + END, {"a": b"hello\n"}),
    "dot-slash in front": (folder("./") + folder("./d") + member("./d/a") + END, {"d": None, "d/a": b"hello\n"}),
    "parents without entries": (member("x/y/a") + END, {"x": None, "x/y": None, "x/y/a": b"hello\n"}),
    "a folder after its file": (member("x/a") + folder("x") + END, {"x": None, "x/a": b"hello\n"}),
    "base-256 size": (
        header("a", size_field=b"\x80" + bytes(10) + b"\x05") + b"12345".ljust(512, b"\0"),
        {"a": b"12345"},
    ),
    "size in PAX alone": (pax(b"size=5") + header("a", 0) + b"12345".ljust(512, b"\0") + END, {"a": b"12345"}),
    "other PAX records": (pax(b"mtime=1.5", b"uname=x") + member("a") + END, {"a": b"hello\n"}),
    "a comment for all": (pax(b"comment=by git", kind=b"g") + member("a") + END, {"a": b"hello\n"}),
    "a contiguous file": (member("a", kind=b"7") + END, {"a": b"hello\n"}),
    "dots in names": (member("a..b") + member("...") + END, {"a..b": b"hello\n", "...": b"hello\n"}),
    "a name of 100 bytes": (member("n" * 100) + END, {"n" * 100: b"hello\n"}),
}


@pytest.mark.parametrize("what", GOOD)
def test_this_is_accepted(what: str, staging: Path) -> None:
    data, expected = GOOD[what]
    untar(data, staging)
    assert tree(staging) == expected


@pytest.mark.skipif(os.name == "nt", reason="not on Windows")
def test_names_that_linux_knows_are_kept(staging: Path) -> None:
    names = ["back\\slash", "new\nline", "\n", "..\n", "a/\n", "A.txt", "a.txt", "con", "a:b", "end."]
    untar(b"".join(map(member, names)) + END, staging)
    assert sorted(name for name, data in tree(staging).items() if data is not None) == sorted(names)


def test_rename_puts_old_kits_members_in_their_place(staging: Path) -> None:
    data = folder("v1") + member("v1/w.bin") + END
    sink = untar(data, staging, rename=lambda name: f"models/{name}")
    assert tree(staging) == {"models": None, "models/v1": None, "models/v1/w.bin": b"hello\n"}
    assert [file.name for file in sink.files] == ["models/v1/w.bin"]


def test_a_rename_is_not_trusted_either(staging: Path) -> None:
    with pytest.raises(UnsafeArchive, match="leaves its folder"):
        untar(member("w.bin") + END, staging, rename=lambda name: f"../{name}")
    assert tree(staging) == {}


@needs_modes
def test_modes_are_permissions_less_the_umask(staging: Path) -> None:
    os.umask(0o027)
    files = member("suid", mode=b"0004777\0") + member("secret", mode=b"0000600\0") + member("none", mode=b"0000000\0")
    folders = folder("shut", b"0000555\0") + member("shut/in") + folder("wide", b"0001777\0") + folder("usual")
    untar(files + folders + END, staging)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in staging.rglob("*")}
    assert found == {
        "suid": 0o750,
        "secret": 0o600,
        "none": 0,
        "shut": 0o550,
        "in": 0o640,
        "wide": 0o750,
        "usual": 0o750,
    }


@needs_modes
@pytest.mark.parametrize("turned", [False, True])
def test_folder_modes_wait_for_all_layers_and_the_last_layer_wins(staging: Path, turned: bool) -> None:
    shared = SharedTree(staging)
    layers = [folder("d", b"0000555\0") + member("d/a") + END, folder("d", b"0000550\0") + member("d/b") + END]
    sinks = [Untar(shared, set_modes=False) for _ in layers]
    for at in (1, 0) if turned else (0, 1):  # whichever thread is faster
        pump(io.BytesIO(layers[at]), [sinks[at]])
    assert stat.S_IMODE((staging / "d").stat().st_mode) & 0o700 == 0o700
    shared.set_modes([sink.tree for sink in sinks])
    assert stat.S_IMODE((staging / "d").stat().st_mode) == 0o550
    (staging / "d").chmod(0o755)


@needs_modes
def test_abort_removes_all_even_after_close(staging: Path) -> None:
    sink = untar(folder("d", b"0000555\0") + folder("d/e") + member("d/e/a") + member("b") + END, staging)
    (staging / "mine").write_bytes(b"stays")
    sink.abort()
    assert tree(staging) == {"mine": b"stays"}
    assert sink.files == []


def test_a_large_file_comes_out_whole_whatever_its_place(staging: Path) -> None:
    data = os.urandom((21 << 20) + 77)
    names = ["a.bin", "b.bin"]
    small = member("s", b"x" * 700)
    untar(small + member(names[0], data) + folder("d") + member(names[1], data) + END, staging)
    assert all((staging / name).read_bytes() == data for name in names)


def test_a_write_can_be_stopped_from_outside(staging: Path) -> None:
    sink = Untar(staging)
    sink.stop()
    with pytest.raises(Cancelled):
        sink.write(memoryview(member("a") + END))
    sink.abort()
    assert tree(staging) == {}


def test_many_folders_deep_and_wide_do_not_use_up_descriptors(staging: Path) -> None:
    deep = "/".join(f"d{at}" for at in range(120))
    wide = [f"w{at}/{inner}/f" for at in range(60) for inner in "ab"]
    untar(pax(f"path={deep}/f".encode()) + member("f") + b"".join(map(member, wide)) + END, staging)
    assert (staging / deep / "f").is_file()
    assert all((staging / name).is_file() for name in wide)
    if Path("/proc/self/fd").exists():
        assert not [link for link in Path("/proc/self/fd").iterdir() if str(staging) in os.path.realpath(link)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_full_disk_is_told_with_a_hint(staging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitops_jupyter.archive.untar.NewTree.new_file", lambda *_: os.open("/dev/full", os.O_WRONLY))
    for size in (10, 9 << 20):
        with pytest.raises(StorageFull, match="No space left") as raised:
            untar(member("a", bytes(size)) + END, staging)
        assert raised.value.hint


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(staging: Path) -> None:
    staging.chmod(0o555)
    with pytest.raises(StorageFull, match="staging"):
        untar(member("a") + END, staging)


def test_an_archive_in_a_file_of_another_kind_is_invalid(staging: Path) -> None:
    with pytest.raises(ArchiveInvalid):
        untar(b"PK\x03\x04" + os.urandom(2000), staging)
