"""JSON and YAML are compared by value: what moved or was written otherwise is the same."""

from __future__ import annotations

import pytest

from kitops_jupyter.comparing import TextChange, ValuesChange
from tests.comparing.pairs import compared


def changes(name: str, before: str, after: str) -> list[tuple[str, str | None, str | None]]:
    found = compared(name, before, after).content
    assert isinstance(found, ValuesChange)
    return [(value.path, value.before, value.after) for value in found.values]


def test_a_value_is_named_by_its_path() -> None:
    assert changes("a.json", '{"a": {"b": [0, 1]}}', '{"a": {"b": [0, 2]}}') == [("a.b[1]", "1", "2")]


def test_numbers_have_a_difference() -> None:
    found = compared("a.json", '{"loss": 0.5}', '{"loss": 0.25}').content
    assert isinstance(found, ValuesChange) and found.values[0].difference == -0.25


def test_an_item_put_in_front_of_a_list_is_one_change() -> None:
    assert changes("a.json", "[1, 2, 3]", "[0, 1, 2, 3]") == [("[0]", None, "0")]


def test_the_order_of_keys_and_spaces_are_no_change_of_values() -> None:
    found = compared("a.json", '{"a":1,"b":2}', '{ "b": 2, "a": 1 }').content
    assert found == ValuesChange((), 0)


def test_true_is_not_one() -> None:
    assert changes("a.json", "[true]", "[1]") == [("[0]", "true", "1")]


def test_yaml_is_compared_by_value_and_its_comments_as_text() -> None:
    assert changes("a.yaml", "a: 1\nb: [x]\n", "b: [y]\na: 1\n") == [("b[0]", '"x"', '"y"')]
    assert isinstance(compared("a.yaml", "a: 1 # one\n", "a: 1 # two\n").content, TextChange)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "[" * 100_000),
        ("a.json", "[" * 5000 + "]" * 5000),
        ("a.json", "[" * 300 + "]" * 300),
        ("a.json", '{"a": NaN}'),
        ("a.json", "1" * 100_000),
        ("a.json", '{"a": 1e999999}'),
        ("a.json", '"\\ud800"'),
        ("a.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"),
        ("a.yaml", "a: !!python/object/apply:os.system [id]\n"),
        ("a.yaml", "[" * 3000),
        ("a.yaml", "a: {}: b"),
        ("a.ipynb", '{"cells": {}}'),
        ("a.ipynb", '{"cells": [1, null, {"source": [1]}]}'),
        ("a.ipynb", "[" * 100_000),
    ],
)
def test_a_hostile_file_is_compared_as_something_or_said_to_differ(name: str, text: str) -> None:
    for before, after in ((text, "{}"), ("{}", text), (text, text + " ")):
        found = compared(name, before, after)
        assert found.content is not None or found.why
