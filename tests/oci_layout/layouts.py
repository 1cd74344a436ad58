"""Layouts to read: good ones, in a folder and as a tar of it."""

from __future__ import annotations

import tarfile
from pathlib import Path

from kitops_jupyter.oci_layout import LayoutFolder, LayoutTar
from tests.contract import MadeKit, make_kit, store_kit


def make_layout(path: Path, *layers: bytes) -> MadeKit:
    """A layout of one kit, tagged v1."""
    kit = make_kit(*(layers or (b"weights" * 1000, b"code")))
    folder = LayoutFolder(path)
    store_kit(folder, kit, ["v1"])
    folder.tidy()
    return kit


def tarred(folder: Path, path: Path) -> Path:
    """The folder's files as Python's tarfile writes them."""
    with tarfile.open(path, "w") as archive:
        archive.add(folder, arcname=".")
    return path


def opened(path: Path) -> LayoutFolder | LayoutTar:
    """Whichever it is."""
    return LayoutFolder(path) if path.is_dir() else LayoutTar(path)
