"""What differs inside a file, in words, lines and tables: the same for a cell, a terminal and the panel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from kitops_jupyter.comparing import (
    CellChange,
    Content,
    NotebookChange,
    TableChange,
    TensorChange,
    TensorsChange,
    TextChange,
    ValueChange,
    ValuesChange,
)
from kitops_jupyter.show.cards import Cell, Fold, Table
from kitops_jupyter.sizes import counted, human_size

_SIGNS = {"added": "+", "removed": "−", "changed": "~"}


@singledispatch
def summary(content: Content) -> str:
    """What differs, on one line."""
    raise TypeError(type(content).__name__)


@singledispatch
def folds(content: Content) -> list[Fold]:
    """What differs, a fold a cell of a notebook, else one; the titles of the file's only fold are empty."""
    raise TypeError(type(content).__name__)


def number(value: float | None) -> str:
    """Six digits; nothing for no number."""
    return "" if value is None else f"{value:.6g}"


def signed(value: float | None) -> str:
    """A difference, with its sign."""
    return "" if value is None else f"{value:+.6g}"


@summary.register
def _summary_of_text(content: TextChange) -> str:
    return f"+{content.added:,} −{content.removed:,} {'line' if content.added + content.removed == 1 else 'lines'}"


@folds.register
def _folds_of_text(content: TextChange) -> list[Fold]:
    return [Fold("", lines=content.lines, notes=_cut(content.cut, "line"))]


@summary.register
def _summary_of_values(content: ValuesChange) -> str:
    return counted(content.total, "value") if content.total else "the same values, written differently"


@folds.register
def _folds_of_values(content: ValuesChange) -> list[Fold]:
    cut = content.total - len(content.values)
    return [Fold("", table=values_table(content.values), notes=_cut(cut, "value"))] if content.total else []


def values_table(values: tuple[ValueChange, ...]) -> Table:
    """Values by path, with the difference of numbers."""
    rows = tuple(_value_row(value) for value in values)
    if not any(row[-1] for row in rows):
        return Table(("path", "before", "after"), tuple(row[:-1] for row in rows))
    return Table(("path", "before", "after", "difference"), rows)


def _value_row(value: ValueChange) -> tuple[str, str, str, str]:
    return value.path or "(all)", value.before or "", value.after or "", signed(value.difference)


@summary.register
def _summary_of_notebook(content: NotebookChange) -> str:
    counts = [
        (sum(cell.change == change for cell in content.cells), change) for change in ("changed", "added", "removed")
    ]
    words = [f"{counted(count, 'cell')} {change}" for count, change in counts if count]
    words += [f"{content.cut:,} more cells differ"] if content.cut else []
    words += ["metadata"] if content.metadata else []
    return ", ".join(words) or "the same cells, written differently"


@folds.register
def _folds_of_notebook(content: NotebookChange) -> list[Fold]:
    found = [_cell_fold(cell) for cell in content.cells]
    if content.metadata:
        found.append(Fold("metadata of the notebook", table=values_table(content.metadata)))
    if content.cut:
        found.append(Fold("", notes=_cut(content.cut, "cell")))
    return found


def _cell_fold(cell: CellChange) -> Fold:
    place = f"{cell.before or ''}{' → ' if cell.moved and cell.before and cell.after else ''}"
    place = f"{place}{cell.after}" if cell.after and (cell.moved or not cell.before) else str(cell.before or "")
    if cell.before and cell.after and not cell.moved and cell.before != cell.after:
        place = f"{cell.before} (now {cell.after})"
    words = ", ".join(_cell_words(cell))
    source = cell.source
    return Fold(
        f"{_SIGNS[cell.change]} {cell.cell_type or 'a'} cell {place}: {words}",
        lines=source.lines if source else (),
        notes=_cut(source.cut, "line") if source else (),
        is_open=bool(source and source.lines),
    )


def _cell_words(cell: CellChange) -> Iterator[str]:
    if cell.change != "changed":
        yield f"{cell.change}{', with outputs' if cell.outputs else ''}"
        return
    if cell.moved:
        yield "moved"
    if cell.source:
        yield f"source {summary(cell.source)}"
    if cell.outputs:
        yield "other outputs"
    if cell.metadata:
        yield "other metadata"


@summary.register
def _summary_of_table(content: TableChange) -> str:
    before, after = content.rows
    words = [counted(after, "row") if before == after else f"{before:,} → {after:,} rows"]
    if content.added or content.removed:
        words.append(f"+{content.added or 0:,} −{content.removed or 0:,} rows")
    if content.columns:
        words.append(
            f"{counted(len(content.columns), 'column')} of {content.same + content.unknown + len(content.columns)}"
        )
    return ", ".join(words)


@folds.register
def _folds_of_table(content: TableChange) -> list[Fold]:
    rows = tuple(
        (
            f"{_SIGNS[column.change]} {column.name}",
            column.before_type,
            column.after_type,
            "" if column.values is None else column.values,
        )
        for column in content.columns
    )
    notes = [content.note] if content.note else []
    notes += [f"{counted(content.unknown, 'column')} not compared"] if content.unknown else []
    table = Table(("column", "before", "after", "values that differ"), rows) if rows else None
    return [Fold("", table=table, notes=notes)] if rows or notes else []


@summary.register
def _summary_of_tensors(content: TensorsChange) -> str:
    total = content.total + content.same + content.unknown
    words = [f"{counted(content.total, 'tensor')} of {total:,}"] if content.total else []
    words += ["metadata"] if content.metadata else []
    words += [f"{content.unknown:,} not compared"] if content.unknown else []
    return ", ".join(words) or "the same tensors, placed differently"


@folds.register
def _folds_of_tensors(content: TensorsChange) -> list[Fold]:
    rows = tuple(_tensor_row(tensor) for tensor in content.tensors)
    heads = ("tensor", "before", "after", "norm of the difference", "largest", "elements")
    notes = _cut(content.total - len(rows), "tensor")
    if content.unknown:
        size = human_size(content.would_move_bytes)
        notes.append(f"{counted(content.unknown, 'tensor')} not compared: {size} would travel; --deep compares them")
    found = [Fold("", table=Table(heads, rows) if rows else None, notes=notes)] if rows or notes else []
    if content.metadata:
        found.append(Fold("metadata of the file", table=values_table(content.metadata)))
    return found


def _tensor_row(tensor: TensorChange) -> tuple[Cell, ...]:
    sides = (
        f"{dtype} {'×'.join(map(str, shape)) or 'scalar'}" if dtype else ""
        for dtype, shape in (
            (tensor.before_dtype, tensor.before_shape),
            (tensor.after_dtype, tensor.after_shape),
        )
    )
    norm = number(tensor.norm)
    if not norm and tensor.changed_bytes is not None:
        norm = f"{human_size(tensor.changed_bytes)} differ"
    norm += f" ({tensor.not_finite:,} not finite)" if tensor.not_finite else ""
    elements = "" if tensor.elements is None else f"{tensor.elements:,}"
    return f"{_SIGNS[tensor.change]} {tensor.name}", *sides, norm, number(tensor.largest), elements


def _cut(count: int, what: str) -> list[str]:
    return [f"{counted(count, what)} more"] if count else []
