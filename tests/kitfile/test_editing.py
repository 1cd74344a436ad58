"""A layer that is left out leaves the rest of the Kitfile's text alone, however it was written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitops_jupyter.errors import KitfileInvalid
from kitops_jupyter.kitfile import Code, parse_yaml
from kitops_jupyter.kitfile.editing import with_code, without

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
