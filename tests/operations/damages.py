"""What disks and other programs do to a store's files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.operations.opening import open_kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import store
from tests.operations.projects import write_files

BYTES = bytes(range(256)) * 800


KITFILE = "manifestVersion: 1.0.0\nmodel: {path: model.bin}\ndatasets: [{path: data}]\n"


Damage = Callable[[Path], None]


def project_in(root: Path) -> Path:
    """A folder with a model, a dataset, and a Kitfile."""
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


def read_with_kit_paths(settings: Settings, path: str, right: bytes) -> None:
    files = KitFileSystem(home=settings.home, skip_instance_cache=True)
    assert files.cat(f"kit://s:1/{path}") == right
