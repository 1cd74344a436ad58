"""Filters: kit's grammar to the letter, and the friendlier one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter import filters
from kitops_jupyter.errors import FilterInvalid
from kitops_jupyter.kitfile import Kitfile, parse_yaml
from tests.golden_trees import GOLDEN

CASES: list[dict[str, Any]] = json.loads((GOLDEN / "filters.json").read_text("utf-8"))
# The kit that made the table knew no prompts; newer ones do.
KNOWN_SINCE = [case for case in CASES if case["filters"] != ["prompts"]]
KIT = """\
manifestVersion: 1.0.0
model: {name: forest, path: model.bin}
code:
- path: train.ipynb
- path: src
datasets:
- {name: training, path: data/train}
- {name: validation, path: data/val.csv}
docs:
- path: README.md
"""


def selected(kitfile: Kitfile, chosen: filters.Filters) -> list[str]:
    found = ["kitfile"] if chosen.selects_kitfile else []
    return found + [f"{entry.section}:{entry.path}" for entry in kitfile.entries() if chosen.selects(entry)]


@pytest.mark.parametrize("case", KNOWN_SINCE, ids=lambda case: "|".join(case["filters"]))
def test_strict_filters_answer_as_kit_does(case: dict[str, Any]) -> None:
    if "error" in case["kit"]:
        with pytest.raises(FilterInvalid):
            filters.parse_filters(case["filters"], strict=True)
    else:
        chosen = filters.parse_filters(case["filters"], strict=True)
        assert selected(parse_yaml(case["text"]), chosen) == case["kit"]["selected"]


@pytest.mark.parametrize("case", [case for case in KNOWN_SINCE if "error" not in case["kit"]])
def test_what_kit_selects_is_selected_without_strictness_too(case: dict[str, Any]) -> None:
    chosen = filters.parse_filters(case["filters"])
    assert set(case["kit"]["selected"]) <= set(selected(parse_yaml(case["text"]), chosen))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dataset:validation", ["dataset:data/val.csv"]),
        ("Datasets", ["dataset:data/train", "dataset:data/val.csv"]),
        ("config", ["kitfile"]),
        ("model, doc", ["model:model.bin", "docs:README.md"]),
        ("datasets:./data/val.csv", ["dataset:data/val.csv"]),
        ("datasets:val*", ["dataset:data/val.csv"]),
        ("notebook", ["code:train.ipynb"]),
        ("notebook:train", ["code:train.ipynb"]),
        ("notebooks:src", []),
        ("notebook,docs", ["code:train.ipynb", "docs:README.md"]),
        ("notebook, code", ["code:train.ipynb", "code:src"]),
        ("notebook,model:forest", ["model:model.bin"]),
        ("MODELS, prompt ,kitfile", ["kitfile", "model:model.bin"]),
        ("datasets: validation , training", ["dataset:data/train", "dataset:data/val.csv"]),
        ("datasets:", []),
        ("code:.", []),
    ],
)
def test_friendly_spellings(text: str, expected: list[str]) -> None:
    assert selected(parse_yaml(KIT), filters.parse_filters([text])) == expected


def test_a_name_that_is_no_entrys_means_files_inside_the_layers() -> None:
    entries = [entry for entry in parse_yaml(KIT).entries() if entry.has_layer]
    choices = filters.parse_filters(["datasets:part-*", "code:*.ipynb"]).choose(entries)
    assert [(choice.entry.path, choice.patterns) for choice in choices] == [
        ("train.ipynb", None),
        ("data/train", ("part-*",)),
        ("data/val.csv", ("part-*",)),
    ]
    training = choices[1]
    assert training.takes("data/train/part-1.csv") and training.takes("data/train/deep/part-2.csv")
    assert not training.takes("data/train/whole.csv")


def test_notebooks_are_meant_inside_layers_too() -> None:
    entries = [entry for entry in parse_yaml(KIT).entries() if entry.has_layer]
    whole, inside, docs = filters.parse_filters(["notebook,docs"]).choose(entries)
    assert (whole.entry.path, whole.patterns, docs.patterns) == ("train.ipynb", None, None)
    assert inside.takes("src/eda/first.ipynb")
    assert not inside.takes("src/train.py")


def test_the_name_of_a_folder_inside_a_layer_means_its_files() -> None:
    (choice,) = filters.parse_filters(["code:./lib/"]).choose([e for e in parse_yaml(KIT).entries() if e.path == "src"])
    assert choice.takes("src/lib/a.py")
    assert choice.takes("src/lib/deep/b.py")
    assert not choice.takes("src/library/a.py")


def test_files_of_a_layer_that_is_the_whole_folder_may_be_named() -> None:
    (entry,) = parse_yaml("code: [{path: .}]").entries()
    (choice,) = filters.parse_filters(["code:train/part-*"]).choose([entry])
    assert choice.takes("train/part-1")
    assert not choice.takes("test/part-1")


def test_a_path_inside_a_layer_may_be_given_from_either_top() -> None:
    entries = parse_yaml(KIT).entries()
    for text in ("datasets:train/part-*", "datasets:data/train/part-*"):
        (choice, *_) = filters.parse_filters([text]).choose(entries)
        assert choice.takes("data/train/part-1") == (text == "datasets:data/train/part-*")
    (choice, *_) = filters.parse_filters(["datasets:deep/*"]).choose(entries)
    assert choice.takes("data/train/deep/x") and not choice.takes("data/train/x")


def test_a_filter_that_can_match_nothing_says_what_there_is() -> None:
    with pytest.raises(FilterInvalid) as caught:
        filters.parse_filters(["prompts"]).choose(parse_yaml(KIT).entries())
    assert "datasets:validation" in caught.value.hint


def test_a_strict_filter_that_names_nothing_is_told_and_a_long_kit_is_not_listed_whole() -> None:
    entries = parse_yaml("code: [" + ",".join(f"{{path: c{at}}}" for at in range(100)) + "]").entries()
    with pytest.raises(FilterInvalid, match=r"code:c\*") as caught:
        filters.parse_filters(["code:c*"], strict=True).choose(entries)
    assert "and 80 more" in caught.value.hint


def test_a_filter_that_names_what_is_elsewhere_is_no_error() -> None:
    (model,) = parse_yaml("model: {name: base, path: m.bin}").entries()
    entries = parse_yaml("code: [{path: c}]").entries()
    for strict in (False, True):
        assert filters.parse_filters(["model:base"], strict=strict).choose(entries, elsewhere=[model]) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")
def test_members_are_chosen_wherever_the_program_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    choices = filters.parse_filters(["datasets:part-*"]).choose(parse_yaml(KIT).entries())
    assert choices[0].takes("data/train/part-1")


def test_an_unknown_type_names_the_known_ones() -> None:
    with pytest.raises(FilterInvalid, match="modle") as caught:
        filters.parse_filters(["modle:x"])
    assert "model" in caught.value.hint


def test_narrowed_to_the_model_only_model_filters_are_left() -> None:
    assert filters.parse_filters(["docs", "code:x"]).narrowed_to_model() is None
    narrowed = filters.parse_filters(["model:lora,docs"]).narrowed_to_model()
    assert narrowed is not None and not narrowed.selects_kitfile


@pytest.mark.parametrize("written", ["training/part-*", "data/train/part-*", "part-*"])
def test_files_of_an_entry_are_meant_by_its_name_as_by_its_path(written: str) -> None:
    (entry,) = parse_yaml("datasets: [{name: training, path: data/train}]\n").entries()
    (choice,) = filters.parse_filters([f"dataset:{written}"]).choose([entry])
    assert choice.takes("data/train/part-1.csv") and not choice.takes("data/train/other.csv")


def test_a_hint_has_an_entrys_name_and_its_path() -> None:
    (entry,) = parse_yaml("datasets: [{name: training, path: data/train}]\n").entries()
    with pytest.raises(FilterInvalid) as caught:
        filters.parse_filters(["model:x"]).choose([entry])
    assert "datasets:training or datasets:data/train" in caught.value.hint
