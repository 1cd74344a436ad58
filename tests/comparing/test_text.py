"""Text is compared line by line, as `diff -u` shows it, in time that no text stretches."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitops_jupyter.comparing import Budget, Everywhere, Pair, TextChange, compare
from kitops_jupyter.comparing.alignment import changed_ranges, in_order
from tests.comparing.pairs import InMemory, compared

LINES = st.lists(st.sampled_from("abcd"), max_size=30)


def change_of(before: str, after: str, name: str = "a.py") -> TextChange:
    found = compared(name, before, after).content
    assert isinstance(found, TextChange)
    return found


def test_a_changed_line_stands_between_three_lines_of_what_is_around_it() -> None:
    before = "".join(f"{number}\n" for number in range(20))
    found = change_of(before, before.replace("10\n", "ten\n"))
    assert (found.added, found.removed) == (1, 1)
    assert found.lines == ("@@ -8,7 +8,7 @@", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13")


def test_a_line_end_that_is_missing_is_said() -> None:
    assert change_of("a\n", "a").lines == ("@@ -1,1 +1,1 @@", "-a", "+a", "\\ No newline at end of file")


def test_bytes_that_are_not_text_only_differ() -> None:
    found = compared("model.bin", b"\x00\x01", b"\x00\x02")
    assert found.content is None and found.why == "it is not text"


def test_a_long_diff_is_cut_and_says_how_much_of_it_is_missing() -> None:
    found = change_of("", "x\n" * 5000)
    assert (found.added, len(found.lines) + found.cut) == (5000, 5001) and found.cut > 4000


def test_a_long_line_is_cut() -> None:
    assert len(change_of("", "x" * 1_000_000).lines[1]) < 2000


@given(LINES, LINES)
def test_what_is_between_the_ranges_that_changed_is_the_same(one: list[str], two: list[str]) -> None:
    made: list[str] = []
    at = 0
    for a, b, c, d in changed_ranges(one, two):
        made += [*one[at:a], *two[c:d]]
        at = b
    assert [*made, *one[at:]] == two


@given(st.permutations(range(12)))
def test_what_is_in_order_grows(places: list[int]) -> None:
    kept = [places[at] for at in sorted(in_order(places))]
    assert kept == sorted(kept) and kept


@pytest.mark.parametrize(
    "lines",
    [
        lambda random: random.choices("ab", k=50_000),
        lambda random: [str(random.randrange(500)) for _ in range(50_000)],
        lambda random: random.sample([str(number) for number in range(50_000)], 50_000),
    ],
    ids=["two-words", "few-words", "shuffled"],
)
def test_hostile_lines_are_compared_within_seconds(lines: object) -> None:
    chance = random.Random(1)
    one, two = ("\n".join(lines(chance)) for _ in range(2))  # type: ignore[operator]
    started = time.monotonic()
    change_of(one, two)
    assert time.monotonic() - started < 20


def test_a_text_that_is_too_far_away_is_not_fetched_but_for_its_start() -> None:
    one, two = InMemory(b"a\n" * 50_000, far=True), InMemory(b"b\n" * 50_000, far=True)
    found = compare(Pair("a.txt", one, two, Everywhere(), Budget(20_000)))
    assert (found.content, found.would_move_bytes) == (None, 200_000)
    assert {end for _, end in (*one.seen, *two.seen)} == {4096}
