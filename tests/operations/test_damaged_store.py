"""Bytes of the store that are not what their name says: no reader believes them, and whoever has the right ones mends.

The law: whatever reads a kit gives the right bytes or a typed error, and whatever stores the right bytes leaves them.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Descriptor, Digest, verified
from kitops_jupyter.errors import Cancelled, ContentError, NotFound, StoreError
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.operations.opening import open_kit
from kitops_jupyter.operations.read_file import read_file
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Store, blobs
from kitops_jupyter.targets import Connection, store
from tests.fakes.registries import Real
from tests.operations.projects import write_files

HTTP = Connection(plain_http=True)
BYTES = bytes(range(256)) * 800
KITFILE = "manifestVersion: 1.0.0\nmodel: {path: model.bin}\ndatasets: [{path: data}]\n"

Damage = Callable[[Path], None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write_files(root, {"model.bin": BYTES, "data/x.csv": b"1,2\n" * 3000, "data/y.csv": b""})
    (root / "Kitfile").write_text(KITFILE)
    return root


def rot(path: Path) -> None:
    """Other bytes, the same size, written through the file."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    with path.open("r+b") as stream:
        stream.seek(max(0, path.stat().st_size // 2 - 3))
        stream.write(b"XYZ")
    path.chmod(mode)


def rot_and_hide(path: Path) -> None:
    """As `rot`, and the modification time set back."""
    before = path.stat()
    rot(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    path.write_bytes(data)
    path.chmod(0o600)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(data[: len(data) // 2])


def emptied(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "mine").write_text("kept")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link(path: Path) -> None:
    elsewhere = path.parents[3] / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


DAMAGES = [rot, rot_and_hide, replaced, cut, emptied, folder, Path.unlink]
if sys.platform != "win32":
    DAMAGES += [pipe, link]
damages = pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)


def parts_of(settings: Settings, reference: str = "s:1") -> dict[str, Path]:
    """The blobs of a kit, by what they are."""
    opened = open_kit(reference, settings)
    named = {"manifest": opened.descriptor, "config": opened.manifest.config}
    named |= dict(zip(("model", "data"), opened.manifest.layers, strict=True))
    return {name: store(settings).blob_path(entry.digest) for name, entry in named.items()}


def assert_right(settings: Settings) -> None:
    assert store(settings).check(read_layers=True).problems == ()


@damages
@pytest.mark.parametrize("part", ["manifest", "config", "model", "data"])
@pytest.mark.parametrize("use_cache", [True, False], ids=["cached", "uncached"])
def test_packing_again_puts_any_damaged_blob_right(
    project: Path, settings: Settings, damage: Damage, part: str, use_cache: bool
) -> None:
    fixed = Settings.load({"SOURCE_DATE_EPOCH": "1750000000"}, home=settings.home)
    digest = kit.pack(project, tag="s:1", settings=fixed).digest
    damage(parts_of(settings)[part])
    assert kit.pack(project, tag="s:1", use_cache=use_cache, settings=fixed).digest == digest
    assert_right(settings)


@damages
@pytest.mark.parametrize("part", ["manifest", "config", "model", "data"])
def test_a_pull_puts_any_damaged_blob_right(
    project: Path,
    settings: Settings,
    plain: Real,
    damage: Damage,
    part: str,
) -> None:
    reference = f"{plain.host}/team/damaged:{part}-{damage.__name__.replace('_', '-')}"
    kit.pack(project, tag=reference, settings=settings)
    kit.push(reference, connection=HTTP, settings=settings)
    damage(parts_of(settings, reference)[part])
    kit.pull(reference, connection=HTTP, settings=settings)
    assert_right(settings)


@pytest.mark.parametrize("damage", [rot, cut, Path.unlink], ids=lambda damage: damage.__name__)
def test_a_push_fetches_back_what_is_damaged_here_and_whole_there(
    project: Path,
    settings: Settings,
    plain: Real,
    damage: Damage,
) -> None:
    reference = f"{plain.host}/team/back:{damage.__name__}"
    kit.pack(project, tag=reference, settings=settings)
    kit.push(reference, connection=HTTP, settings=settings)
    damage(parts_of(settings, reference)["model"])
    kit.push(reference, connection=HTTP, settings=settings)
    assert_right(settings)


def test_a_push_of_damaged_bytes_moves_no_tag(project: Path, settings: Settings, plain: Real) -> None:
    reference = f"{plain.host}/team/never:v1"
    kit.pack(project, tag=reference, settings=settings)
    rot(parts_of(settings, reference)["model"])
    with pytest.raises(StoreError, match=r"model\.bin is damaged"):
        kit.push(reference, connection=HTTP, settings=settings)
    with pytest.raises(NotFound):
        kit.info(reference, remote=True, connection=HTTP, settings=settings)


def test_another_kit_that_is_damaged_stops_no_push(project: Path, settings: Settings, plain: Real) -> None:
    kit.pack(project, tag=f"{plain.host}/team/other:v1", settings=settings)
    rot(parts_of(settings, f"{plain.host}/team/other:v1")["manifest"])
    (project / "model.bin").write_bytes(BYTES[1:])
    kit.pack(project, tag=f"{plain.host}/team/whole:v1", settings=settings)
    kit.push(f"{plain.host}/team/whole:v1", connection=HTTP, settings=settings)


def read_with_kit_paths(settings: Settings, path: str, right: bytes) -> None:
    files = KitFileSystem(home=settings.home, skip_instance_cache=True)
    assert files.cat(f"kit://s:1/{path}") == right


def read_a_part(settings: Settings, path: str, right: bytes) -> None:
    files = KitFileSystem(home=settings.home, skip_instance_cache=True)
    assert files.cat_file(f"kit://s:1/{path}", 5, 9) == right[5:9]


def read_open(settings: Settings, path: str, right: bytes) -> None:
    files = KitFileSystem(home=settings.home, skip_instance_cache=True)
    with files.open(f"kit://s:1/{path}") as stream:
        assert stream.read() == right


def read_required(settings: Settings, path: str, right: bytes) -> None:
    files = KitFileSystem(home=settings.home, skip_instance_cache=True, require_verified=True)
    assert files.cat(f"kit://s:1/{path}") == right


def preview(settings: Settings, path: str, right: bytes) -> None:
    opened = open_kit("s:1", settings)
    match = next(match for match in opened.matches() if path.startswith(match.entry.clean_path))
    assert read_file(opened, match, path, limit_bytes=1 << 20).data == right


def list_files(settings: Settings, path: str, right: bytes) -> None:
    listed = kit.files("s:1", settings=settings)
    assert path in {file.path for layer in listed.layers for file in layer.files}


def unpack(settings: Settings, path: str, right: bytes) -> None:
    out = kit.unpack("s:1", settings.home.parent / "out", settings=settings).directory
    assert (out / path).read_bytes() == right


def copy_out(settings: Settings, path: str, right: bytes) -> None:
    kit.copy("s:1", f"oci:{settings.home.parent / 'layout'}", settings=settings)


def copy_into_tar(settings: Settings, path: str, right: bytes) -> None:
    kit.copy("s:1", str(settings.home.parent / "kit.tar"), settings=settings)


def promote(settings: Settings, path: str, right: bytes) -> None:
    kit.promote("s:1", f"stage{len(kit.list_kits(settings=settings).kits[0].tags)}", settings=settings)


READERS = [
    read_with_kit_paths,
    read_a_part,
    read_open,
    read_required,
    preview,
    list_files,
    unpack,
    copy_out,
    copy_into_tar,
    promote,
]


@pytest.mark.parametrize("how", [{}, {"compression": "gzip"}, {"layer_format": "raw"}], ids=["tar", "gzip", "raw"])
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("damage", [rot, rot_and_hide, replaced, cut], ids=lambda damage: damage.__name__)
def test_no_reader_believes_wrong_bytes(
    project: Path,
    settings: Settings,
    how: dict[str, str],
    read: Callable[[Settings, str, bytes], None],
    damage: Damage,
) -> None:
    if how.get("layer_format") == "raw":
        (project / "Kitfile").write_text("manifestVersion: 1.0.0\nmodel: {path: model.bin}\n")
    made = kit.pack(project, tag="s:1", settings=settings, **how)  # type: ignore[arg-type]
    read(settings, "model.bin", BYTES)
    shutil.rmtree(settings.home.parent / "out", ignore_errors=True)
    shutil.rmtree(settings.home.parent / "layout", ignore_errors=True)
    (settings.home.parent / "kit.tar").unlink(missing_ok=True)
    layer = made.layers[0].digest
    assert layer
    damage(store(settings).blob_path(layer))
    if read is list_files and how.get("layer_format") == "raw":
        return  # its manifest tells: no byte of the layer is read
    with pytest.raises((ContentError, StoreError)) as problem:
        read(settings, "model.bin", BYTES)
    assert "again" in problem.value.hint or "remove" in problem.value.hint or read in (copy_out, copy_into_tar)


def test_what_is_damaged_is_said_not_to_be_verified_until_it_is_put_right(project: Path, settings: Settings) -> None:
    kit.pack(project, tag="s:1", settings=settings)
    files = KitFileSystem(home=settings.home, skip_instance_cache=True)
    with files.open("kit://s:1/model.bin") as stream:
        assert stream.read(10) == BYTES[:10]
    rot(parts_of(settings)["model"])
    with pytest.raises(ContentError):
        files.cat("kit://s:1/model.bin")
    later = KitFileSystem(home=settings.home, skip_instance_cache=True)
    assert later.info("kit://s:1/model.bin")["verified"] is False
    assert later.info("kit://s:1/data/x.csv")["verified"] is True
    kit.pack(project, tag="s:1", use_cache=False, settings=settings)
    with pytest.raises(ContentError):
        later.cat("kit://s:1/model.bin")  # as it was when it was listed
    assert later.cat("kit://s:1/model.bin") == BYTES


def test_nothing_that_we_stored_is_hashed_again(
    project: Path,
    settings: Settings,
    plain: Real,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> bool:
        raise AssertionError("hashed")

    monkeypatch.setattr(blobs, "_has_digest", refuse)
    reference = f"{plain.host}/team/trusted:v1"
    kit.pack(project, tag=reference, settings=settings)
    kit.pack(project, tag=reference, settings=settings)
    kit.push(reference, connection=HTTP, settings=settings)
    kit.files(reference, settings=settings)
    files = KitFileSystem(home=settings.home, skip_instance_cache=True)
    assert files.cat(f"kit://{reference}/model.bin") == BYTES
    other = Settings.load({}, home=settings.home.parent / "there")
    kit.pull(reference, connection=HTTP, settings=other)
    kit.pull(reference, connection=HTTP, settings=other)
    files = KitFileSystem(home=other.home, skip_instance_cache=True)
    assert files.cat(f"kit://{reference}/model.bin") == BYTES


def test_looking_at_kits_again_writes_nothing(project: Path, settings: Settings) -> None:
    kit.pack(project, tag="s:1", settings=settings)

    def look() -> dict[Path, int]:
        kit.list_kits(settings=settings)
        kit.info("s:1", settings=settings)
        return {path: path.stat().st_mtime_ns for path in settings.home.rglob("*") if path.is_file()}

    time.sleep(0.3)  # until stamps tell of any change
    assert look() == look()


def test_a_blob_that_nothing_is_known_of_is_hashed_once(
    project: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.pack(project, tag="s:1", settings=settings)
    shutil.rmtree(settings.cache)
    times: list[Digest] = []
    check = blobs._has_digest

    def counted(stream: blobs.StoredBlob, descriptor: Descriptor, observe: object, item: str) -> bool:
        times.append(descriptor.digest)
        return check(stream, descriptor, observe, item)  # type: ignore[arg-type]

    for path in parts_of(settings).values():
        os.utime(path, ns=(1_750_000_000_000_000_001, 1_750_000_000_000_000_001))
    time.sleep(0.12)  # a tick of the file system's clock
    monkeypatch.setattr(blobs, "_has_digest", counted)
    for _ in range(3):
        kit.files("s:1", settings=settings)
        read_with_kit_paths(settings, "model.bin", BYTES)
    assert len(times) == len(set(times)) == 2


@pytest.mark.parametrize("junk", [b"", b"{", b'{"right": 7}', b'{"right": [[1, 2, 3]]}', b"[" * 4000, b"\xff"])
def test_what_is_remembered_may_be_garbage(project: Path, settings: Settings, junk: bytes) -> None:
    kit.pack(project, tag="s:1", settings=settings)
    rot(parts_of(settings)["model"])
    for path in (settings.cache / "kitops_jupyter" / "known").iterdir():
        path.write_bytes(junk)
    with pytest.raises(ContentError):
        read_with_kit_paths(settings, "model.bin", BYTES)


def test_whoever_reads_all_of_a_blob_tells_what_was_found(project: Path, settings: Settings) -> None:
    """A disk may change bytes without any stamp: then what is remembered goes."""
    kit.pack(project, tag="s:1", settings=settings)
    place, layer = store(settings), open_kit("s:1", settings).manifest.layers[0]
    assert place.find_blob(layer) is not None
    source = place.repository("localhost/s")
    with pytest.raises(ContentError), verified(source.open(layer), _lying(layer)) as stream:
        stream.readall()
    assert not (settings.cache / "kitops_jupyter" / "known" / layer.digest.hex).exists()


def _lying(layer: Descriptor) -> Descriptor:
    return Descriptor(layer.media_type, Digest("sha256:" + "0" * 64), layer.size_bytes)


def test_doctor_says_which_kits_are_damaged_and_how_to_mend_them(project: Path, settings: Settings) -> None:
    kit.pack(project, tag="registry.example.com/team/s:1", settings=settings)
    kit.pack(project, tag="s:1", settings=settings)
    assert kit.doctor(deep=True, settings=settings).is_well
    rot(parts_of(settings)["model"])
    plain_look = kit.doctor(settings=settings)
    assert plain_look.is_well
    assert any("--deep" in check.hint for check in plain_look.checks)
    found = [check for check in kit.doctor(deep=True, settings=settings).checks if check.verdict == "broken"]
    assert len(found) == 1
    assert "s:1" in found[0].message and "registry.example.com/team/s:1" in found[0].message
    assert "kit pull registry.example.com/team/s:1" in found[0].hint


def test_doctor_tells_how_far_it_is_and_can_be_stopped(project: Path, settings: Settings) -> None:
    kit.pack(project, tag="s:1", settings=settings)
    seen: list[Event] = []
    kit.doctor(deep=True, settings=settings, observe=seen.append)
    done = [event.done_bytes for event in seen]
    assert done == sorted(done) and seen[0].step == "started" and seen[-1].step == "finished"
    assert seen[-1].done_bytes == seen[-1].total_bytes == store(settings).check().size_bytes

    def stop(event: Event) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        kit.doctor(deep=True, settings=settings, observe=stop)


def test_a_copy_puts_the_blobs_of_a_layout_right(project: Path, settings: Settings, tmp_path: Path) -> None:
    kit.pack(project, tag="s:1", settings=settings)
    for _ in range(2):
        kit.copy("s:1", f"oci:{tmp_path / 'layout'}", settings=settings)
    layer = open_kit("s:1", settings).manifest.layers[0]
    path = tmp_path / "layout" / "blobs" / "sha256" / layer.digest.hex
    right = path.read_bytes()
    rot(path)
    kit.copy("s:1", f"oci:{tmp_path / 'layout'}", settings=settings)
    assert path.read_bytes() == right


def test_storing_beside_a_folder_loses_nothing_of_it(tmp_path: Path) -> None:
    place = Store(tmp_path / "storage", tmp_path / "cache")
    place.ingest(io.BytesIO(b"weights"))
    path = place.blob_path(Digest.of(b"weights"))
    folder(path)
    place.ingest(io.BytesIO(b"weights"))
    assert path.read_bytes() == b"weights"
    assert [found.read_text() for found in tmp_path.rglob("mine")] == ["kept"]
