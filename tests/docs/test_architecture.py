"""The page about the house is true of the house."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_house import FLOORS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
ROWS = {
    room: int(floor) for floor, room in re.findall(r"^\| (-?\d+) \| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
}
PATHS = re.findall(r"`((?:docs|tests|notebooks|labextension|kitops_jupyter)/[\w./]*)`", PAGE.read_text("utf-8"))


@pytest.mark.parametrize("room", sorted({*FLOORS, *ROWS}))
def test_a_room_is_on_the_page_with_its_floor(room: str) -> None:
    assert room in FLOORS, f"docs/architecture.md: delete the row of {room}, which tests/test_house.py does not know"
    assert room in ROWS, f"docs/architecture.md: add the row | {FLOORS[room]} | `{room}` | what it holds |"
    assert ROWS[room] == FLOORS[room], f"docs/architecture.md: {room} is on floor {FLOORS[room]}, not {ROWS[room]}"


@pytest.mark.parametrize("path", sorted(set(PATHS)))
def test_a_path_on_the_page_exists(path: str) -> None:
    assert (ROOT / path).exists(), f"docs/architecture.md names {path}, which does not exist"
