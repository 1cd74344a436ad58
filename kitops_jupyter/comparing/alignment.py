"""Which items of two sequences are the same, in time that hostile ones do not stretch.

Patience diff: items that appear once in both are the anchors, the longest run of them in order is kept, and what lies
between is aligned in the same way; short stretches without an anchor by difflib, long ones not at all.
Source: Bram Cohen, "Patience Diff Advantages", 2010.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence

from kitops_jupyter.progress import beat

_SHORT = 300  # difflib takes the square of it at worst, some 10 ms
_MOST_DEEP = 30

Range = tuple[int, int, int, int]


def changed_ranges(one: Sequence[Hashable], two: Sequence[Hashable]) -> Iterator[Range]:
    """Ranges of both that differ, in order: `one[a:b]` became `two[c:d]`; what lies between them is the same."""
    waiting = [(0, len(one), 0, len(two), 0)]
    found: list[Range] = []
    while waiting:
        beat()
        start, end, other, other_end, depth = waiting.pop()
        while start < end and other < other_end and one[start] == two[other]:
            start, other = start + 1, other + 1
        while start < end and other < other_end and one[end - 1] == two[other_end - 1]:
            end, other_end = end - 1, other_end - 1
        if start == end or other == other_end:
            if start != end or other != other_end:
                found.append((start, end, other, other_end))
            continue
        anchors = _anchors(one[start:end], two[other:other_end]) if depth < _MOST_DEEP else []
        if anchors:
            at, to = start, other
            for mine, yours in [*anchors, (end - start, other_end - other)]:
                waiting.append((at, start + mine, to, other + yours, depth + 1))
                at, to = start + mine + 1, other + yours + 1
        elif end - start <= _SHORT and other_end - other <= _SHORT:
            matcher = difflib.SequenceMatcher(None, one[start:end], two[other:other_end], autojunk=False)
            found += [
                (start + a, start + b, other + c, other + d)
                for tag, a, b, c, d in matcher.get_opcodes()
                if tag != "equal"
            ]
        else:
            found.append((start, end, other, other_end))
    yield from _joined(sorted(found))


def in_order(places: Sequence[int]) -> set[int]:
    """Indexes of a longest run of places that grow."""
    tails: list[int] = []
    values: list[int] = []
    before = [-1] * len(places)
    for at, place in enumerate(places):
        slot = bisect_left(values, place)
        before[at] = tails[slot - 1] if slot else -1
        tails[slot : slot + 1] = [at]
        values[slot : slot + 1] = [place]
    kept: set[int] = set()
    at = tails[-1] if tails else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept


def _anchors(one: Sequence[Hashable], two: Sequence[Hashable]) -> list[tuple[int, int]]:
    mine, yours = _once(one), _once(two)
    common = [(at, yours[item]) for item, at in mine.items() if item in yours]
    kept = in_order([there for _, there in common])
    return [pair for at, pair in enumerate(common) if at in kept]


def _once(items: Sequence[Hashable]) -> dict[Hashable, int]:
    """Items that appear once, and where, in their order."""
    seen: dict[Hashable, int] = {}
    for at, item in enumerate(items):
        seen[item] = -1 if item in seen else at
    return {item: at for item, at in seen.items() if at >= 0}


def _joined(ranges: list[Range]) -> Iterator[Range]:
    """Ranges that touch each other as one."""
    last: Range | None = None
    for each in ranges:
        if last and last[1] == each[0] and last[3] == each[2]:
            last = (last[0], each[1], last[2], each[3])
            continue
        if last:
            yield last
        last = each
    if last:
        yield last
