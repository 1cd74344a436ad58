"""Links in a folder that is packed: never left out in silence, and followed only where they may lead."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kitops_jupyter import disk, ignore, kitfile, layers
from kitops_jupyter.archive import LayerFormatName
from kitops_jupyter.disk import Links
from kitops_jupyter.errors import PathInvalid

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


def grow(root: Path, *names: str, **links: str) -> None:
    """Files with their own name as text, and links; folders as needed. A double underscore in a link's name is `/`."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    for name, target in links.items():
        link = root / name.replace("__", "/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)


def planned(root: Path, path: str, *, follow: bool = False, layout: LayerFormatName = "tar") -> layers.Plan:
    text = f"manifestVersion: 1.0.0\ncode: [{{path: {path}}}]\n"
    patterns = ignore.read_patterns(root)
    return layers.plan(kitfile.read(text), root, patterns=patterns, layout=layout, follow_links=follow)


def names(plan: layers.Plan) -> list[str]:
    return [member.name for layer in plan.layers for member in layer.members]


def hub_snapshot(folder: Path) -> Path:
    """A model as a Hugging Face cache holds it: a snapshot of links to blobs."""
    grow(folder, "blobs/1", "blobs/2")
    grow(folder / "snapshots/abc", model="../../blobs/1", sub__config="../../../blobs/2")
    return folder / "snapshots/abc"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("way", "is a link"),
        ("file", "is a link"),
        ("way/x", "is below way, which is a link"),
        ("only", "has only links"),
        ("deep", "has only links"),
    ],
)
def test_a_layer_that_would_be_empty_for_its_links_is_refused_with_the_remedy(
    path: str, why: str, tmp_path: Path
) -> None:
    grow(
        tmp_path, "real/x", way="real", file="real/x", only__a="../real/x", only__b="nowhere", deep__er__a="../../real"
    )
    with pytest.raises(PathInvalid, match=why) as caught:
        planned(tmp_path, path)
    assert path in caught.value.message
    assert "--follow-links" in caught.value.hint


def test_a_folder_of_nothing_stays_an_empty_layer_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "d/e").mkdir(parents=True)
    plan = planned(tmp_path, "d")
    assert names(plan) == ["d", "d/e"]
    assert "the layer is empty" in plan.warnings[0]


def test_links_among_files_are_counted_and_the_remedy_is_named(tmp_path: Path) -> None:
    grow(tmp_path, "d/x", d__a="x", d__b="x", d__c="nowhere", d__e="/etc")
    plan = planned(tmp_path, "d")
    assert names(plan) == ["d", "d/x"]
    (warning,) = plan.warnings
    assert "left out 4 links: d/a, d/b, d/c and 1 more; --follow-links" in warning


def test_an_ignored_link_is_neither_told_nor_missed(tmp_path: Path) -> None:
    grow(tmp_path, "d/x", d__latest="/etc/passwd")
    (tmp_path / ".kitignore").write_text("d/latest\n")
    assert planned(tmp_path, "d").warnings == ()
    assert names(planned(tmp_path, "d", follow=True)) == ["d", "d/x"]


def test_what_links_lead_to_is_taken_under_their_names(tmp_path: Path) -> None:
    grow(tmp_path, "real/x", "real/deep/y", d__file="../real/x", d__folder="../real", d__chain="file")
    plan = planned(tmp_path, "d", follow=True)
    assert names(plan) == ["d", "d/chain", "d/file", "d/folder", "d/folder/deep", "d/folder/deep/y", "d/folder/x"]
    sources = {member.name: member.source for layer in plan.layers for member in layer.members if not member.is_dir}
    assert sources["d/chain"] == os.path.realpath(tmp_path / "real/x")
    assert all(source == os.path.realpath(source) for source in sources.values())
    assert plan.layers[0].members[1].size == len("real/x")


@pytest.mark.parametrize("path", [".", "model", "sub", "sub/config"])
def test_a_snapshot_of_a_cache_is_taken_whole_or_in_parts(path: str, tmp_path: Path) -> None:
    root = hub_snapshot(tmp_path / "models--x")
    expected = {".": ["model", "sub", "sub/config"], "model": ["model"]}.get(path, ["sub", "sub/config"])
    assert names(planned(root, path, follow=True)) == expected


@pytest.mark.parametrize("path", ["m/snapshots/abc", "here", "m"])
def test_a_snapshot_may_be_a_path_of_the_kitfile(path: str, tmp_path: Path) -> None:
    hub_snapshot(tmp_path / "cache/m")
    project = tmp_path / "project"
    if path == "here":
        project.mkdir()
        (project / "here").symlink_to("../cache/m/snapshots/abc")
    else:
        (tmp_path / "cache").rename(project)
    plan = planned(project, path, follow=True)
    assert {name.rpartition("/")[2] for name in names(plan)} >= {"model", "config"}


@pytest.mark.parametrize("path", ["data", "data/sub", "data/sub/y", "file"])
def test_a_path_that_the_kitfile_names_may_lead_anywhere(path: str, tmp_path: Path) -> None:
    grow(tmp_path / "mnt", "x", "sub/y", again="x")
    grow(tmp_path / "project", data="../mnt", file="../mnt/x")
    found = names(planned(tmp_path / "project", path, follow=True))
    assert (path if path != "data" else "data/again") in found
    assert all(name.split("/")[0] in ("data", "file") for name in found)


@pytest.mark.parametrize("layout", ["tar", "raw"])
def test_a_raw_layer_follows_a_link_only_when_asked(layout: LayerFormatName, tmp_path: Path) -> None:
    grow(tmp_path, "x", way="x")
    with pytest.raises(PathInvalid, match="way is a link"):
        planned(tmp_path, "way", layout=layout)
    (member,) = planned(tmp_path, "way", follow=True, layout=layout).layers[0].members
    assert (member.name, member.size) == ("way", 1)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/etc/passwd", "outside"),
        ("/etc", "outside"),
        ("../../outside/secret", "outside"),
        ("nowhere", "broken link"),
        ("odd", "cannot be followed"),
        ("..", "cycle"),
        (".", "cycle"),
        ("../pipe", "pipe"),
        ("/dev/zero", "device"),
        ("inner/up", "cycle"),
    ],
)
def test_a_link_that_must_not_be_followed_is_refused_by_name(target: str, why: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    grow(root, "d/x", "d/inner/x", d__inner__up="../../d")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("s")
    os.mkfifo(root / "pipe")
    (root / "d/odd").symlink_to(target)
    (root / "d/inner/up").unlink() if target != "inner/up" else None
    with pytest.raises(PathInvalid, match="cannot be followed") as caught:
        planned(root, "d", follow=True)
    told = next(line for line in caught.value.details if line.startswith("d/odd"))
    assert why in told or (why == "cannot be followed" and "link" in told)
    assert ".kitignore" in caught.value.hint


def test_folders_that_link_to_each_other_end(tmp_path: Path) -> None:
    grow(tmp_path, "a/x", "b/x", a__b="../b", b__a="../a")
    with pytest.raises(PathInvalid) as caught:
        planned(tmp_path, "a", follow=True)
    assert all("cycle" in line for line in caught.value.details)


def test_links_that_multiply_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk.links, "FOLLOWED_LIMIT", 500)
    for level in range(30):
        folder = tmp_path / f"l{level}"
        folder.mkdir()
        if level:
            (folder / "a").symlink_to(f"../l{level - 1}")
            (folder / "b").symlink_to(f"../l{level - 1}")
    with pytest.raises(PathInvalid, match="cannot be followed") as caught:
        planned(tmp_path, "l29", follow=True)
    assert any("more than 500 links" in line for line in caught.value.details)


def test_a_file_that_became_a_link_after_the_look_is_not_followed(tmp_path: Path) -> None:
    from kitops_jupyter.archive import tar_stream
    from kitops_jupyter.errors import KitError

    grow(tmp_path, "d/real", d__way="real")
    (layer,) = planned(tmp_path, "d", follow=True).layers
    (tmp_path / "d/real").unlink()
    (tmp_path / "d/real").symlink_to("/etc/passwd")
    with pytest.raises(KitError, match="became a link"):
        tar_stream(layer.members).readinto(memoryview(bytearray(1 << 16)))


def test_a_cache_is_told_by_its_folders(tmp_path: Path) -> None:
    root = hub_snapshot(tmp_path / "models--x")
    (tmp_path / "models--x/blobs").rename(tmp_path / "models--x/other")
    with pytest.raises(PathInvalid, match="broken link"):
        Links(root).target(str(root / "model"))
