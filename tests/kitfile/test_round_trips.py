"""What is written is what is read, whatever the text."""

from __future__ import annotations

import json
import math
import string
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kitops_jupyter import kitfile
from kitops_jupyter.errors import KitfileInvalid, ManifestInvalid
from kitops_jupyter.kitfile import (
    Code,
    Dataset,
    Docs,
    Kitfile,
    McpServer,
    Model,
    ModelPart,
    Package,
    Prompt,
)

NASTY = [
    *(
        "",
        " ",
        "  x",
        "x ",
        "\t",
        "\n",
        "\n\n",
        "a\n",
        "a\n\n",
        "\na",
        " \na",
        "a \nb",
        "a\r\nb",
        "a\n b\n  c",
        "x\n---\ny",
    ),
    *("yes", "No", "null", "~", "true", "1", "1.10", "0x10", "0o7", "1_000", "1e3", ".inf", ".nan", "-.INF", "<<", "="),
    *(
        "2026-01-01",
        "2026-01-01T00:00:00Z",
        "12:30",
        "190:20:30",
        "-",
        "- a",
        "?",
        "? a",
        ":",
        ": a",
        "a: b",
        "a:",
        "#",
    ),
    *(
        "a #b",
        "#a",
        "a#b",
        "&a",
        "*a",
        "!a",
        "!!str a",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
        "{a}",
        "[a]",
        "a, b",
        ",",
        "'",
        '"',
    ),
    *("'a'", '"a"', "a'b", "\\", "\\n", "---", "...", "--- a", "\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\u2028"),
    *("\u2029", "\xa0", "\ufeff", "\ufeffa", "é", "漢字", "😀", "\u202e", "\ue000", "\ufffd", "x" * 200, "a: " * 60),
    *("<script>", "&amp;", "0", "00", "01", "+1", "1.", ".5", "0b1", "0B1", "1,5", "y", "on", "OFF", "NULL", "Null"),
]
texts = st.text() | st.sampled_from(NASTY) | st.text(alphabet=" \n\t:#-'\"a0.,[]{}&*!|>%@`?\\", max_size=20)
texts = texts.filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))
# kit's own form of these is a block that starts with a tab or an empty line, which neither kit nor we read back.
readable = texts.filter(lambda text: not ("\n" in text and text[0] in "\t\r\n\x85\u2028\u2029"))


def free(numbers: st.SearchStrategy[Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """What `parameters` may hold."""
    return st.recursive(
        st.none() | st.booleans() | numbers | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=12,
    )


def lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=3).map(tuple)


def kitfiles(numbers: st.SearchStrategy[Any], texts: st.SearchStrategy[str] = texts) -> st.SearchStrategy[Kitfile]:
    """Any Kitfile; most would not validate."""
    parameters = free(numbers, texts)
    parts = st.builds(ModelPart, texts, texts, texts, texts)
    model = st.builds(Model, texts, texts, texts, texts, texts, texts, texts, lists(parts), parameters)
    return st.builds(
        Kitfile,
        texts,
        st.builds(Package, texts, texts, texts, texts, lists(texts)),
        st.none() | model,
        lists(st.builds(Code, texts, texts, texts)),
        lists(st.builds(Dataset, texts, texts, texts, texts, texts, texts, parameters)),
        lists(st.builds(Docs, texts, texts)),
        lists(st.builds(Prompt, texts, texts, texts)),
        lists(st.builds(McpServer, texts, texts, texts)),
    )


floats = st.floats(allow_nan=False).map(lambda number: number + 0.0)  # YAML has no -0: it is the integer 0 there
finite = st.floats(allow_nan=False, allow_infinity=False)
integers = st.integers(-(1 << 63), (1 << 64) - 1)


@settings(max_examples=120, deadline=None)
@given(kitfiles(floats | integers, readable))
def test_yaml_reads_back_as_it_was(one: Kitfile) -> None:
    again = kitfile.parse_yaml(kitfile.to_yaml(one))
    assert again == one
    assert kitfile.to_yaml(again) == kitfile.to_yaml(one)


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML without libyaml reads it")
def test_a_block_that_begins_with_a_tab_is_written_as_kit_writes_it_and_read_by_neither() -> None:
    written = kitfile.to_yaml(Kitfile(package=Package(description="\ta\nb")))
    assert written == "manifestVersion: 1.0.0\npackage:\n  description: |-\n    \ta\n    b\n"
    with pytest.raises(KitfileInvalid, match="tab"):
        kitfile.parse_yaml(written)


@settings(max_examples=120, deadline=None)
@given(kitfiles(finite))
def test_json_reads_back_as_it_was(one: Kitfile) -> None:
    data = kitfile.to_json(one)
    assert kitfile.from_json(data) == one
    assert kitfile.to_json(kitfile.from_json(data)) == data
    json.loads(data)


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_nasty_text_survives_everywhere(text: str) -> None:
    one = Kitfile(
        text,
        Package(text, text, text, text, (text, text)),
        Model(text, text, parts=(ModelPart(text, text),), parameters={text: [text, {text: text}], "k": text}),
        (Code(text, text),),
        (Dataset(text, text, parameters=[[text], text]),),
        (Docs(text),),
    )
    assert kitfile.parse_yaml(kitfile.to_yaml(one)) == one
    assert kitfile.from_json(kitfile.to_json(one)) == one


@given(kitfiles(finite), st.data())
@settings(max_examples=50, deadline=None)
def test_layers_are_in_json_only(one: Kitfile, data: st.DataObject) -> None:
    found: dict[tuple[str, int], tuple[str, str]] = {
        (entry.section, entry.index): (f"sha256:{string.hexdigits[at % 10] * 64}", f"sha256:{'f' * 64}")
        for at, entry in enumerate(one.entries())
        if data.draw(st.booleans())
    }
    layered = one.with_layers(found)
    assert kitfile.from_json(kitfile.to_json(layered)) == layered
    assert kitfile.to_yaml(layered) == kitfile.to_yaml(one)
    assert layered.with_layers({}) == one
    assert {
        (entry.section, entry.index): (entry.digest, entry.diff_id) for entry in layered.entries() if entry.digest
    } == found


@given(integers)
@example(100_000_000_000_000_000_000)
@example((1 << 53) + 1)
def test_whole_numbers_are_floats_after_json(number: int) -> None:
    one = Kitfile(model=Model(parameters={"n": number}))
    back = kitfile.from_json(kitfile.to_json(one))
    assert back.model and back.model.parameters == {"n": float(number)}
    assert isinstance(back.model.parameters["n"], float)


@pytest.mark.parametrize("value", [math.nan, math.inf, {1: "x"}, {None: "x"}, [{True: 1}]])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(ManifestInvalid):
        kitfile.to_json(Kitfile(model=Model(parameters={"v": value})))
