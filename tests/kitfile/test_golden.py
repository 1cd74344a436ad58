"""Kitfiles as kit reads, refuses and writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from kitops_jupyter import kitfile
from kitops_jupyter.errors import KitfileInvalid, ManifestInvalid
from tests.golden_trees import GOLDEN, cases, load_case

KITFILES: list[dict[str, Any]] = json.loads((GOLDEN / "kitfiles.json").read_text("utf-8"))


def judged(text: str) -> dict[str, Any]:
    """What this package says of a Kitfile, in the words of the golden data."""
    try:
        found = kitfile.parse_yaml(text)
    except KitfileInvalid:
        return {"accepted": False, "stage": "parse"}
    if kitfile.validate(found):
        return {"accepted": False, "stage": "validate"}
    try:
        config = kitfile.to_json(found).decode()
    except ManifestInvalid:
        return {"accepted": False, "stage": "json"}
    return {"accepted": True, "json": config, "yaml": kitfile.to_yaml(found)}


@pytest.mark.parametrize("case", KITFILES, ids=lambda case: repr(case["text"][:40]))
def test_a_kitfile_is_judged_and_written_as_kit_does(case: dict[str, Any]) -> None:
    said = {key: value for key, value in case["kit"].items() if key != "message"}
    assert judged(case["text"]) == said


@pytest.mark.parametrize("case", KITFILES, ids=lambda case: repr(case["text"][:40]))
def test_a_kitfile_is_judged_the_same_without_libyaml(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert judged(case["text"]) == {key: value for key, value in case["kit"].items() if key != "message"}


def test_all_golden_kitfiles_are_here() -> None:
    assert len(KITFILES) == 82


@pytest.mark.parametrize("case", KITFILES, ids=lambda case: repr(case["text"][:40]))
def test_a_refusal_has_a_field_or_a_place(case: dict[str, Any]) -> None:
    if case["kit"]["accepted"]:
        kitfile.read(case["text"])
        return
    with pytest.raises(KitfileInvalid) as caught:
        kitfile.read(case["text"], name="My Kitfile")
    assert caught.value.message.startswith("My Kitfile: ")
    assert caught.value.findings
    for finding in caught.value.findings:
        assert finding.message
        assert finding.field or finding.line or not case["text"].strip()


PACKED = [name for name in cases() if "config" in load_case(name)]


def test_some_golden_cases_have_a_config() -> None:
    assert len(PACKED) > 20


@pytest.mark.parametrize("name", PACKED)
def test_a_config_reads_as_the_kitfile_that_kit_info_shows(name: str) -> None:
    case = load_case(name)
    assert kitfile.to_yaml(kitfile.from_json(case["config"].encode())) == case["info"]


@pytest.mark.parametrize("name", PACKED)
def test_a_config_is_written_again_to_the_byte(name: str) -> None:
    config = load_case(name)["config"]
    found = kitfile.from_json(config.encode())
    again = kitfile.to_json(found).decode()
    if again != config:  # whole numbers of a config are floats, for kit as for us: 1e+20 for 100000000000000000000
        assert json.loads(again, parse_int=float) == json.loads(config, parse_int=float)
        assert found.model and found.model.parameters
    assert kitfile.from_json(again.encode()) == found
