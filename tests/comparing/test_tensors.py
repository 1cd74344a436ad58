"""Tensors are compared by name, shape, type and the norm of what differs; their files may say anything."""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.comparing import Budget, Everywhere, Pair, Span, TensorsChange, compare
from tests.comparing.pairs import InMemory, compared

numpy = pytest.importorskip("numpy")


def safetensors(tensors: dict[str, tuple[str, list[int], bytes]], metadata: dict[str, str] | None = None) -> bytes:
    """A file with these tensors."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    body = b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def floats(*values: float, dtype: str = "<f4") -> bytes:
    found: bytes = numpy.array(values, dtype).tobytes()
    return found


def change_of(before: bytes, after: bytes, name: str = "w.safetensors") -> TensorsChange:
    found = compared(name, before, after)
    assert isinstance(found.content, TensorsChange), found.why
    return found.content


def test_a_tensor_that_changed_has_the_norm_of_its_difference() -> None:
    before = safetensors({"a": ("F32", [2], floats(0, 1)), "b": ("F32", [2], floats(5, 5))})
    after = safetensors({"a": ("F32", [2], floats(3, 5)), "b": ("F32", [2], floats(5, 5))})
    found = change_of(before, after)
    (tensor,) = found.tensors
    assert (tensor.name, tensor.norm, tensor.largest, tensor.elements, found.same) == ("a", 5.0, 4.0, 2, 1)


def test_tensors_are_known_by_name_wherever_they_are() -> None:
    one, two = ("F32", [1], floats(1)), ("F32", [2], floats(1, 2))
    found = change_of(safetensors({"a": one, "b": two}), safetensors({"b": two, "c": one}))
    assert [(each.name, each.change) for each in found.tensors] == [
        ("a", "removed"),
        ("c", "added"),
    ] and found.same == 1


def test_another_shape_or_type_is_a_change_of_its_own() -> None:
    before = safetensors({"a": ("F32", [2, 1], floats(1, 2)), "b": ("F32", [1], floats(1))})
    after = safetensors({"a": ("F32", [1, 2], floats(1, 2)), "b": ("I32", [1], floats(1))})
    shapes = [(each.before_shape, each.after_shape) for each in change_of(before, after).tensors]
    assert shapes == [((2, 1), (1, 2)), ((1,), (1,))]


@pytest.mark.parametrize(
    ("dtype", "before", "after", "norm"),
    [
        ("BF16", b"\x80\x3f", b"\x00\x40", 1.0),
        ("F16", floats(1, dtype="<f2"), floats(3, dtype="<f2"), 2.0),
        ("F8_E4M3", b"\x38", b"\x40", 1.0),
        ("F8_E5M2", b"\x3c", b"\x40", 1.0),
        ("I8", b"\xff", b"\x01", 2.0),
        ("U64", struct.pack("<Q", 1), struct.pack("<Q", 3), 2.0),
        ("BOOL", b"\0", b"\1", 1.0),
        ("C64", floats(0, 0), floats(3, 4), 5.0),
    ],
)
def test_each_type_has_a_norm(dtype: str, before: bytes, after: bytes, norm: float) -> None:
    (tensor,) = change_of(safetensors({"a": (dtype, [1], before)}), safetensors({"a": (dtype, [1], after)})).tensors
    assert tensor.norm == norm


def test_all_floats_of_8_bits_are_those_of_ml_dtypes() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    from kitops_jupyter.comparing.numbers import _table

    for ours, theirs in (("F8_E4M3", ml_dtypes.float8_e4m3fn), ("F8_E5M2", ml_dtypes.float8_e5m2)):
        expected = numpy.arange(256, dtype="u1").view(theirs).astype("f8")
        assert numpy.array_equal(numpy.array(_table(ours)), expected, equal_nan=True)


def test_values_that_are_not_finite_are_counted_and_left_out_of_the_norm() -> None:
    before = safetensors({"a": ("F32", [3], floats(1, 1, math.nan))})
    after = safetensors({"a": ("F32", [3], floats(2, math.inf, math.nan))})
    (tensor,) = change_of(before, after).tensors
    assert (tensor.norm, tensor.elements, tensor.not_finite) == (1.0, 2, 1)


def test_without_numpy_the_bytes_that_differ_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    (tensor,) = change_of(safetensors({"a": ("U8", [3], b"abc")}), safetensors({"a": ("U8", [3], b"abd")})).tensors
    assert (tensor.changed_bytes, tensor.norm) == (1, None)


def test_only_what_may_differ_is_read(tmp_path: Path) -> None:
    data = bytes(1 << 20)
    one, two = (
        InMemory(safetensors({"a": ("U8", [1 << 20], data), "b": ("U8", [2], last)})) for last in (b"aa", b"ab")
    )

    class Known:
        """The last two bytes may differ."""

        def within(self, start: int, end: int, /) -> Iterator[Span]:
            if end > one.size - 2:
                yield max(start, one.size - 2), end

    found = compare(Pair("w.safetensors", one, two, Known(), Budget(None))).content
    assert isinstance(found, TensorsChange) and [each.name for each in found.tensors] == ["b"]
    assert sum(end - start for start, end in one.seen) < 1000


def test_tensors_that_are_too_far_away_are_counted_as_not_compared() -> None:
    small, large = ("U8", [1], b"a"), ("U8", [100_000], bytes(100_000))
    one = InMemory(safetensors({"a": small, "b": large}), far=True)
    two = InMemory(safetensors({"a": ("U8", [1], b"b"), "b": ("U8", [100_000], b"\1" * 100_000)}), far=True)
    found = compare(Pair("w.safetensors", one, two, Everywhere(), Budget(50_000))).content
    assert isinstance(found, TensorsChange)
    assert ([each.name for each in found.tensors], found.unknown, found.would_move_bytes) == (["a"], 1, 200_000)


def npy(array: Any) -> bytes:
    import io

    stream = io.BytesIO()
    numpy.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def test_arrays_of_numpy_are_compared_and_pickles_are_not_opened() -> None:
    (array,) = change_of(npy(numpy.zeros((2, 3))), npy(numpy.ones((2, 3))), "x.npy").tensors
    assert (array.before_dtype, array.before_shape, array.elements) == ("F64", (2, 3), 6)
    found = compared("x.npy", npy(numpy.array([{}], object)), npy(numpy.array([{1: 2}], object)))
    assert found.content is None and "plain numbers" in found.why


RIGHT = {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"a": 1}',
        json.dumps({"a": RIGHT, "b": RIGHT}).encode(),
        json.dumps({"a": {**RIGHT, "data_offsets": [0, 400]}}).encode(),
        json.dumps({"a": {**RIGHT, "data_offsets": [4, 0]}}).encode(),
        json.dumps({"a": {**RIGHT, "data_offsets": [-4, 0]}}).encode(),
        json.dumps({"a": {**RIGHT, "data_offsets": [0, True]}}).encode(),
        json.dumps({"a": {**RIGHT, "shape": [1 << 61, 1 << 61]}}).encode(),
        json.dumps({"a": {**RIGHT, "shape": [1] * 1000}}).encode(),
        json.dumps({"a": {**RIGHT, "dtype": ["U8"]}}).encode(),
        json.dumps({"a": {**RIGHT, "data_offsets": [0, 2], "shape": [2]}}).encode(),
        b'{"a":' + b"{}," * 300_000 + b"{}}",
    ],
)
def test_a_header_that_lies_makes_the_files_only_differ(header: bytes) -> None:
    before = struct.pack("<Q", len(header)) + header + b"1234"
    found = compared("w.safetensors", before, before[:-1] + b"5")
    assert found.content is None and found.why


@pytest.mark.parametrize("length", [0, 1, 1 << 30, (1 << 64) - 1])
def test_a_length_that_lies_makes_the_files_only_differ(length: int) -> None:
    assert compared("w.safetensors", struct.pack("<Q", length) + b"{}", b"").why
