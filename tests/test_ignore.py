"""`.kitignore`: every golden decision of kit's, moby's corner cases, and files that mean harm."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter import ignore
from kitops_jupyter.errors import PathInvalid
from tests.golden_trees import GOLDEN

DECISIONS: list[dict[str, Any]] = json.loads((GOLDEN / "ignore.json").read_text("utf-8"))


def ignored(patterns: list[str], *paths: str) -> list[str]:
    """Those of the paths that the patterns leave out of the layer `.`."""
    rules = ignore.Rules(patterns, [])
    return [path for path in paths if rules.ignores(path, layer=".")]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda one: f"{one['patterns']}-{one['layers']}-{one['layer']}")
def test_a_path_is_left_out_where_kit_leaves_it_out(decision: dict[str, Any]) -> None:
    if "error" in decision["kit"]:
        with pytest.raises(PathInvalid):
            ignore.Rules(decision["patterns"], decision["layers"])
        return
    rules = ignore.Rules(decision["patterns"], decision["layers"])
    assert rules.has_exclusions == decision["kit"]["has_exclusions"]
    found = {path: rules.ignores(path, layer=decision["layer"]) for path in decision["paths"]}
    assert found == decision["kit"]["ignored"]
    for path in (path for path, is_ignored in found.items() if is_ignored):
        assert rules.may_ignore_in(path.rpartition("/")[0], layer=decision["layer"]), path


def test_only_files_beside_a_named_path_are_asked_for_one_by_one() -> None:
    rules = ignore.Rules(["logs", "data/raw/x.csv"], ["data", "data/other"])
    assert not rules.may_ignore_in("data/train", layer="data")
    for folder in ("", "data", "data/raw", "data/other", "data/other/deep", "logs", "logs/deep"):
        assert rules.may_ignore_in(folder, layer="data"), folder
    assert ignore.Rules(["*.pyc"], []).may_ignore_in("data/train", layer="data")


@pytest.mark.parametrize(
    ("pattern", "taken", "kept"),
    [
        ("**.py", ["a.py", "d/a.py"], ["a.pyc"]),  # moby: a text at the end, not a name
        ("**foo", ["xfoo", "d/xfoo", "foo"], ["fo"]),
        ("**/foo", ["foo", "d/foo", "d/e/foo", "d/foo/x"], ["xfoo"]),
        ("**foo?", ["foo1", "d/foo1"], ["xfoo1"]),
        ("foo**", ["foo", "foobar/x"], ["a/foo"]),
        ("foo/**", ["foo/x", "foo/x/y"], ["foo", "foobar"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["z", "a/bz"]),
        ("a/**/**/**/z", ["a/z", "a/b/c/z"], ["z"]),
        (r"\*", ["*"], ["a"]),
        (r"a\[b", ["a[b"], ["ab"]),
        (r"[\]x]", ["]", "x"], ["\\"]),
        ("[a&&b]", ["a", "&"], ["c"]),
        ("[[x]", ["[", "x"], ["y"]),
        ("[!b]", ["!", "b"], ["a"]),
        ("(a|b)+$", ["(a|b)+$"], ["a", "ab"]),
        ("*/../b", ["b"], ["a/b"]),
        ("d/*.log", ["d/a.log"], ["a.log", "d/e/a.log", "d/axlog"]),
        ("*", ["a", "a/b"], []),
    ],
)
def test_a_pattern_matches_as_mobys_does(pattern: str, taken: list[str], kept: list[str]) -> None:
    assert ignored([pattern], *taken, *kept) == taken


@pytest.mark.parametrize("pattern", ["[z-a]", "[", "[]", "[a", "[a-", "[a-]", "[-a]", "[]a]", "x\\", "!", "[\\"])
def test_a_malformed_pattern_is_refused_and_shown(pattern: str) -> None:
    with pytest.raises(PathInvalid) as caught:
        ignore.Rules([pattern], [])
    assert repr(pattern)[1:-1] in caught.value.message
    assert caught.value.hint


def test_the_last_match_wins_over_several_turns() -> None:
    patterns = ["*.log", "!keep*", "keep2*", "!keep22*"]
    assert ignored(patterns, "a.log", "keep1.log", "keep2.log", "keep22.log", "x") == ["a.log", "keep2.log"]


def test_a_folder_taken_back_brings_what_is_below_it() -> None:
    assert ignored(["data", "!data/keep"], "data/a", "data/keep", "data/keep/b", "data/keep/c/d") == ["data/a"]


def test_the_kitfile_cannot_be_taken_back() -> None:
    assert ignored(["!Kitfile"], "Kitfile", "sub/Kitfile") == ["Kitfile"]


def test_a_pattern_with_many_wildcards_matches_the_same_and_in_bounded_time() -> None:
    assert ignored(["**/a*b*c*/?[0-9]*/**"], "x/y/a1b2c3/z9/deep/er", "aXbYc/z9q/f", "abc/zz/f") == [
        "x/y/a1b2c3/z9/deep/er",
        "aXbYc/z9q/f",
    ]
    started = time.perf_counter()
    assert not ignored(["*a" * 40 + "b", "**/a/" * 40 + "b"], "a" * 255, "a/" * 200 + "c")
    assert time.perf_counter() - started < 20  # trying every way would take years


def test_files_are_of_the_nearest_layer_by_whole_names() -> None:
    rules = ignore.Rules([], ["data", "data/deep", "."])
    assert rules.ignores("data/deep/x", layer="data")
    assert not rules.ignores("data/deep/x", layer="data/deep")
    assert rules.ignores("data/x", layer=".")
    assert not rules.ignores("data-extra.csv", layer=".")


def test_the_file_is_read_as_kit_reads_it(tmp_path: Path) -> None:
    text = "\ufeff# comment\r\n\r\n  a  \r\n/b/\n//c\n! /d\n  #name\nx\u2028y\n/\n./e/../f"
    (tmp_path / ".kitignore").write_bytes(text.encode("utf-8"))
    patterns = ignore.read_patterns(tmp_path)
    assert patterns == ["a", "b", "c", "!d", "#name", "x\u2028y", "/", "f"]
    assert ignored(patterns, "a", "b", "c", "d", "#name", "x\u2028y", "x", "f") == [
        "a",
        "b",
        "c",
        "#name",
        "x\u2028y",
        "f",
    ]


def test_no_file_means_no_patterns(tmp_path: Path) -> None:
    assert ignore.read_patterns(tmp_path) == []


def test_a_bad_line_is_told_with_its_number(tmp_path: Path) -> None:
    (tmp_path / ".kitignore").write_text("a\n\n[b\n", "utf-8")
    with pytest.raises(PathInvalid, match=r"\.kitignore, line 3: "):
        ignore.read_patterns(tmp_path)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\n" * (1 << 20)], ids=["not utf-8", "too long"])
def test_a_file_that_is_no_list_of_patterns_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / ".kitignore").write_bytes(data)
    with pytest.raises(PathInvalid, match=r"\.kitignore"):
        ignore.read_patterns(tmp_path)


def test_a_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".kitignore").mkdir()
    with pytest.raises(PathInvalid, match=r"cannot be read"):
        ignore.read_patterns(tmp_path)


# What moby's patternmatcher 0.6 answered, asked with the same patterns and paths.
ODD_PATTERNS = [
    ("[^b]", ["a", "c/d"], ["b"]),
    (r"\d*", ["1", "12"], ["d", "a1"]),
    ("a{2}", ["a{2}"], ["aa", "a"]),
    ("a|b", [], ["a", "b", "xb"]),
    ("[*]", [], ["*", "a"]),
    ("**/x^", ["x^"], ["x", "d/x"]),
    ("**/[a-c].log", ["a.log", "q/b.log"], ["d.log"]),
    ("x[[:digit:]]", ["x1"], ["xd"]),
    ("**a", ["ba", "c/ba", "a"], ["b"]),
]


@pytest.mark.parametrize(("pattern", "taken", "left"), ODD_PATTERNS, ids=[case[0] for case in ODD_PATTERNS])
def test_what_mobys_patterns_mean_to_gos_regular_expressions_they_mean_here(
    pattern: str, taken: list[str], left: list[str]
) -> None:
    assert ignored([pattern], *taken, *left) == taken
