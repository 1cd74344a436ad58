"""What goes into a layer, what is left out with which reason, and what is refused."""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitops_jupyter import kitfile, layers
from kitops_jupyter.archive import LayerFormatName
from kitops_jupyter.errors import NotFound, PathInvalid

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="such names and files are of POSIX systems")


def grow(root: Path, *paths: str) -> None:
    """Files of one byte each; a path with a slash at its end is a folder."""
    for path in paths:
        place = root / path
        if path.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("x", "utf-8")


def planned(root: Path, sections: str, *patterns: str, layout: LayerFormatName = "tar") -> layers.Plan:
    """The plan of a Kitfile with these sections."""
    return layers.plan(kitfile.read(f"manifestVersion: 1.0.0\n{sections}\n"), root, patterns=patterns, layout=layout)


def names(plan: layers.Plan, position: int = 0) -> list[str]:
    """The names in one layer."""
    return [member.name for member in plan.layers[position].members]


def test_folders_on_the_way_are_in_the_layer_and_their_other_files_are_not(tmp_path: Path) -> None:
    grow(tmp_path, "a/other", "a/b/other", "a/b/c/x", "a/b/c/d/y", "a/b/cc/z")
    assert names(planned(tmp_path, "code: [{path: ./a/b/../b/c/}]")) == [
        "a",
        "a/b",
        "a/b/c",
        "a/b/c/d",
        "a/b/c/d/y",
        "a/b/c/x",
    ]


@posix_only
def test_names_are_in_byte_order_of_utf_8(tmp_path: Path) -> None:
    unordered = ["\U0001f600", "\uffee", "é", "z", "Z", "a-b", "a/x", "a.b", "_"]
    grow(tmp_path, *(f"d/{name}" for name in unordered))
    found = names(planned(tmp_path, "code: [{path: d}]"))
    siblings = [name for name in found if name.count("/") == 1]
    assert siblings == sorted(siblings, key=lambda name: name.encode("utf-8"))
    assert len(siblings) == len(unordered)
    assert found.index("d/a/x") == found.index("d/a") + 1  # depth first


def test_the_folder_itself_has_no_entry_and_the_kitfile_is_left_out(tmp_path: Path) -> None:
    grow(tmp_path, "Kitfile", ".kitignore", "sub/Kitfile", "x")
    assert names(planned(tmp_path, "code: [{path: .}]")) == ["sub", "sub/Kitfile", "x"]


def test_a_member_carries_what_the_disk_says(tmp_path: Path) -> None:
    grow(tmp_path, "d/x")
    (tmp_path / "d/x").chmod(0o640)
    (member,) = (one for one in planned(tmp_path, "code: [{path: d}]").layers[0].members if not one.is_dir)
    there = os.lstat(member.source)
    assert member[2:8] == (
        stat.S_IMODE(there.st_mode),
        1,
        there.st_mtime_ns,
        there.st_ctime_ns,
        there.st_ino,
        there.st_dev,
    )


def test_no_file_is_in_two_layers_and_remote_data_leaves_its_path_alone(tmp_path: Path) -> None:
    grow(tmp_path, "data/a", "data/deep/b", "data-extra/c", "far/d", "e")
    remote = "{name: far, path: far, remotePath: registry.example.com/team/kit:v1}"
    plan = planned(tmp_path, f"code: [{{path: .}}]\ndatasets: [{{path: data}}, {{path: data/deep}}, {remote}]")
    assert names(plan) == ["data-extra", "data-extra/c", "e"]
    assert names(plan, 1) == ["data", "data/a"]
    assert names(plan, 2) == ["data", "data/deep", "data/deep/b"]
    assert len(plan.layers) == 3


def test_the_size_is_that_of_the_archive(tmp_path: Path) -> None:
    grow(tmp_path, "d/x", "d/y")
    (tmp_path / "d/y").write_bytes(b"y" * 513)
    assert planned(tmp_path, "code: [{path: d}]").layers[0].size_bytes == 512 + (512 + 512) + (512 + 1024) + 1024


def test_a_path_that_is_not_there_is_told_with_the_entry(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"dataset train: path data/x does not exist") as caught:
        planned(tmp_path, "datasets: [{name: train, path: data/x}]")
    assert caught.value.hint
    grow(tmp_path, "file")
    with pytest.raises(NotFound):
        planned(tmp_path, "code: [{path: file/x}]")


@posix_only
@pytest.mark.parametrize("kind", ["link", "pipe", "socket"])
def test_what_is_no_file_and_no_folder_is_left_out_with_a_warning(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(tmp_path, "d/x")
    monkeypatch.chdir(tmp_path / "d")  # a socket's path has to be short
    if kind == "link":
        Path("odd").symlink_to("x")
    elif kind == "pipe":
        os.mkfifo("odd")
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("odd")
    plan = planned(tmp_path, "code: [{path: d}]")
    assert names(plan) == ["d", "d/x"]
    (warning,) = (text for text in plan.warnings if "d/odd" in text)
    assert ("link" if kind == "link" else "neither a file nor a folder") in warning


@posix_only
@pytest.mark.parametrize("path", ["d", "d/odd"])
def test_a_layer_that_would_be_empty_for_what_is_no_file_is_refused(path: str, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "d/odd")
    with pytest.raises(PathInvalid, match="neither a file nor a folder") as caught:
        planned(tmp_path, f"code: [{{path: {path}}}]")
    assert caught.value.hint


def test_a_link_to_a_folder_above_is_never_followed(tmp_path: Path) -> None:
    grow(tmp_path, "d/x")
    try:
        (tmp_path / "d/up").symlink_to("..", target_is_directory=True)
    except OSError:
        pytest.skip("links need a privilege here")
    assert names(planned(tmp_path, "code: [{path: d}]")) == ["d", "d/x"]


def test_a_name_with_two_dots_inside_is_left_out_with_all_below_it(tmp_path: Path) -> None:
    grow(tmp_path, "d/a..b/x", "d/y..", "d/z")
    plan = planned(tmp_path, "code: [{path: d}]")
    assert names(plan) == ["d", "d/z"]
    assert any("d/a..b" in text and ".." in text and "1 more" in text for text in plan.warnings)


def test_an_ignored_layer_and_one_without_files_are_told(tmp_path: Path) -> None:
    grow(tmp_path, "gone/x", "in/gone/x", "hollow/deep/")
    plan = planned(tmp_path, "code: [{path: gone}, {path: in/gone}, {path: hollow}]", "**/gone")
    assert [names(plan, at) for at in range(3)] == [[], ["in"], ["hollow", "hollow/deep"]]
    told = [next(text for text in plan.warnings if f": {path} " in text) for path in ("gone", "in/gone", "hollow")]
    assert ["ignored completely" in text for text in told] == [True, True, False]
    assert all("empty" in text for text in told)


def test_an_ignored_folder_is_walked_only_when_something_may_be_taken_back(tmp_path: Path) -> None:
    grow(tmp_path, "d/gone/x", "d/gone/keep", "d/y")
    assert names(planned(tmp_path, "code: [{path: d}]", "d/gone")) == ["d", "d/y"]
    assert names(planned(tmp_path, "code: [{path: d}]", "d/gone", "!**/keep")) == ["d", "d/gone/keep", "d/y"]


@posix_only
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_an_error_not_a_smaller_kit(tmp_path: Path) -> None:
    grow(tmp_path, "d/shut/x")
    (tmp_path / "d/shut").chmod(0)
    try:
        with pytest.raises(PathInvalid, match=r"d/shut cannot be read"):
            planned(tmp_path, "code: [{path: d}]")
    finally:
        (tmp_path / "d/shut").chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stores any bytes as a name")
def test_a_name_that_is_not_utf_8_is_refused_by_name_but_may_be_ignored(tmp_path: Path) -> None:
    grow(tmp_path, "d/x")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/d/\xff.bin")).touch()
    with pytest.raises(PathInvalid, match=r"xff\.bin") as caught:
        planned(tmp_path, "code: [{path: d}]")
    str(caught.value).encode("utf-8")  # and can be shown
    assert names(planned(tmp_path, "code: [{path: d}]", "d/*.bin")) == ["d", "d/x"]


@pytest.fixture
def deep_names(tmp_path: Path) -> Iterator[list[str]]:
    """Folders below `d`, one in the other, made and removed here: what removes the temporary folder calls itself."""
    deep = ["d" + "/a" * depth for depth in range(1101)]
    for name in deep:
        (tmp_path / name).mkdir()
    yield deep
    for name in reversed(deep):
        (tmp_path / name).rmdir()


@posix_only
def test_folders_nested_deeper_than_calls_may_be_are_packed(deep_names: list[str], tmp_path: Path) -> None:
    assert names(planned(tmp_path, "code: [{path: d}]")) == deep_names


def test_files_that_no_layer_takes_are_told_but_not_hidden_or_ignored_ones(tmp_path: Path) -> None:
    grow(tmp_path, "Kitfile", "src/a", "left", "more/left", ".git/x", "gone.log", ".env")
    plan = planned(tmp_path, "code: [{path: src}]", "*.log")
    assert sorted(plan.untaken) == ["left", "more/left"]
    (warning,) = plan.warnings
    assert "left" in warning
    assert "more/left" in warning
    assert planned(tmp_path, "code: [{path: .}]").untaken == ()


def test_the_list_of_files_that_no_layer_takes_has_an_end(tmp_path: Path) -> None:
    grow(tmp_path, "src/a", *(f"left/{at}" for at in range(1100)))
    plan = planned(tmp_path, "code: [{path: src}]")
    assert len(plan.untaken) == 1000
    assert len(plan.warnings) == 1


def test_a_kitfile_without_layers_is_told(tmp_path: Path) -> None:
    plan = planned(tmp_path, "package: {name: x}")
    assert plan.layers == ()
    assert any("empty" in text for text in plan.warnings)


def test_a_reference_as_model_has_no_layer_but_its_parts_do(tmp_path: Path) -> None:
    grow(tmp_path, "part/x", "mine/y")
    model = "model: {path: registry.example.com/team/kit:v1, parts: [{path: part}]}"
    plan = layers.plan(
        kitfile.read(f"manifestVersion: 1.0.0\n{model}\ncode: [{{path: .}}]\n"),
        tmp_path,
        patterns=(),
        parent_paths=["mine"],
    )
    assert [layer.entry.section for layer in plan.layers] == ["part", "code"]
    assert [names(plan, at) for at in range(2)] == [["part", "part/x"], []]


def test_a_raw_layer_is_one_file_that_no_rule_leaves_out(tmp_path: Path) -> None:
    grow(tmp_path, "d/x.bin")
    plan = planned(tmp_path, "code: [{path: d/x.bin}]", "**", layout="raw")
    (layer,) = plan.layers
    assert (layer.layout, names(plan), layer.size_bytes) == ("raw", ["d/x.bin"], 1)


def test_an_mcp_server_is_raw_in_any_layout_and_a_prompt_is_named_so(tmp_path: Path) -> None:
    grow(tmp_path, "tool.mcpb", "ask.md")
    plan = planned(tmp_path, "prompts: [{path: ask.md}]\nmcpServers: [{name: tool, path: tool.mcpb}]")
    assert [(layer.entry.section, layer.layout, layer.subtype) for layer in plan.layers] == [
        ("prompt", "tar", "prompt"),
        ("mcpserver", "raw", ""),
    ]


def test_a_raw_layer_of_a_folder_is_refused(tmp_path: Path) -> None:
    grow(tmp_path, "d/x")
    with pytest.raises(PathInvalid, match=r"d is a folder") as caught:
        planned(tmp_path, "code: [{path: d}]", layout="raw")
    assert "tar" in caught.value.hint


@posix_only
def test_a_raw_layer_of_a_link_is_refused(tmp_path: Path) -> None:
    grow(tmp_path, "x")
    (tmp_path / "way").symlink_to("x")
    with pytest.raises(PathInvalid, match=r"way is a link"):
        planned(tmp_path, "code: [{path: way}]", layout="raw")
