"""A layer that is left out leaves the rest of the Kitfile's text alone, however it was written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitops_jupyter.errors import KitfileInvalid
from kitops_jupyter.kitfile import Code, Kitfile, editing, parse_yaml
from kitops_jupyter.kitfile.editing import with_code
from kitops_jupyter.kitfile.values import Section

PLAIN = """\
# a study
manifestVersion: "1.0.0"   # as kit has it
model:
  path: m.onnx
  parts:
  - path: tokenizer.json # of another
  - {path: vocab.txt}
datasets:
  # all of it
  - path: big.csv  # 4 GB
    description: |
      path: small.csv

      # no comment

  # a sample
  - "path": 'small.csv'
    parameters: {path: big.csv}
code: [ {path: a.py}, {path: b.py} ]

# the end
docs:
- path: README.md
"""


def without(text: str, section: Section, *indexes: int) -> str | None:
    """The text without these entries, None if one of them stays."""
    after, kept = editing.without(text, [(section, index) for index in indexes])
    assert not kept or len(indexes) > 1 or after == text
    return None if kept else after


def lines_less(text: str, *gone: str) -> str:
    """The text without these lines."""
    rest = text.splitlines(keepends=True)
    for line in gone:
        rest.remove(next(each for each in rest if each.rstrip("\r\n") == line))
    return "".join(rest)


@pytest.mark.parametrize(
    ("section", "index", "gone"),
    [
        ("dataset", 1, ("  - \"path\": 'small.csv'", "    parameters: {path: big.csv}")),
        ("part", 0, ("  - path: tokenizer.json # of another",)),
        ("docs", 0, ("docs:", "- path: README.md")),
        (
            "dataset",
            0,
            ("  - path: big.csv  # 4 GB", "    description: |", "      path: small.csv", "", "      # no comment"),
        ),
        (
            "model",
            0,
            ("model:", "  path: m.onnx", "  parts:", "  - path: tokenizer.json # of another", "  - {path: vocab.txt}"),
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_entry_goes_with_its_own_lines_and_nothing_else(
    section: str, index: int, gone: tuple[str, ...], newline: str
) -> None:
    text = PLAIN.replace("\n", newline)
    assert without(text, section, index) == lines_less(text, *gone)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "index", "rest"),
    [
        ("code: [{path: a}, {path: b}, {path: c}]\n", 0, "code: [{path: b}, {path: c}]\n"),
        ("code: [{path: a}, {path: b}, {path: c}]\n", 2, "code: [{path: a}, {path: b}]\n"),
        ("code: [{path: a}]\ndocs: [{path: b}]\n", 0, "docs: [{path: b}]\n"),
        ("{code: [{path: a}], docs: [{path: b}]}", 0, "{docs: [{path: b}]}"),
        ("{docs: [{path: b}], code: [{path: a}]}", 0, "{docs: [{path: b}]}"),
        ('{"code": [{"path": "a"},\n {"path": "b"}]}', 1, '{"code": [{"path": "a"}]}'),
        ("? code\n: - path: a\n  - path: b\n", 1, "? code\n: - path: a\n"),
        ("code:\n-   # first\n  path: a\n- path: b\n", 0, "code:\n- path: b\n"),
        ("code:\n- path: a\n- path: b", 1, "code:\n- path: a\n"),
        ("code:\n- ~\n- path: a\n-\n- path: b\n", 1, "code:\n- ~\n- path: a\n-\n"),
        (
            "docs:\n- path: b\n# mine\ncode:\n# why\n- path: a\n# yours\n",
            0,
            "docs:\n- path: b\n# mine\n# why\n# yours\n",
        ),
    ],
)
def test_an_entry_goes_from_brackets_and_from_odd_places(text: str, index: int, rest: str) -> None:
    assert without(text, "code", index) == rest


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("code:\n- &a {path: a}\n- *a\n", 0),
        ("code: &all\n- path: a\n- path: b\nprompts: *all\n", 0),
        ("<<: {code: [{path: a}, {path: b}]}\n", 0),
        ("code:\n- path: a\n", 0),
        ("code:\n- path: a\n- path: b\n", 2),
        ("datasets:\n- path: a\n- path: b\n", 0),
    ],
)
def test_what_cannot_go_alone_is_refused(text: str, index: int) -> None:
    parse_yaml(text)
    assert without(text, "code", index) is None


_TEXT = st.text("ab:#-'\"{}[]&*|> ", max_size=8)


@given(paths=st.lists(_TEXT, min_size=2, max_size=4), index=st.integers(0, 3), flow=st.booleans(), crlf=st.booleans())
def test_whatever_paths_are_called_the_other_entries_stay(paths: list[str], index: int, flow: bool, crlf: bool) -> None:
    import json

    items = [json.dumps({"path": path}) for path in paths]
    text = f"code: [{', '.join(items)}]\n" if flow else "code:\n" + "".join(f"- {item} # it\n" for item in items)
    text = text.replace("\n", "\r\n") if crlf else text
    found = without(text, "code", index)
    if index >= len(paths):
        assert found is None
    else:
        kitfile = parse_yaml(text)
        assert found is not None
        assert parse_yaml(found) == replace(kitfile, code=kitfile.code[:index] + kitfile.code[index + 1 :])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# mine\nmodel: {path: m}", "# mine\nmodel: {path: m}\ncode:\n  - path: a b.ipynb\n"),
        ("code:\n- path: x # it\n# end\n", "code:\n- path: x # it\n- path: a b.ipynb\n# end\n"),
        (
            "code:\n    - path: x\n      license: y\n",
            "code:\n    - path: x\n      license: y\n    - path: a b.ipynb\n",
        ),
        ("code:\n  - path: x", "code:\n  - path: x\n  - path: a b.ipynb\n"),
        ("code: [{path: x}] # all\n", "code: [{path: x}, {path: a b.ipynb}] # all\n"),
        ("code: []\n", "code: [{path: a b.ipynb}]\n"),
    ],
)
def test_an_entry_is_added_and_the_rest_stays(before: str, after: str) -> None:
    assert with_code(before, "a b.ipynb") == after


@pytest.mark.parametrize("text", ["{model: {path: m}}", "code: *x\n", "code: &c [{path: x}]\n---\ncode: [{path: y}]\n"])
def test_an_entry_that_would_change_more_is_refused(text: str) -> None:
    try:
        after = with_code(text, "n.ipynb")
    except KitfileInvalid:
        return
    assert after is None or parse_yaml(after).code[-1].path == "n.ipynb"


@given(st.text(min_size=1, max_size=12), st.sampled_from([PLAIN, "code: []\n", "docs: [{path: a}]\n"]))
def test_any_name_is_added_as_it_is_or_not_at_all(name: str, text: str) -> None:
    after = with_code(text, name)
    assert after is None or parse_yaml(after) == replace(parse_yaml(text), code=(*parse_yaml(text).code, Code(name)))


@pytest.mark.parametrize(
    ("text", "indexes", "rest"),
    [
        ("code: [{path: a}, {path: b}, {path: c}, {path: d}]\n", (1, 3), "code: [{path: a}, {path: c}]\n"),
        ("code: [{path: a}, {path: b}, {path: c}, {path: d}]\n", (2, 3), "code: [{path: a}, {path: b}]\n"),
        ("code: [{path: a}, {path: b}, {path: c}, {path: d}]\n", (0, 1, 3), "code: [{path: c}]\n"),
        ("code: [{path: a}, {path: b}]\ndocs: [{path: c}]\n", (0, 1), "docs: [{path: c}]\n"),
        ("code:\n- path: a # x\n# own\n- path: b\n- path: c\n", (0, 1), "code:\n# own\n- path: c\n"),
        ("code:\n- path: a\n- path: b\ndocs: [{path: c}]\n", (0, 1), "docs: [{path: c}]\n"),
        ("code:\n- &a {path: a}\n- path: b\n- *a\n", (0, 2), "code:\n- path: b\n"),
    ],
)
def test_several_entries_go_as_one_after_the_other_would(text: str, indexes: tuple[int, ...], rest: str) -> None:
    assert without(text, "code", *indexes) == rest
    one_by_one: str | None = text
    for index in sorted(indexes, reverse=True):
        one_by_one = without(one_by_one or "", "code", index)
    assert one_by_one == rest


def test_an_entry_that_must_stay_keeps_no_other() -> None:
    text = "code:\n- path: a\n- &b {path: b}\n- path: c\n- *b\ndocs:\n- path: d\n- path: e\n"
    after, kept = editing.without(text, [("docs", 1), ("code", 0), ("code", 1), ("code", 2), ("code", 9), ("docs", 1)])
    assert after == "code:\n- &b {path: b}\n- *b\ndocs:\n- path: d\n"
    assert set(kept) == {("code", 1), ("code", 9)}


def test_a_model_goes_with_those_of_its_parts_that_are_named_too() -> None:
    after, kept = editing.without(PLAIN, [("model", 0), ("part", 1), ("part", 0)])
    assert after == without(PLAIN, "model", 0) and not kept


@pytest.mark.parametrize("count", [8, 500])
def test_any_number_of_entries_costs_the_same_few_readings_of_the_text(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[str] = []

    def counting(text: str) -> Kitfile:
        readings.append(text)
        return parse_yaml(text)

    monkeypatch.setattr(editing, "parse_yaml", counting)
    text = "datasets:\n" + "".join(f"- path: d{at}  # {at}\n" for at in range(count)) + "code: [{path: x}]\n"
    after, kept = editing.without(text, [("dataset", at) for at in range(0, count, 2)])
    assert (after.count("- path"), kept) == (count // 2, [])
    assert len(readings) == 3
