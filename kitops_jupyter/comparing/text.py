"""Text, line by line: a unified diff, cut where it is long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kitops_jupyter.comparing.alignment import Range, changed_ranges
from kitops_jupyter.comparing.results import TextChange
from kitops_jupyter.comparing.sides import Pair, Unreadable

LIMIT_BYTES = 8 << 20  # of each side
_LINES_LIMIT = 200_000  # of each side: what is aligned in some seconds
_SHOWN_LINES = 400  # of a file's diff
_LINE_CHARS = 1_000  # of a line
_CONTEXT = 3
_NO_END = "\\ No newline at end of file"


def compare_text(pair: Pair) -> TextChange:
    """Both as UTF-8. Raises Unreadable for what is not text, or too large; TooFar."""
    for side in (pair.one, pair.two):
        decoded(pair.start(side, 4096), is_start=side.size > 4096)
    one, two = pair.both(LIMIT_BYTES)
    return lines_between(decoded(one), decoded(two))


def decoded(data: bytes, *, is_start: bool = False) -> str:
    """The text. Raises Unreadable for bytes that no text has; the last character of a start may be incomplete."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        if not is_start or problem.start < len(data) - 3:
            raise Unreadable("it is not UTF-8 text") from None
        text = data[: problem.start].decode("utf-8-sig")
    if "\0" in text:
        raise Unreadable("it is not text")
    return text


def lines_between(before: str, after: str, *, shown_lines: int = _SHOWN_LINES) -> TextChange:
    """The unified diff of two texts. Raises Unreadable for more lines than are compared."""
    one, two = _lines(before), _lines(after)
    if max(len(one), len(two)) > _LINES_LIMIT:
        raise Unreadable(f"it has more than {_LINES_LIMIT:,} lines")
    ranges = list(changed_ranges(one, two))
    removed, added = sum(b - a for a, b, _, _ in ranges), sum(d - c for _, _, c, d in ranges)
    lines: list[str] = []
    total = 0
    for hunk in _hunks(ranges):
        for line in _hunk_lines(one, two, hunk):
            total += 1
            if len(lines) < shown_lines:
                lines.append(line)
    return TextChange(tuple(lines), added, removed, total - len(lines))


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    ended = [f"{line}\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def _hunks(ranges: Sequence[Range]) -> Iterator[list[Range]]:
    """Ranges whose contexts meet, together."""
    hunk: list[Range] = []
    for each in ranges:
        if hunk and each[0] - hunk[-1][1] > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(each)
    if hunk:
        yield hunk


def _hunk_lines(one: Sequence[str], two: Sequence[str], hunk: list[Range]) -> Iterator[str]:
    start, other = max(0, hunk[0][0] - _CONTEXT), max(0, hunk[0][2] - _CONTEXT)
    end, other_end = min(len(one), hunk[-1][1] + _CONTEXT), min(len(two), hunk[-1][3] + _CONTEXT)
    yield f"@@ -{_span(start, end)} +{_span(other, other_end)} @@"
    at = start
    for a, b, c, d in hunk:
        for line in one[at:a]:
            yield from _shown(" ", line)
        for line in one[a:b]:
            yield from _shown("-", line)
        for line in two[c:d]:
            yield from _shown("+", line)
        at = b
    for line in one[at:end]:
        yield from _shown(" ", line)


def _span(start: int, end: int) -> str:
    """As `diff -u` counts: from 1, the line before for none."""
    return f"{start + 1 if end > start else start},{end - start}"


def _shown(sign: str, line: str) -> Iterator[str]:
    text = line.removesuffix("\n")
    yield sign + (text if len(text) <= _LINE_CHARS else f"{text[:_LINE_CHARS]}… {len(text) - _LINE_CHARS:,} more")
    if not line.endswith("\n"):
        yield _NO_END
