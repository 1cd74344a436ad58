"""A kit's layers, folders and files with ticks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from kitops_jupyter.errors import printable
from kitops_jupyter.sizes import human_size
from kitops_jupyter.widgets.rows import PAGE, Pager, set_if_new
from kitops_jupyter.widgets.ticks import Node, Ticks


class KitContents:
    """The tree of a kit. `on_ticks` hears of every change, `on_open` is asked for the files of a layer."""

    def __init__(self, on_ticks: Callable[[], None], on_open: Callable[[Node], None]) -> None:
        self._on_ticks = on_ticks
        self._on_open = on_open
        self.ticks: Ticks | None = None
        self._boxes = [ipywidgets.Checkbox(indent=False, layout=ipywidgets.Layout(width="24em")) for _ in range(PAGE)]
        style = ipywidgets.ButtonStyle(button_color="transparent")
        self._openers = [ipywidgets.Button(layout=ipywidgets.Layout(width="3em"), style=style) for _ in range(PAGE)]
        self._details = [ipywidgets.Label("") for _ in range(PAGE)]
        for at in range(PAGE):
            self._boxes[at].observe(lambda change, at=at: self._tick(at, change["new"]), "value")
            self._openers[at].on_click(lambda button, at=at: self._toggle(at))
        columns = zip(self._openers, self._boxes, self._details, strict=True)
        rows = [ipywidgets.HBox(row) for row in columns]
        self._rows = rows
        self._pager: Pager[Node] = Pager(rows, self._fill)
        self._all = ipywidgets.Button(description="Tick all", layout=ipywidgets.Layout(width="8em"))
        self._none = ipywidgets.Button(description="Untick all", layout=ipywidgets.Layout(width="8em"))
        self._all.on_click(lambda button: self._tick_all(True))
        self._none.on_click(lambda button: self._tick_all(False))
        self.box = ipywidgets.VBox([ipywidgets.HBox([self._all, self._none]), self._pager.box])

    def show(self, ticks: Ticks) -> None:
        """Show a kit."""
        self.ticks = ticks
        self._pager.show(ticks.rows())

    def refresh(self) -> None:
        """Show what has changed, where it is."""
        if self.ticks:
            self._pager.show(self.ticks.rows(), stay=True)

    def _node(self, at: int) -> Node | None:
        shown = self._pager.shown
        return shown[at] if at < len(shown) else None

    def _tick(self, at: int, is_ticked: bool) -> None:
        node = self._node(at)
        if self.ticks and node and node.is_ticked != is_ticked:  # else it was set by `_fill`
            self.ticks.tick(node, is_ticked)
            self._pager.fill()
            self._on_ticks()

    def _tick_all(self, is_ticked: bool) -> None:
        if self.ticks:
            self.ticks.tick_all(is_ticked)
            self._pager.fill()
            self._on_ticks()

    def _toggle(self, at: int) -> None:
        node = self._node(at)
        if self.ticks and node and node.can_open:
            if node.files is None:
                self._on_open(node)
            else:
                self.ticks.toggle(node)
                self.refresh()

    def _fill(self, at: int, node: Node) -> None:
        opener: Any = self._openers[at]
        what = "close" if node.is_open else "open"
        set_if_new(
            opener,
            description="▾" if node.is_open else "▸" if node.can_open else "",
            disabled=not node.can_open,
            tooltip=f"{what} {printable(node.path)}" if node.can_open else "",
        )
        set_if_new(opener.layout, visibility="visible" if node.can_open else "hidden")
        set_if_new(self._rows[at].layout, margin=f"0 0 0 {node.depth * 1.5:g}em")
        set_if_new(self._boxes[at], value=node.is_ticked, description=printable(node.label), tooltip=node.path)
        set_if_new(self._details[at], value=_detail(node))


def _detail(node: Node) -> str:
    if node.elsewhere:
        return f"{'remote: ' if node.is_extra else 'from '}{printable(node.elsewhere)}"
    is_known = node.size_bytes is not None
    parts = [human_size(node.size_bytes or 0) if is_known else f"{human_size(node.stored_bytes)} stored"]
    if node.depth == 0 and node.path not in node.label:
        parts.insert(0, printable(node.path))
    if node.can_open and node.files is not None:
        parts.append(f"{len(node.files):,} file{'' if len(node.files) == 1 else 's'}")
    if node.is_partly_ticked:
        parts.append("partly")
    return " · ".join(parts)
