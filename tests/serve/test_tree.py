"""Files below one folder, with open folders as far as the system has them, and without."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kitops_jupyter.serve import tree as trees
from kitops_jupyter.serve.tag_files import file_of, tag_of
from kitops_jupyter.serve.tree import Tree


@pytest.fixture(params=[True, False], ids=["open folders", "paths"])
def tree(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    if request.param and not trees._HAS_DIR_FD:
        pytest.skip("this system cannot")
    monkeypatch.setattr(trees, "_HAS_DIR_FD", request.param)
    made = Tree(tmp_path / "root", "scratch")
    made.make("scratch")
    return made


def test_a_file_is_written_whole_read_replaced_moved_and_removed(tree: Tree) -> None:
    tree.write(b"one", "a", "b", "file")
    tree.write(b"two", "a", "b", "file")
    assert tree.read("a", "b", "file", limit_bytes=3) == b"two"
    assert (tree.files("a", "b"), tree.folders("a"), tree.files("scratch")) == (["file"], ["b"], [])
    tree.move(("a", "b", "file"), ("c", "moved"))
    assert tree.size_bytes("c", "moved") == 3 and not tree.is_file("a", "b", "file")
    with pytest.raises(FileNotFoundError):
        tree.read("c", "moved", limit_bytes=2)
    tree.remove("c", "moved")
    tree.remove("c", "moved")
    assert tree.files("c") == tree.files("nowhere") == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_no_link_on_the_way_is_followed(tree: Tree, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"secret")
    (tree.root / "folder").symlink_to(outside)
    (tree.root / "link").symlink_to(outside / "file")
    assert not tree.is_file("folder", "file") and not tree.is_file("link") and not tree.is_folder("folder")
    for reading in (tree.open, tree.append, tree.size_bytes):
        for path in (("folder", "file"), ("link",)):
            with pytest.raises(FileNotFoundError):
                reading(*path)
    with pytest.raises(NotADirectoryError, match="links are not followed"):
        tree.write(b"x", "folder", "file")
    tree.write(b"x", "link")
    tree.remove("folder", "file")
    assert (outside / "file").read_bytes() == b"secret"
    assert tree.files("scratch") == []


def test_a_file_that_was_replaced_is_not_the_same(tree: Tree) -> None:
    tree.write(b"one", "file")
    descriptor = tree.append("file")
    assert tree.is_same(descriptor, "file")
    tree.write(b"two", "file")
    assert not tree.is_same(descriptor, "file")
    os.close(descriptor)


@pytest.mark.parametrize(
    "tag", ["v1", "V1", "latest", "T" * 128, "tT" * 64, "t" * 128, "_", "A.b-C_d", "Z" + "z" * 127]
)
def test_a_tag_has_a_file_of_its_own_whose_name_every_disk_takes(tag: str) -> None:
    assert tag_of(file_of(tag)) == tag
    assert len(file_of(tag)) <= 255 and file_of(tag) == file_of(tag).lower() != file_of(tag.swapcase() + "x")


@pytest.mark.parametrize(
    "name", ["", "x", "t-.tag", "t-^.tag", "t-V1.tag", "u-v1^zz.tag", "u-v1^1.tag", "t-v1.tag.tmp", "u-.tag"]
)
def test_any_other_file_is_no_tag(name: str) -> None:
    assert tag_of(name) == ""
