"""A card as plain text: for a terminal, and on one line for a log. Nothing from a kit reaches either raw."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from kitops_jupyter.errors import printable, printable_lines
from kitops_jupyter.show.cards import Card, Cell, Fold, Lines


def kit_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Columns as kit prints them: as wide as their longest cell and three blanks, the last one ragged."""
    cells = [[printable(str(cell)) for cell in row] for row in (columns, *rows)]
    widths = [max(map(_width, column)) + 3 for column in zip(*cells, strict=True)]
    return "\n".join(_line(row, widths) for row in cells)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    filled = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
    return "".join(filled).rstrip()


def _width(text: str) -> int:
    """Columns of a terminal that the text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def to_text(card: Card, *, width: int = 100) -> str:
    """The card for a terminal; facts are wrapped at `width`, tables and the text block are not."""
    blocks = [printable(card.title)]
    if card.facts:
        blocks[0] += "\n" + "\n".join(_fact_lines(card.facts, width))
    for table in card.tables:
        caption = f"{printable(table.caption)}\n" if table.caption else ""
        blocks.append(caption + kit_table([column.upper() for column in table.columns], table.rows))
    if card.text:
        blocks.append(printable_lines(card.text.rstrip("\n")))
    blocks += map(fold_text, card.folds)
    told = [f"warning: {printable(warning)}" for warning in card.warnings]
    told += [f"note: {printable(note)}" for note in card.notes]
    if told:
        blocks.append("\n".join(told))
    return "\n\n".join(blocks) if len(blocks) > 1 else blocks[0]


def fold_text(fold: Fold) -> str:
    """A fold for a terminal: all of it, under its title, indented by two."""
    lines = [*map(printable, fold.lines)]
    if fold.table:
        lines += kit_table([column.upper() for column in fold.table.columns], fold.table.rows).split("\n")
    lines += map(printable, fold.notes)
    return "\n".join([printable(fold.title), *(f"  {line}".rstrip() for line in lines)])


def to_line(card: Card) -> str:
    """Title and facts on one line, for a log; what to know and what to worry about on lines of their own."""
    facts = "; ".join(f"{name} {value}" for name, value in card.facts)
    told = [f"warning: {warning}" for warning in card.warnings] + [f"note: {note}" for note in card.notes]
    return "\n".join(map(printable, [f"{card.title}: {facts}", *told]))


def _fact_lines(facts: Sequence[tuple[str, Cell]], width: int) -> Iterator[str]:
    import textwrap

    indent = max(_width(name) for name, _ in facts) + 4
    for name, value in facts:
        lead = f"  {printable(name)}".ljust(indent)
        room = max(width, indent + 24)
        for line in value.text.split("\n") if isinstance(value, Lines) else [str(value)]:
            wrapped = textwrap.wrap(
                printable(line), room, initial_indent=lead, subsequent_indent=" " * indent, break_long_words=False,
                break_on_hyphens=False,
            )  # fmt: skip
            yield from wrapped or [lead.rstrip()]
            lead = " " * indent
