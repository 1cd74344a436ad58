"""References are read and shown as kit reads and shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import InvalidReference
from kitops_jupyter.reference import UNTAGGED, Reference, is_modelkit_reference, is_tag

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "golden" / "references.json").read_text("utf-8"))
ZEROS = "sha256:" + "0" * 64


def test_the_golden_table_has_all_its_cases() -> None:
    assert len(CASES) == 77


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"][:40]))
def test_a_reference_is_read_as_kit_reads_it(case: dict[str, Any]) -> None:
    text, expected = case["text"], case["kit"]
    if "error" in expected:
        with pytest.raises(InvalidReference) as problem:
            Reference.parse(text)
        assert problem.value.hint
        assert not is_modelkit_reference(text)
        return
    reference = Reference.parse(text)
    assert {
        "display": str(reference),
        "extra_tags": list(reference.extra_tags),
        "is_modelkit_reference": is_modelkit_reference(text),
        "reference": reference.name,
        "registry": reference.registry,
        "repository": reference.repository,
    } == expected


@pytest.mark.parametrize(
    "case", [case for case in CASES if "display" in case["kit"]], ids=lambda case: case["text"][:40]
)
def test_what_is_shown_reads_back_as_the_same_kit(case: dict[str, Any]) -> None:
    reference = Reference.parse(case["text"])
    again = Reference.parse(str(reference))
    assert (again.store_name, again.name) == (reference.store_name, reference.name)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Team/Kit:v1", "team/kit:v1"),
        ("https://ghcr.io/a:b", "ghcr.io/a:b"),
        ("a:b c", "tag"),
        ("a@sha256:00", "64 lower-case hex digits"),
        ("reg.io:x/a", "HOST:PORT"),
        ("[::1::2]:5000/a", "HOST:PORT"),
        ("reg.io/a:" + "t" * 100_000, "128"),
    ],
)
def test_a_refusal_says_what_to_write(text: str, word: str) -> None:
    with pytest.raises(InvalidReference) as problem:
        Reference.parse(text)
    assert word in problem.value.hint
    assert len(str(problem.value)) < 1000


def test_a_password_in_a_reference_is_not_repeated() -> None:
    with pytest.raises(InvalidReference) as problem:
        Reference.parse("me:secret@reg.io/a:b")
    assert "secret" not in str(problem.value)
    assert "kit login reg.io" in problem.value.hint


@pytest.mark.parametrize("registry", ["a.b%41", "a.b\n", "[fe80::1%25eth0]:1", "a.b[", "a:1:2", "a.b\x00", "a.b c"])
def test_a_host_that_is_none_is_refused(registry: str) -> None:
    with pytest.raises(InvalidReference):
        Reference.parse(f"{registry}/a:b")


def test_a_repository_name_is_judged_in_linear_time() -> None:
    with pytest.raises(InvalidReference):
        Reference.parse("a" + "-a" * 50_000 + "!")


def test_the_default_tag_is_the_callers_to_choose() -> None:
    assert Reference.parse("a", default_tag="").name == ""
    assert Reference.parse("a:b", default_tag="").name == "b"
    assert str(Reference.parse("a", default_tag="")) == "a"
    assert Reference.parse(f"a@{ZEROS}", default_tag="x").tag == ""


def test_a_reference_is_changed_by_making_another() -> None:
    reference = Reference.parse("reg.io/a:b,c")
    assert str(reference.with_tag("d")) == "reg.io/a:d"
    assert str(reference.with_digest(Digest(ZEROS))) == f"reg.io/a@{ZEROS}"
    assert reference.with_digest(Digest(ZEROS)).with_tag("d").extra_tags == ()
    with pytest.raises(InvalidReference):
        reference.with_tag("../d")


def test_the_repository_of_untagged_kits_is_not_shown() -> None:
    untagged = Reference.from_store_name(UNTAGGED)
    assert (untagged.registry, untagged.repository, untagged.name) == ("localhost", "_", "")
    assert untagged.shown_name == ""
    assert str(untagged.with_digest(Digest(ZEROS))) == ZEROS


def test_only_kits_without_a_registry_are_local() -> None:
    assert Reference.parse("team/a").is_local
    assert Reference.parse("localhost/a").is_local
    assert not Reference.parse("localhost:5000/a").is_local
    assert Reference.parse("team/a").full_name == "localhost/team/a:latest"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reference = Reference.parse(text)
    except InvalidReference:
        return
    assert Reference.parse(str(reference)).store_name == reference.store_name
    assert is_tag(reference.tag) or reference.digest
