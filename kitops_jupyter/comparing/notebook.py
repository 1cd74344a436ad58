"""Notebooks, by cell: matched by their ids, else by what is in them. Nothing of a notebook is run or shown as HTML.

nbdime compares notebooks as well: its import took seconds, 200 cells without a likeness 32 s, and
nothing can cancel that. Each step here is bounded.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kitops_jupyter.comparing.alignment import in_order
from kitops_jupyter.comparing.results import CellChange, NotebookChange, TextChange
from kitops_jupyter.comparing.sides import Pair, Unreadable
from kitops_jupyter.comparing.text import lines_between
from kitops_jupyter.comparing.values import changed_values
from kitops_jupyter.disk import parse_json
from kitops_jupyter.progress import beat

_LIMIT_BYTES = 64 << 20  # of each side, outputs included
_CELLS_LIMIT = 10_000
_SHOWN_CELLS = 100
_SHOWN_LINES = 120  # of a cell
# Cells without an id are compared each with each: 10,000 pairs are some seconds at worst.
_PAIRED_CELLS = 100
_PAIRED_CHARS = 400
_ALIKE = 0.5


class _Cell(NamedTuple):
    """A cell as it is compared; outputs and metadata as JSON."""

    id: str
    type: str
    source: str
    outputs: str
    metadata: str


def compare_notebooks(pair: Pair) -> NotebookChange:
    """Both as notebooks of format 4. Raises Unreadable for what is not, TooFar."""
    one, two = map(_parsed, pair.both(_LIMIT_BYTES))
    before, after = _cells(one), _cells(two)
    found = list(_changes(before, after))
    same = len(after) - sum(change.after is not None for change in found)
    metadata = changed_values(one.get("metadata", {}), two.get("metadata", {}))
    return NotebookChange(tuple(found[:_SHOWN_CELLS]), same, metadata, max(0, len(found) - _SHOWN_CELLS))


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        parsed = parse_json(data)
    except ValueError as problem:
        raise Unreadable(str(problem)) from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("cells"), list):
        raise Unreadable("it is not a notebook of format 4")
    return parsed


def _cells(notebook: dict[str, Any]) -> list[_Cell]:
    cells = notebook["cells"]
    if len(cells) > _CELLS_LIMIT:
        raise Unreadable(f"it has more than {_CELLS_LIMIT:,} cells")
    return [_cell(cell) for cell in cells]


def _cell(cell: Any) -> _Cell:
    source = cell.get("source", "") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable("a cell has no source")
    outputs = cell.get("outputs", [])
    if isinstance(outputs, list):  # how often a cell was run is not what it put out
        outputs = [
            {name: value for name, value in each.items() if name != "execution_count"}
            if isinstance(each, dict)
            else each
            for each in outputs
        ]
    more = [cell.get("metadata", {}), cell.get("attachments", {})]
    id = cell.get("id")
    return _Cell(
        id if isinstance(id, str) else "",
        str(cell.get("cell_type", ""))[:20],
        source,
        json.dumps(outputs, sort_keys=True),
        json.dumps(more, sort_keys=True),
    )


def _changes(before: list[_Cell], after: list[_Cell]) -> Iterator[CellChange]:
    """What differs, a removed cell where it was."""
    matched = _matched(before, after)
    there = {mine: yours for yours, mine in matched.items()}
    pairs = sorted(matched.items())
    kept = in_order([mine for _, mine in pairs])
    moved = {yours for at, (yours, _) in enumerate(pairs) if at not in kept}
    gone = [at for at in range(len(before)) if at not in there]
    next_gone = 0
    last = -1  # the cell before, of those that kept their order
    for yours, cell in enumerate(after):
        mine = matched.get(yours)
        if mine is not None and yours not in moved:
            last = mine
        while next_gone < len(gone) and gone[next_gone] < last:
            yield _whole(before[gone[next_gone]], gone[next_gone], None)
            next_gone += 1
        if mine is None:
            yield _whole(cell, None, yours)
        elif before[mine]._replace(id="") != cell._replace(id="") or yours in moved:
            yield _between(before[mine], mine, cell, yours, yours in moved)
    for at in gone[next_gone:]:
        yield _whole(before[at], at, None)


def _whole(cell: _Cell, before: int | None, after: int | None) -> CellChange:
    one, two = (cell.source, "") if after is None else ("", cell.source)
    places = None if before is None else before + 1, None if after is None else after + 1
    lines = _source(one, two) if cell.source else TextChange((), 0, 0)
    return CellChange(cell.type, *places, lines, outputs=cell.outputs != "[]", metadata=False, moved=False)


def _between(one: _Cell, before: int, two: _Cell, after: int, moved: bool) -> CellChange:
    is_other = one.source != two.source or one.type != two.type
    return CellChange(
        two.type if one.type == two.type else f"{one.type} → {two.type}",
        before + 1,
        after + 1,
        _source(one.source, two.source) if is_other else None,
        outputs=one.outputs != two.outputs,
        metadata=one.metadata != two.metadata,
        moved=moved,
    )


def _source(one: str, two: str) -> TextChange:
    """Without the mark of a missing line's end: no cell has one."""
    texts = (f"{text}\n" if text and not text.endswith("\n") else text for text in (one, two))
    return lines_between(*texts, shown_lines=_SHOWN_LINES)


def _matched(before: list[_Cell], after: list[_Cell]) -> dict[int, int]:
    """For cells of `after` the one of `before` that each was: by id, else the same source, else one that is alike."""
    found: dict[int, int] = {}
    by_id = _unique([cell.id for cell in before])
    for id, yours in _unique([cell.id for cell in after]).items():
        if id and id in by_id:
            found[yours] = by_id[id]
    _match_equal(before, after, found)
    _match_alike(before, after, found)
    return found


def _unique(names: Sequence[str]) -> dict[str, int]:
    counted = Counter(names)
    return {name: at for at, name in enumerate(names) if counted[name] == 1}


def _match_equal(before: list[_Cell], after: list[_Cell], found: dict[int, int]) -> None:
    taken, waiting = set(found.values()), dict[tuple[str, str], list[int]]()
    for at in reversed(range(len(before))):
        if at not in taken:
            waiting.setdefault((before[at].type, before[at].source), []).append(at)
    for yours, cell in enumerate(after):
        if yours not in found and (places := waiting.get((cell.type, cell.source))):
            found[yours] = places.pop()


def _match_alike(before: list[_Cell], after: list[_Cell], found: dict[int, int]) -> None:
    taken = set(found.values())
    free = [at for at in range(len(before)) if at not in taken]
    new = [at for at in range(len(after)) if at not in found]
    if max(len(free), len(new)) > _PAIRED_CELLS:
        return
    pairs = []
    for yours in new:
        beat()
        for mine in free:
            if (alike := _likeness(before[mine], after[yours])) >= _ALIKE:
                pairs.append((-alike, abs(mine - yours), yours, mine))
    for _, _, yours, mine in sorted(pairs):
        if yours not in found and mine not in taken:
            found[yours] = mine
            taken.add(mine)


def _likeness(one: _Cell, two: _Cell) -> float:
    """From 0 to 1: the lines that are the same, or in short cells the characters."""
    if one.type != two.type or not (one.source.strip() and two.source.strip()):
        return 0.0
    mine, yours = set(one.source.splitlines()), set(two.source.splitlines())
    lines = 2 * len(mine & yours) / (len(mine) + len(yours))
    if lines >= _ALIKE or max(len(one.source), len(two.source)) > _PAIRED_CHARS:
        return lines
    matcher = difflib.SequenceMatcher(None, one.source, two.source, autojunk=False)
    return max(lines, matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0)
