"""Whatever reads a kit gives the right bytes or a typed error."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import ContentError, StoreError
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.operations.opening import open_kit
from kitops_jupyter.operations.read_file import read_file
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import store
from tests.operations.damages import (
    BYTES,
    Damage,
    cut,
    parts_of,
    project_in,
    read_with_kit_paths,
    replaced,
    rot,
    rot_and_hide,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return project_in(tmp_path / "project")


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
