"""The laws of filters: the text for a path selects it and nothing else, an exclusion leaves out just that."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kitops_jupyter import filters
from kitops_jupyter.errors import FilterInvalid
from kitops_jupyter.filters.names import Names
from kitops_jupyter.kitfile import Code, Entry, parse_yaml
from tests.filters.test_filters import KIT, selected

NAMES = st.text("ab ,*?[]!-:{}#", min_size=1, max_size=6).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


def code_at(path: str, index: int = 0) -> Entry:
    return Entry("code", index, Code(path))


@given(PATHS, PATHS)
def test_the_text_for_a_layer_selects_it_and_no_neighbour(path: str, other: str) -> None:
    text = filters.text_for("code", path)
    assume(path != other and text != f"code:{other}")
    chosen = filters.parse_filters([text])
    assert chosen.selects(code_at(path))
    assert not chosen.selects(code_at(other, 1))
    assert [choice.entry.path for choice in chosen.choose([code_at(path), code_at(other, 1)])] == [path]


@given(PATHS, PATHS)
def test_the_text_for_a_file_in_a_layer_takes_it_and_no_neighbour(path: str, other: str) -> None:
    mine, others = f"src/{path}", f"src/{other}"
    assume(not f"{others}/".startswith(f"{mine}/"))
    (choice,) = filters.parse_filters([filters.text_for("code", mine)]).choose([code_at("src")])
    assert choice.takes(mine)
    assert not choice.takes(others)


@given(PATHS, PATHS)
def test_the_text_for_a_file_of_the_whole_folder_takes_it_and_no_namesake(path: str, other: str) -> None:
    assume(not f"{other}/".startswith(f"{path}/"))
    (choice,) = filters.parse_filters([filters.text_for_file("code", path)]).choose([code_at(".")])
    assert choice.takes(path)
    assert not choice.takes(other)
    assert not choice.takes(f"deeper/{path}")


@given(PATHS, PATHS)
def test_an_exclusion_leaves_out_what_its_text_is_for_and_no_neighbour(path: str, other: str) -> None:
    mine, others = f"src/{path}", f"src/{other}"
    assume(not f"{others}/".startswith(f"{mine}/"))
    exclusion = filters.exclusion_of(filters.text_for("code", mine))
    for texts in ([exclusion], ["code", exclusion], [exclusion, "code:src"]):
        (choice,) = filters.parse_filters(texts).choose([code_at("src")])
        assert not choice.takes(mine)
        assert choice.takes(others)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["!datasets"], ["kitfile", "model:model.bin", "code:train.ipynb", "code:src", "docs:README.md"]),
        (["datasets", "!dataset:training"], ["dataset:data/val.csv"]),
        (["!dataset:training", "datasets"], ["dataset:data/val.csv"]),
        (["code, docs", "!notebook"], ["code:src", "docs:README.md"]),
        (["kitfile,model", "!kitfile"], ["model:model.bin"]),
        (["! Kitfile, code, DATA, doc"], ["model:model.bin"]),
        (["datasets", "!data:./data/*"], []),
    ],
)
def test_an_exclusion_wins_wherever_it_stands(texts: list[str], expected: list[str]) -> None:
    assert selected(parse_yaml(KIT), filters.parse_filters(texts)) == expected


def test_exclusions_alone_mean_the_rest_of_the_kit() -> None:
    entries = [entry for entry in parse_yaml(KIT).entries() if entry.has_layer]
    choices = filters.parse_filters(["!datasets:part-1.csv"]).choose(entries)
    assert [choice.entry.path for choice in choices if choice.is_whole] == [
        "model.bin",
        "train.ipynb",
        "src",
        "README.md",
    ]
    training = next(choice for choice in choices if choice.entry.name == "training")
    assert training.takes("data/train/part-2.csv") and not training.takes("data/train/deep/part-1.csv")


def test_an_exclusion_that_can_match_nothing_is_an_error_too() -> None:
    with pytest.raises(FilterInvalid, match="!prompts"):
        filters.parse_filters(["!prompts"]).choose(parse_yaml(KIT).entries())


def test_kits_own_grammar_has_no_exclusions() -> None:
    with pytest.raises(FilterInvalid, match="!code"):
        filters.parse_filters(["!code"], strict=True)


def test_an_exclusion_of_the_model_is_one_of_the_inherited_model_too() -> None:
    (base,) = parse_yaml("model: {name: base, path: weights}").entries()
    for texts, taken in ((["!model"], []), (["!docs"], ["weights/a"]), (["!model:weights/b"], ["weights/a"])):
        narrowed = filters.parse_filters(texts).narrowed_to_model()
        assert narrowed is not None
        found = narrowed.choose_inherited([base], beside=parse_yaml(KIT).entries())
        assert [name for choice in found for name in ("weights/a",) if choice.takes(name)] == taken
        assert not texts[0].endswith("b") or not any(choice.takes("weights/b") for choice in found)


GLOBS = st.text("ab[]!*?-^", min_size=1, max_size=7)


@given(st.lists(GLOBS, min_size=1, max_size=5), st.text("ab[]!-^", max_size=5))
def test_many_globs_at_once_match_what_each_of_them_matches(globs: list[str], name: str) -> None:
    expected = any(re.match(fnmatch.translate(text), name) for text in globs)
    assert Names(globs).match(name) == expected


def test_an_error_about_thousands_of_filters_names_a_few() -> None:
    shown = filters.parse_filters([f"code:{at}" for at in range(5000)]).text
    assert shown.startswith("code:0, code:1, ") and shown.endswith(", and 4990 more")


@pytest.mark.parametrize("section", ["model", "part", "code", "dataset", "docs", "prompt", "mcpserver"])
def test_the_text_for_a_path_selects_its_section_alone(section: str) -> None:
    (entry,) = parse_yaml("code: [{path: x}]").entries()
    assert filters.parse_filters([filters.text_for(section, "x")]).selects(entry) == (section == "code")


def test_the_text_for_an_empty_path_selects_the_whole_folder() -> None:
    chosen = filters.parse_filters([filters.text_for("code", "")])
    assert chosen.selects(code_at(""))
    assert chosen.selects(code_at("."))
