"""JSON to the byte as Go writes it."""

from __future__ import annotations

import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitops_jupyter import gojson
from kitops_jupyter.errors import ManifestInvalid


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (1e-5, "0.00001"),
        (1e-6, "0.000001"),
        (1.5e-6, "0.0000015"),
        (1e-7, "1e-7"),
        (1.25e-10, "1.25e-10"),
        (5e-324, "5e-324"),
        (123456789.0, "123456789"),
        (1e15, "1000000000000000"),
        (1e16, "10000000000000000"),
        (1e20, "100000000000000000000"),
        (123456789012345678901.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (-1.5e22, "-1.5e+22"),
        (1e100, "1e+100"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)
def test_a_float_is_written_as_go_does(value: float, text: str) -> None:
    assert gojson.dumps(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_back_to_the_bit(value: float) -> None:
    assert struct.pack("d", float(json.loads(gojson.dumps(value), parse_int=float))) == struct.pack("d", value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [math.nan], {"a": math.inf}])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ManifestInvalid, match="only finite numbers"):
        gojson.dumps(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain é 漢 😀", '"plain é 漢 😀"'),
        ("<a href='x'>&", "\"\\u003ca href='x'\\u003e\\u0026\""),
        ("\u2028\u2029", '"\\u2028\\u2029"'),
        ('"\\', '"\\"\\\\"'),
        ("\n\r\t\b\f", '"\\n\\r\\t\\b\\f"'),
        ("\0\x1f\x7f", '"\\u0000\\u001f\x7f"'),
        ("a\ud800b", '"a\\ufffdb"'),
    ],
)
def test_text_is_escaped_as_go_does(value: str, text: str) -> None:
    assert gojson.dumps(value) == text
    assert gojson.dumps({value: 1}) == f"{{{text}:1}}"


@given(st.text())
def test_text_reads_back(value: str) -> None:
    assert json.loads(gojson.dumps(value)) == value


def test_keys_keep_the_callers_order_unless_sorted() -> None:
    value = {"b": {"z": 1, "a": [{"y": 1, "x": 2}]}, "a": 2}
    assert gojson.dumps(value) == '{"b":{"z":1,"a":[{"y":1,"x":2}]},"a":2}'
    assert gojson.dumps(value, sort_keys=True) == '{"a":2,"b":{"a":[{"x":2,"y":1}],"z":1}}'


def test_keys_are_sorted_by_their_bytes() -> None:
    assert gojson.dumps({"\uffff": 1, "😀": 2, "Z": 3, "a": 4}, sort_keys=True) == '{"Z":3,"a":4,"\uffff":1,"😀":2}'


@pytest.mark.parametrize("value", [{1: 2}, {None: 1}, {"a": {True: 1}}])
def test_keys_must_be_text(value: object) -> None:
    with pytest.raises(ManifestInvalid, match="only text"):
        gojson.dumps(value)


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object()])
def test_what_json_does_not_know_is_refused(value: object) -> None:
    with pytest.raises(ManifestInvalid, match="cannot be written as JSON"):
        gojson.dumps(value)


def test_the_other_values_are_written() -> None:
    assert (
        gojson.dumps([None, True, False, 0, -7, 1 << 63, (), {}]) == "[null,true,false,0,-7,9223372036854775808,[],{}]"
    )


def test_indented_is_gos_marshal_indent() -> None:
    text = gojson.dumps({"a": [], "b": {}, "c": [1, {"d": '{"e": [1,2]}\\'}], "f": [[]]})
    assert gojson.indented(text) == (
        '{\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    {\n      "d": "{\\"e\\": [1,2]}\\\\"\n    }\n  ],\n'
        '  "f": [\n    []\n  ]\n}'
    )
    assert gojson.indented("[1]", 4) == "[\n    1\n]"
    assert gojson.indented("12") == "12"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_written_is_what_python_reads_and_indents(value: object) -> None:
    text = gojson.dumps(value)
    assert json.loads(text) == value
    assert gojson.dumps(json.loads(text)) == text
    assert json.loads(gojson.indented(text)) == value
