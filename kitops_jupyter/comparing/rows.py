"""Tables of text, row by row: which columns differ, and how many rows. Streamed, so that a table may be large.

Rows are counted by their hashes up to a limit: rows that were only put in or taken out are no change of columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import zip_longest

from kitops_jupyter.comparing.results import ColumnChange, TableChange
from kitops_jupyter.comparing.sides import Bytes, Pair, Unreadable
from kitops_jupyter.progress import beat

_LIMIT_BYTES = 256 << 20  # of each side: a minute of the parser
_PIECE_BYTES = 1 << 20
_LINE_LIMIT_CHARS = 1 << 20
_COLUMNS_LIMIT = 4096
_COUNTED_ROWS = 500_000  # of each side: 8 bytes in a dictionary each
_TYPED_ROWS = 1000


def compare_csv(pair: Pair) -> TableChange:
    """Both as CSV with names in the first row. Raises Unreadable for what is not, or is too large; TooFar."""
    for side in (pair.one, pair.two):
        if side.size > _LIMIT_BYTES:
            raise Unreadable(f"it has more than {_LIMIT_BYTES >> 20} MiB")
    pair.budget.take(pair.one.cost(0, pair.one.size) + pair.two.cost(0, pair.two.size))
    delimiter = "\t" if pair.name.lower().endswith(".tsv") else ","
    one, two = _Table(pair.one, delimiter), _Table(pair.two, delimiter)
    both = [(one.places[name], two.places[name], name) for name in one.names if name in two.places]
    unlike = dict.fromkeys((name for _, _, name in both), 0)
    for before, after in zip_longest(one.rows(), two.rows()):
        if before is None or after is None or (before == after and one.names == two.names):
            continue
        for mine, yours, name in both:
            unlike[name] += before[mine] != after[yours]
    return _result(one, two, unlike)


class _Table:
    """One side: its names, then its rows, each counted as it goes by."""

    def __init__(self, side: Bytes, delimiter: str) -> None:
        self._reader = csv.reader(_lines(side), delimiter=delimiter, strict=True)
        self.names = self._next() or []
        if not self.names or len(self.names) > _COLUMNS_LIMIT or len(set(self.names)) != len(self.names):
            raise Unreadable("its first row does not name its columns")
        self.places = {name: at for at, name in enumerate(self.names)}
        self.types = [""] * len(self.names)
        self.count = 0
        self.seen: dict[int, int] = {}

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as problem:
            raise Unreadable(f"line {self._reader.line_num} is not CSV: {problem}") from None

    def rows(self) -> Iterator[list[str]]:
        """Every row; all must have as many fields as there are names."""
        while (row := self._next()) is not None:
            if not row:
                continue
            if len(row) != len(self.names):
                raise Unreadable(f"line {self._reader.line_num} has {len(row):,} fields of {len(self.names):,}")
            self.count += 1
            if self.count <= _TYPED_ROWS:
                self.types = [_type(known, value) for known, value in zip(self.types, row, strict=True)]
            if self.count <= _COUNTED_ROWS:
                key = hash(tuple(row))
                self.seen[key] = self.seen.get(key, 0) + 1
            yield row

    def type_of(self, name: str) -> str:
        return self.types[self.places[name]] or "empty"


def _result(one: _Table, two: _Table, unlike: dict[str, int]) -> TableChange:
    columns = [ColumnChange(name, "removed", one.type_of(name), "") for name in one.names if name not in two.places]
    columns += [ColumnChange(name, "added", "", two.type_of(name)) for name in two.names if name not in one.places]
    added = removed = None
    note = ""
    if one.names == two.names and max(one.count, two.count) <= _COUNTED_ROWS:
        added = sum(max(0, count - one.seen.get(row, 0)) for row, count in two.seen.items())
        removed = sum(max(0, count - two.seen.get(row, 0)) for row, count in one.seen.items())
    kept = None not in (added, removed) and not (added and removed)  # every row of one side is a row of the other
    if kept and not added and not removed:
        note = "the same rows in another order" if any(unlike.values()) else "the same rows, written differently"
    by_place = one.count == two.count
    for name, count in unlike.items():
        types = one.type_of(name), two.type_of(name)
        if types[0] != types[1] or (count and not kept):
            columns.append(ColumnChange(name, "changed", *types, count if by_place else None))
    if not by_place and not kept:
        note = "rows were added or removed as well: columns differ at equal places of the file"
    same = sum(name not in {column.name for column in columns} for name in unlike)
    return TableChange((one.count, two.count), tuple(columns), same, 0, added, removed, note)


def _type(known: str, value: str) -> str:
    """The narrowest of whole, number and text that fits what was seen and this value."""
    if not value or known == "text":
        return known
    for name, read in (("whole number", int), ("number", float)):
        if known in ("", name) or name == "number":
            try:
                read(value)
            except ValueError:
                continue
            return name
    return "text"


def _lines(side: Bytes) -> Iterator[str]:
    """Lines with their ends. Raises Unreadable for bytes that are not text, and for lines without an end."""
    rest = b""
    for at in range(0, side.size, _PIECE_BYTES):
        beat()
        rest += side.read(at, min(at + _PIECE_BYTES, side.size))
        lines = rest.split(b"\n")
        rest = lines.pop()
        if len(rest) > _LINE_LIMIT_CHARS:
            raise Unreadable("it has a line of more than 1 MiB")
        for line in lines:
            yield _text(line + b"\n", is_first=not at)
    if rest:
        yield _text(rest, is_first=side.size <= _PIECE_BYTES)


def _text(line: bytes, *, is_first: bool) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8 text") from None
    if "\0" in text:
        raise Unreadable("it is not text")
    return text.removeprefix("\ufeff") if is_first else text
