"""A hostile safetensors header is refused before any library reads the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.capture.formats import Loading
from kitops_jupyter.capture.formats.safetensors_files import check_tensors, write_tensors
from kitops_jupyter.errors import VariableRefused


def told(kind: Any = "F32", shape: Any = (1,), begin: Any = 0, end: Any = 4) -> dict[str, Any]:
    return {"dtype": kind, "shape": list(shape), "data_offsets": [begin, end]}


def write(path: Path, header: Any, data: bytes) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def test_what_was_written_is_found_sound_and_read_by_the_library(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "x.safetensors"
    write_tensors(
        path,
        {"b": ("F32", [2], lambda: b"\0" * 8), "a": ("U8", [3], lambda: b"abc"), "e": ("I64", [0], bytes)},
        {"k": "v"},
    )
    check_tensors(path, Loading("x"))
    assert {name: each.tolist() for name, each in library.load_file(path).items()} == {
        "a": [97, 98, 99], "b": [0.0, 0.0], "e": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "data"),
    [
        ({"a": told(), "b": told()}, b"1234"),  # the same bytes twice
        ({"a": told(), "b": told(begin=2, end=6)}, b"123456"),
        ({"a": told(begin=4, end=8)}, b"12345678"),  # bytes of no tensor
        ({"a": told()}, b"12345678"),
        ({"a": told(end=4)}, b"12"),  # beyond the file
        ({"a": told(shape=[1 << 61], end=4)}, b"1234"),
        ({"a": told(shape=[-1], end=4)}, b"1234"),
        ({"a": told(shape=[True], end=4)}, b"1234"),
        ({"a": told(begin=-4, end=0)}, b""),
        ({"a": told(kind="OBJECT")}, b"1234"),
        ({"a": told(kind=["F32"])}, b"1234"),
        ({"a": 5}, b""),
        ({"__metadata__": {"a": 1}}, b""),
        ({"__metadata__": []}, b""),
        ([], b""),
        (b"{", b""),
        (b"[" * 100_000, b""),
        (b"\xff", b""),
    ],
)
def test_a_header_that_lies_is_refused(header: Any, data: bytes, tmp_path: Path) -> None:
    with pytest.raises(VariableRefused, match="not a safetensors file"):
        check_tensors(write(tmp_path / "x.safetensors", header, data), Loading("x"))


@pytest.mark.parametrize("data", [b"", b"1234", (1 << 40).to_bytes(8, "little"), b"\xff" * 8 + b"{}"])
def test_a_file_without_a_header_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(data)
    with pytest.raises(VariableRefused, match="not a safetensors file"):
        check_tensors(tmp_path / "x.safetensors", Loading("x"))
