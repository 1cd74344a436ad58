"""Small files that others wrote."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kitops_jupyter.disk import parse_json, read_bytes, read_json, why
from tests.disk.odd_files import ODD, make_odd


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_regular_file_is_refused_at_once_and_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="it is a") as caught:
        read_bytes(make_odd(kind, tmp_path / "odd"))
    assert why(caught.value)


def test_an_empty_file_of_settings_may_be_said_as_the_null_device() -> None:
    assert read_bytes(os.devnull) == b""


def test_a_link_is_followed_unless_it_must_not_be(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    assert read_bytes(tmp_path / "link") == b"x"
    if hasattr(os, "O_NOFOLLOW"):
        with pytest.raises(OSError, match="it is a link"):
            read_bytes(tmp_path / "link", follow_links=False)


def test_a_file_that_is_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(bytes(101))
    with pytest.raises(OSError, match="longer than 100 bytes"):
        read_bytes(tmp_path / "long", 100)


@pytest.mark.parametrize(
    "data",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        "NaN",
        "[Infinity]",
        '{"a": -Infinity}',
        "{",
        "",
        "\x00",
        b"\xff\xfe",
        "9" * 5000,
    ],
)
def test_what_is_no_json_is_a_value_error_with_a_reason(data: str | bytes) -> None:
    with pytest.raises(ValueError) as caught:
        parse_json(data)
    assert 0 < len(why(caught.value)) < 200


def test_json_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"a": [1, None, "é"]}))
    assert read_json(tmp_path / "x.json") == {"a": [1, None, "é"]}
