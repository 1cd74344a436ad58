"""Lines of numbers as pictures: whatever numbers and names come, no script, and a legend that can be read."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from kitops_jupyter.show.cards import Curves, Plot
from kitops_jupyter.show.plots import to_svg

LOOK = {"line": "red", "ink": "black", "faint": "grey"}


def points(drawn: str) -> list[list[tuple[float, float]]]:
    tree = ElementTree.fromstring(drawn)
    texts = [found.get("points", "") for found in tree.iter("polyline")]
    return [[(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())] for text in texts]


def test_lines_share_one_scale_and_each_is_told_apart_without_colour() -> None:
    drawn = to_svg(Curves("loss", [("v1", [(0, 0), (10, 4)]), ("v2", [(0, 0), (5, 2)])]), **LOOK)
    (start, end), (_, middle) = points(drawn)
    assert middle == pytest.approx(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), abs=0.1)
    looks = {found.get("stroke-dasharray") for found in ElementTree.fromstring(drawn).iter("polyline")}
    assert len(looks) == 2 and "v1: 4" in drawn and "v2: 2" in drawn


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 1.7e308, -1.7e308, 5e-324])
def test_odd_numbers_leave_the_others_in_the_picture(odd: float) -> None:
    for plot in (Curves("x", [("a", [(0, 1), (1, odd), (2, 3)])]), Plot("x", [("a", 1), ("b", odd), ("c", 3)])):
        (line,) = points(to_svg(plot, **LOOK))
        assert len(line) >= 2 and all(0 <= x <= 320 and 0 <= y <= 72 for x, y in line)


def test_nothing_finite_draws_nothing() -> None:
    assert to_svg(Curves("x", [("a", [(0, math.nan)])]), **LOOK) == ""
    assert to_svg(Plot("x", [("a", math.inf)]), **LOOK) == ""


def test_many_points_stay_a_small_picture() -> None:
    many = [(at, math.sin(at)) for at in range(100_000)]
    assert len(to_svg(Curves("x", [("a", many)]), **LOOK)) < 20_000
    assert len(to_svg(Plot("x", [(str(at), value) for at, value in many]), **LOOK)) < 20_000


def test_names_of_a_kit_reach_the_page_escaped() -> None:
    drawn = to_svg(Curves("<script>", [("<img onerror=x>", [(0, 1), (1, 2)])]), **LOOK)
    assert "<script" not in drawn and "<img" not in drawn
