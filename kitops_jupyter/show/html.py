"""A card as HTML for a notebook. Nothing from a kit reaches the page raw."""

from __future__ import annotations

import html
from collections.abc import Sequence

from kitops_jupyter.errors import printable, printable_lines
from kitops_jupyter.show.cards import Card, Cell, Code, Fold, Lines, Number, Size, Table
from kitops_jupyter.show.plots import to_svg

ROW_LIMIT = 500  # rows of one table that HTML shows: a page with more is slow to scroll, the value has them all
TEXT_LIMIT_CHARS = 60_000  # of a text block in HTML

# Inline styles only: they survive where a <style> element is dropped. Every colour is the theme's (JupyterLab's
# variables, then VS Code's), and if there is none, inherited or a grey that shows on white and on black.
_INK = "var(--jp-ui-font-color1, var(--vscode-editor-foreground, inherit))"
_FAINT = "var(--jp-ui-font-color2, var(--vscode-descriptionForeground, #808080))"
_LINE = "var(--jp-border-color2, var(--vscode-widget-border, rgba(128, 128, 128, .35)))"
_ACCENT = "var(--jp-brand-color1, var(--vscode-focusBorder, #1976d2))"
_WARN = "var(--jp-warn-color1, var(--vscode-editorWarning-foreground, #d97706))"
_FILL = "var(--jp-layout-color2, var(--vscode-textCodeBlock-background, rgba(128, 128, 128, .1)))"
_LINE_LOOKS = {  # of a unified diff; a mix with the page, so that the text keeps its contrast in every theme
    "+": "display: block; background: rgba(46, 160, 67, .18)",
    "-": "display: block; background: rgba(248, 81, 73, .18)",
    "@": f"display: block; color: {_FAINT}",
    " ": "display: block",
    "\\": f"display: block; color: {_FAINT}",
}
_SANS = "var(--jp-ui-font-family, var(--vscode-font-family, system-ui, sans-serif))"
_MONO = "var(--jp-code-font-family, var(--vscode-editor-font-family, ui-monospace, monospace))"
_BOX = (
    f"color: {_INK}; font-family: {_SANS}; font-size: 13px; line-height: 1.5; max-width: 60em; margin: 4px 0;"
    f" padding: 10px 16px 12px; border: 1px solid {_LINE}; border-left: 3px solid {_ACCENT}; border-radius: 6px"
)
# More scrolls in a box of its own, which some systems do not show: the list of all verbs has to fit.
_MOST_LINES = 48
_MOST_COLUMNS, _MOST_CHARS = 8, 100
_MOST_HEIGHT = "44em"
_UNBROKEN_CHARS = 20  # a long cell beside it would press a word such as "ok" into a column of letters
_CELL = "padding: 3px 14px 3px 0; border: 0; background: none; vertical-align: top; white-space: normal"


def to_html(card: Card) -> str:
    """The card for a notebook: escaped, without script, and in the theme's own colours."""
    parts = [f'<div class="kitops-card" style="{_BOX}">']
    parts.append(f'<div style="font-weight: 600; font-size: 14px; overflow-wrap: anywhere">{_shown(card.title)}</div>')
    if card.facts:
        parts.append(_facts(card.facts))
    parts += (_table(table) for table in card.tables)
    parts += (to_svg(plot, line=_ACCENT, ink=_INK, faint=_FAINT) for plot in card.plots)
    if card.text:
        parts.append(_text(card.text))
    parts += (_folded(fold) for fold in card.folds)
    parts += (_told("warning", _WARN, warning) for warning in card.warnings)
    parts += (_told("note", _FAINT, note) for note in card.notes)
    return "".join([*parts, "</div>"])


def _shown(text: str) -> str:
    return html.escape(printable(text), quote=True)


def _facts(facts: Sequence[tuple[str, Cell]]) -> str:
    rows = "".join(
        f'<tr style="background: none"><th scope="row" style="{_CELL}; text-align: left; font-weight: 400;'
        f' color: {_FAINT}">{_shown(name)}</th>'
        f'<td style="{_CELL}; text-align: left; overflow-wrap: anywhere">{_value(value)}</td></tr>'
        for name, value in facts
    )
    return f'<table style="border-collapse: collapse; margin: 6px 0 0; font-size: 13px">{rows}</table>'


def _value(value: Cell) -> str:
    if isinstance(value, Code):
        look = f"font-family: {_MONO}; font-size: 12px; background: none; padding: 0"  # JupyterLab indents code
        return f'<code style="{look}">{_shown(value.text)}</code>'
    if isinstance(value, Number):
        return f"<b>{_shown(str(value))}</b>" if value.is_best else _shown(str(value))
    if isinstance(value, Lines):
        return f'<span style="white-space: pre-line">{html.escape(printable_lines(value.text), quote=True)}</span>'
    return _shown(str(value))


def _table(table: Table) -> str:
    rows = table.rows[:ROW_LIMIT]
    sides = [_side(column) for column in zip(*rows, strict=True)] if rows else ["left"] * len(table.columns)
    shares = _shares(table)
    head = "".join(
        f'<th scope="col" style="{_CELL}; text-align: {side}; {_breaking(column)}; font-weight: 500; color: {_FAINT}">'
        f"{_shown(column)}</th>"
        for column, side in zip(table.columns, sides, strict=True)
    )
    body = "".join(_row(row, sides, shares[at] if shares else None) for at, row in enumerate(rows))
    # Not a <caption>: that one is broken into lines of the table's width, which may be that of one short name.
    caption = f'<div style="color: {_FAINT}">{_shown(table.caption)}</div>' if table.caption else ""
    more = len(table.rows) - len(rows)
    is_long, is_wide = len(rows) > _MOST_LINES, len(table.columns) > _MOST_COLUMNS
    rest = f'<div style="color: {_FAINT}">and {more:,} more rows</div>' if more else ""
    return (
        f'<div{_scrolling(is_long, is_wide, table.caption or "table")} style="{_height(is_long)}'
        f'overflow: auto; margin: 8px 0 0; overflow-wrap: anywhere">{caption}'
        '<table style="border-collapse: collapse; font-size: 13px"><thead>'
        f'<tr style="background: none; border-bottom: 1px solid {_LINE}">{head}'
        + ('<th aria-hidden="true" style="border: 0; background: none"></th>' if shares else "")
        + f"</tr></thead><tbody>{body}</tbody></table></div>{rest}"
    )


def _row(row: Sequence[Cell], sides: Sequence[str], share: float | None) -> str:
    cells = "".join(
        f'<td style="{_CELL}; text-align: {side}; {_breaking(cell)}">{_value(cell)}</td>'
        for cell, side in zip(row, sides, strict=True)
    )
    return f'<tr style="background: none">{cells}{_bar(share) if share is not None else ""}</tr>'


def _breaking(cell: Cell) -> str:
    """How a cell is broken into lines: a short one never is."""
    text = cell.text if isinstance(cell, Code | Lines) else str(cell)
    return "white-space: nowrap" if len(text) <= _UNBROKEN_CHARS and "\n" not in text else "overflow-wrap: anywhere"


def _bar(share: float) -> str:
    """One layer's share of the largest: what makes a kit big is seen at a glance."""
    return (
        f'<td aria-hidden="true" style="{_CELL}; min-width: 110px; vertical-align: middle">'
        f'<div style="height: 7px; border-radius: 4px; background: {_FILL}"><div style="height: 7px; min-width: 2px;'
        f' border-radius: 4px; background: {_ACCENT}; width: {share:.1%}"></div></div></td>'
    )


def _shares(table: Table) -> list[float]:
    """Each row's size against the largest; empty where bars would say nothing."""
    for column in zip(*table.rows, strict=True) if len(table.rows) > 1 else ():
        if any(isinstance(cell, Size) for cell in column):
            sizes = [cell.size_bytes if isinstance(cell, Size) else 0 for cell in column]
            return [size / max(sizes) for size in sizes] if max(sizes) else []
    return []


def _side(column: Sequence[Cell]) -> str:
    filled = [cell for cell in column if cell != ""]
    return "right" if filled and all(isinstance(cell, int | Number | Size) for cell in filled) else "left"


def _text(text: str) -> str:
    shown = html.escape(printable_lines(text[:TEXT_LIMIT_CHARS].rstrip("\n")), quote=True)
    lines = shown.split("\n")
    is_long, is_wide = len(lines) > _MOST_LINES, max(map(len, lines)) > _MOST_CHARS
    more = f"\n… {len(text) - TEXT_LIMIT_CHARS:,} more characters" if len(text) > TEXT_LIMIT_CHARS else ""
    return (
        f'<pre{_scrolling(is_long, is_wide, "text")} style="{_height(is_long)}font-family: {_MONO}; font-size: 12px;'
        f" color: inherit; background: {_FILL}; border-radius: 4px; margin: 8px 0 0; padding: 8px 10px; overflow: auto;"
        ' white-space: pre">'
        f"{shown}{more}</pre>"
    )


def _folded(fold: Fold) -> str:
    """What a click or Enter on its title unfolds; the title alone where there is nothing below it."""
    if not (fold.lines or fold.table or fold.notes):
        return f'<div style="margin: 6px 0 0; overflow-wrap: anywhere">{_shown(fold.title)}</div>'
    notes = "".join(
        f'<div style="color: {_FAINT}; overflow-wrap: anywhere">{_shown(note)}</div>' for note in fold.notes
    )
    return (
        f'<details style="margin: 6px 0 0"{" open" if fold.is_open else ""}>'
        f'<summary style="cursor: pointer; overflow-wrap: anywhere">{_shown(fold.title)}</summary>'
        f"{_diff_lines(fold.lines) if fold.lines else ''}{_table(fold.table) if fold.table else ''}{notes}</details>"
    )


def _diff_lines(lines: Sequence[str]) -> str:
    """Lines of a unified diff; the sign in front says what the colour says."""
    shown = "".join(
        f'<span style="{_LINE_LOOKS.get(line[:1], "")}">{html.escape(printable(line), quote=True)}\n</span>'
        for line in lines
    )
    is_long = len(lines) > _MOST_LINES
    return (
        f'<pre{_scrolling(is_long, False, "changed lines")} style="{_height(is_long)}font-family: {_MONO};'
        " font-size: 12px; color: inherit; background: none; margin: 4px 0 0; overflow: auto; white-space: pre-wrap;"
        f' overflow-wrap: anywhere">{shown}</pre>'
    )


def _height(is_long: bool) -> str:
    return f"max-height: {_MOST_HEIGHT}; " if is_long else ""


def _scrolling(is_long: bool, is_wide: bool, name: str) -> str:
    """The attributes of a box that scrolls: keys reach it, and a screen reader says what it is."""
    return f' tabindex="0" role="group" aria-label="{_shown(name)}"' if is_long or is_wide else ""


def _told(kind: str, colour: str, text: str) -> str:
    return (
        f'<div style="margin: 6px 0 0; padding: 0 0 0 8px; border-left: 2px solid {colour}; overflow-wrap: anywhere">'
        f'<span style="color: {colour}; font-weight: 500">{kind}</span> {_shown(text)}</div>'
    )
