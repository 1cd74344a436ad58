"""How the widgets look: few styles, the theme's own colours, and no text of a stranger as HTML."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets

from kitops_jupyter.errors import KitError, printable
from kitops_jupyter.lines import Line

FAINT = "var(--jp-ui-font-color2, var(--vscode-descriptionForeground, #808080))"
LINK = "var(--jp-content-link-color, var(--vscode-textLink-foreground, #1976d2))"
GOOD = "var(--jp-success-color1, #388e3c)"
BAD = "var(--jp-error-color1, var(--vscode-errorForeground, #d32f2f))"
WARN = "var(--jp-warn-color1, var(--vscode-editorWarning-foreground, #d97706))"
_MONO = "var(--jp-code-font-family, var(--vscode-editor-font-family, monospace))"
_FILL = "var(--jp-layout-color2, var(--vscode-textCodeBlock-background, rgba(128, 128, 128, .1)))"
_MARK = "application/vnd.kitops.live+json"


def escaped(text: str) -> str:
    """The text for HTML, its control characters visible."""
    return html.escape(printable(text), quote=True)


def command_line(line: Line) -> str:
    """A `%kit` line, to be marked and copied; why there is none in its place."""
    if not line.text:
        return told(line.problem)
    return (
        f'<code style="font-family: {_MONO}; font-size: 12px; background: {_FILL}; padding: 2px 6px;'
        " border-radius: 3px;"
        f' user-select: all; white-space: pre-wrap; overflow-wrap: anywhere">{escaped(line.text)}</code>'
    )


def told(text: str, colour: str = FAINT, *, is_live: bool = False) -> str:
    """A line of text in one colour; `is_live` has a screen reader say it when it changes."""
    role = ' role="status" aria-live="polite"' if is_live else ""
    return f'<span{role} style="color: {colour}; overflow-wrap: anywhere; white-space: pre-line">{escaped(text)}</span>'


def failure(problem: KitError) -> str:
    """An error: what failed, then what to do."""
    first, *rest = problem.lines()
    shown = f'<div role="alert" style="line-height: 1.5; overflow-wrap: anywhere"><span style="color: {BAD}">'
    shown += f"{escaped(first)}</span>"
    return shown + "".join(f'<div style="color: {FAINT}">{escaped(line)}</div>' for line in rest) + "</div>"


def text(value: str = "", **layout: Any) -> ipywidgets.HTML:
    """A place for HTML that is made here."""
    return ipywidgets.HTML(value, layout=ipywidgets.Layout(margin="0", **layout))


def panel(*children: ipywidgets.Widget) -> ipywidgets.VBox:
    """The frame around what one command shows."""
    layout = ipywidgets.Layout(
        max_width="60em",
        padding="8px 12px",
        border_left="3px solid var(--jp-brand-color1, #1976d2)",
    )
    return ipywidgets.VBox(children, layout=layout)


def bundle(widget: ipywidgets.Widget, plain: str, html_text: str) -> dict[str, Any]:
    """What a notebook shows: the widget, and HTML or text if there is none.

    A front end shows a widget before HTML, also in a notebook that is opened again and whose widget is gone. The mark
    has the panel's extension look for the widget first (`labextension/src/plugins/outputs.ts`).
    """
    return {**widget._repr_mimebundle_(), _MARK: {}, "text/plain": plain, "text/html": html_text}
