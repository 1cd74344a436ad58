"""The cells of a saved notebook against what the kernel ran: which ran as saved, and what else there is in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kitops_jupyter.disk import parse_json, read_bytes
from kitops_jupyter.manifest import CellsRan
from kitops_jupyter.session import Run, Session, source_key

READ_LIMIT_BYTES = 64 << 20
_ADVICE = "restart the kernel, run all cells and pack again, for a kit whose notebook is what ran"


@dataclass(frozen=True, slots=True)
class _Cell:
    """A code cell of the file that is not empty; `name` is its id, or its place in the file, counted from 1."""

    cell_id: str
    name: str
    source: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of the cells, and a warning if the notebook is not what ran."""

    ran: CellsRan
    warning: str


def judge_cells(notebook: Path, session: Session) -> Judged | None:
    """How each code cell of the file stands to what this kernel ran.

    None if the file cannot be read, or does not have the cell that runs now: then the kernel runs another notebook, or
    the file was not saved since.
    """
    cells, runs, running = _cells_of(notebook), session.runs, session.running
    if cells is None or running is None:
        return None
    found = _Matches(cells, runs)
    here = next((at for at, cell in enumerate(cells) if found.of(cell) is running), None)
    return _judged(notebook.name, cells, found, here, running) if here is not None else None


class _Matches:
    """Which run belongs to which cell: by id, else by text; a run without a cell is gone.

    Which of the cells with the same text and without ids ran when is unknown: their order is not judged.
    """

    def __init__(self, cells: Sequence[_Cell], runs: Sequence[Run]) -> None:
        by_id = {run.cell_id: run for run in runs if run.cell_id}
        self._runs = {cell.name: by_id[cell.cell_id] for cell in cells if cell.cell_id in by_id}
        known = {run.cell_id for run in self._runs.values()}
        loose = [run for run in runs if run.cell_id not in known or not run.cell_id]
        by_text: dict[int, Run] = {run.source: run for run in loose}
        for cell in cells:
            if cell.name not in self._runs and cell.source in by_text:
                self._runs[cell.name] = by_text[cell.source]
        texts = Counter(cell.source for cell in cells)
        self._unordered = {cell.name for cell in cells if texts[cell.source] > 1 and cell.cell_id not in by_id}
        # A cell that failed and was deleted left less behind than one that ran: it is not counted.
        self.gone = [run for run in loose if run.source not in texts and run.is_ok is not False]

    def of(self, cell: _Cell) -> Run | None:
        return self._runs.get(cell.name)

    def is_ordered(self, cell: _Cell) -> bool:
        return cell.name not in self._unordered


def _judged(name: str, cells: Sequence[_Cell], found: _Matches, here: int, running: Run) -> Judged:
    states: dict[str, str] = {}
    latest, disordered, never_above = 0, 0, 0
    for at, cell in enumerate(cells):
        run = found.of(cell)
        if run is None:
            states[cell.name] = "never ran"
            never_above += at < here
            continue
        if run.source != cell.source:
            states[cell.name] = "edited"
        elif run.is_ok is False:
            states[cell.name] = "failed"
        if run is not running and found.is_ordered(cell):
            if run.order < latest:
                disordered += 1
                states.setdefault(cell.name, "out of order")
            latest = max(latest, run.order)
    counts = {state: sum(each == state for each in states.values()) for state in ("edited", "failed", "never ran")}
    ran = CellsRan(
        name,
        len(cells),
        sum(state in ("", "out of order") for state in (states.get(cell.name, "") for cell in cells)),
        counts["edited"],
        counts["failed"],
        counts["never ran"],
        disordered,
        len(found.gone),
        tuple(states.items()),
    )
    return Judged(ran, _warning(ran, never_above))


def _warning(ran: CellsRan, never_above: int) -> str:
    """What is not as the file shows it; cells below the one that packs have yet to run, and are not counted."""
    told = [
        _told(ran.edited, "was edited since it ran", "were edited since they ran"),
        _told(ran.failed, "failed", "failed"),
        _told(never_above, "above this one never ran", "above this one never ran"),
        _told(ran.out_of_order, "ran out of order", "ran out of order"),
        _told(ran.gone, "that ran is no longer in it", "that ran are no longer in it"),
    ]
    said = ", ".join(filter(None, told))
    return f"{ran.notebook} is not what ran in this kernel: {said}; {_ADVICE}" if said else ""


def _told(count: int, one: str, many: str) -> str:
    return f"{count} {'cell' if count == 1 else 'cells'} {one if count == 1 else many}" if count else ""


def _cells_of(notebook: Path) -> list[_Cell] | None:
    try:
        parsed = parse_json(read_bytes(notebook, READ_LIMIT_BYTES))
        listed = [(at, cell) for at, cell in enumerate(parsed["cells"], 1) if cell["cell_type"] == "code"]
        cells = [_cell(at, cell) for at, cell in listed if _source(cell).strip()]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return cells if len({cell.name for cell in cells}) == len(cells) else None


def _cell(at: int, cell: Mapping[str, Any]) -> _Cell:
    cell_id = cell.get("id")
    known = cell_id if isinstance(cell_id, str) else ""
    return _Cell(known, known or str(at), source_key(_source(cell)))


def _source(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
