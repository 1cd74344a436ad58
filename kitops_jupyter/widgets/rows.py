"""A long list, a page at a time: the same few row widgets are filled again, so that no list is too long to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import ipywidgets

Item = TypeVar("Item")
PAGE = 20


class Pager(Generic[Item]):
    """Shows `PAGE` of the items; `fill(at, item)` writes one into the row at this place, `on_page` hears of a turn."""

    def __init__(
        self,
        rows: Sequence[ipywidgets.Widget],
        fill: Callable[[int, Item], None],
        on_page: Callable[[Sequence[Item]], None] = lambda items: None,
    ) -> None:
        self._rows = rows
        self._fill = fill
        self._on_page = on_page
        self._items: Sequence[Item] = ()
        self._first = 0
        small = ipywidgets.Layout(width="3em")
        self._back = ipywidgets.Button(icon="chevron-left", tooltip="previous page", layout=small)
        self._on = ipywidgets.Button(icon="chevron-right", tooltip="next page", layout=small)
        self._back.on_click(lambda button: self._turn(-1))
        self._on.on_click(lambda button: self._turn(1))
        self._told = ipywidgets.Label("")
        self._bar = ipywidgets.HBox([self._back, self._told, self._on])
        self._list = ipywidgets.VBox([])
        self.box = ipywidgets.VBox([self._list, self._bar])

    @property
    def shown(self) -> Sequence[Item]:
        """The items of this page."""
        return self._items[self._first : self._first + PAGE]

    def show(self, items: Sequence[Item], *, stay: bool = False) -> None:
        """Show these items from the first, or with `stay` from where it was."""
        self._items = items
        last_page = max(0, (len(items) - 1) // PAGE * PAGE)
        self._first = min(self._first, last_page) if stay else 0
        self._refresh()

    def fill(self) -> None:
        """Write this page's items again."""
        for at, item in enumerate(self.shown):
            self._fill(at, item)

    def _turn(self, pages: int) -> None:
        first = self._first + pages * PAGE
        if 0 <= first < len(self._items):
            self._first = first
            self._refresh()

    def _refresh(self) -> None:
        self.fill()
        self._list.children = tuple(self._rows[: len(self.shown)])
        count, last = len(self._items), self._first + len(self.shown)
        self._bar.layout.display = "" if count > PAGE else "none"
        self._told.value = f"{self._first + 1:,}–{last:,} of {count:,}"
        self._back.disabled = self._first == 0
        self._on.disabled = last >= count
        self._on_page(self.shown)


def set_if_new(widget: Any, **values: Any) -> None:
    """Set only what differs: every other setting would be a message."""
    for name, value in values.items():
        if getattr(widget, name) != value:
            setattr(widget, name, value)
