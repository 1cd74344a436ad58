"""The order of keys in a free map, as yaml.v3 writes it: numbers by value, letters after what is not a letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from kitops_jupyter.kitfile.values import Timestamp

# Go's numbers for the kinds of values: keys of different kinds are in this order.
_KINDS = {bool: 1, int: 2, float: 14, type(None): 20, str: 24, Timestamp: 25}


def in_order(keys: Iterable[Any]) -> list[Any]:
    """The keys, sorted."""
    return sorted(keys, key=_Key)


class _Key:
    """A key that compares as yaml.v3 has it. Source: go-yaml v3, sorter.go."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Key) -> bool:
        one, two = self.value, other.value
        kinds = _KINDS[type(one)], _KINDS[type(two)]
        if isinstance(one, (int, float)) and isinstance(two, (int, float)):
            return bool(one < two) if one != two else kinds[0] < kinds[1]
        return _text_less(one, two) if kinds == (24, 24) else kinds[0] < kinds[1]


def _text_less(one: str, two: str) -> bool:
    after_digit = False
    for at in range(min(len(one), len(two))):
        if one[at] == two[at]:
            after_digit = _is_digit(one[at])
            continue
        letters = one[at].isalpha(), two[at].isalpha()
        if all(letters):
            return one[at] < two[at]
        if any(letters):
            return letters[0] if after_digit else letters[1]
        return _number_less(one, two, at)
    return len(one) < len(two)


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def _number_less(one: str, two: str, at: int) -> bool:
    """Compare from the first difference on: as numbers where both have digits there."""
    start = 0
    if "0" in (one[at], two[at]):
        back = at - 1
        while back >= 0 and _is_digit(one[back]):
            if one[back] != "0":
                start = 1
                break
            back -= 1
    first, second = _number(one, at, start), _number(two, at, start)
    return first < second if first != second else one[at] < two[at]


def _number(text: str, at: int, number: int) -> tuple[int, int]:
    """The number that starts there and where it ends; it wraps at 64 bits, as it does in Go."""
    while at < len(text) and _is_digit(text[at]):
        number = (number * 10 + ord(text[at]) - ord("0") + (1 << 63)) % (1 << 64) - (1 << 63)
        at += 1
    return number, at
