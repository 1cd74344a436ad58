"""Bytes of the store that are not what their name says: no reader believes them, and whoever has the right ones mends.

The law: whatever reads a kit gives the right bytes or a typed error, and whatever stores the right bytes leaves them.
"""

from __future__ import annotations

import io
import os
import shutil
import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Descriptor, Digest, verified
from kitops_jupyter.errors import Cancelled, ContentError, NotFound, StoreError
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.operations.opening import open_kit
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Store, blobs
from kitops_jupyter.targets import Connection, store
from tests.fakes.registries import Real
from tests.operations.damages import (
    BYTES,
    Damage,
    assert_right,
    cut,
    damages,
    folder,
    parts_of,
    project_in,
    read_with_kit_paths,
    rot,
)

HTTP = Connection(plain_http=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return project_in(tmp_path / "project")


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
