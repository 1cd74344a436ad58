"""Filters: kit's grammar to the letter, and the friendlier one."""

from __future__ import annotations

import json
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
            filters.parse(case["filters"], strict=True)
    else:
        chosen = filters.parse(case["filters"], strict=True)
        assert selected(parse_yaml(case["text"]), chosen) == case["kit"]["selected"]


@pytest.mark.parametrize("case", [case for case in KNOWN_SINCE if "error" not in case["kit"]])
def test_what_kit_selects_is_selected_without_strictness_too(case: dict[str, Any]) -> None:
    chosen = filters.parse(case["filters"])
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
    ],
)
def test_friendly_spellings(text: str, expected: list[str]) -> None:
    assert selected(parse_yaml(KIT), filters.parse([text])) == expected


def test_a_name_that_is_no_entrys_means_files_inside_the_layers() -> None:
    entries = [entry for entry in parse_yaml(KIT).entries() if entry.has_layer]
    choices = filters.parse(["datasets:part-*", "code:*.ipynb"]).choose(entries)
    assert [(choice.entry.path, choice.patterns) for choice in choices] == [
        ("train.ipynb", None),
        ("data/train", ("part-*",)),
        ("data/val.csv", ("part-*",)),
    ]
    training = choices[1]
    assert training.takes("data/train/part-1.csv") and training.takes("data/train/deep/part-2.csv")
    assert not training.takes("data/train/whole.csv")


def test_a_path_inside_a_layer_may_be_given_from_either_top() -> None:
    entries = parse_yaml(KIT).entries()
    for text in ("datasets:train/part-*", "datasets:data/train/part-*"):
        (choice, *_) = filters.parse([text]).choose(entries)
        assert choice.takes("data/train/part-1") == (text == "datasets:data/train/part-*")
    (choice, *_) = filters.parse(["datasets:deep/*"]).choose(entries)
    assert choice.takes("data/train/deep/x") and not choice.takes("data/train/x")


def test_a_filter_that_can_match_nothing_says_what_there_is() -> None:
    with pytest.raises(FilterInvalid) as caught:
        filters.parse(["prompts"]).choose(parse_yaml(KIT).entries())
    assert "datasets:validation" in caught.value.hint


def test_an_unknown_type_names_the_known_ones() -> None:
    with pytest.raises(FilterInvalid, match="modle") as caught:
        filters.parse(["modle:x"])
    assert "model" in caught.value.hint


def test_narrowed_to_the_model_only_model_filters_are_left() -> None:
    assert filters.parse(["docs", "code:x"]).narrowed_to_model() is None
    narrowed = filters.parse(["model:lora,docs"]).narrowed_to_model()
    assert narrowed is not None and not narrowed.selects_kitfile
