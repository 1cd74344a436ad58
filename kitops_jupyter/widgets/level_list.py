"""The rows of one level: a button with the name, and what is known of it; a field that narrows the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ipywidgets

from kitops_jupyter.errors import printable
from kitops_jupyter.widgets import looks
from kitops_jupyter.widgets.rows import PAGE, Pager, set_if_new


class LevelList:
    """Names to choose from; `on_choose` gets the chosen one, `on_page` those in sight."""

    def __init__(self, on_choose: Callable[[str], None], on_page: Callable[[Sequence[str]], None]) -> None:
        self._on_choose = on_choose
        self._names: Sequence[str] = ()
        self._known: Mapping[str, str] = {}
        layout = ipywidgets.Layout(
            width="22em", display="flex", justify_content="flex-start", align_items="center", overflow="hidden"
        )
        style = ipywidgets.ButtonStyle(button_color="transparent", text_color=looks.LINK)
        self._buttons = [ipywidgets.Button(layout=layout, style=style) for _ in range(PAGE)]
        self._details = [ipywidgets.Label("") for _ in range(PAGE)]
        for at, button in enumerate(self._buttons):
            button.on_click(lambda clicked, at=at: self._choose(at))
        rows = [ipywidgets.HBox(pair) for pair in zip(self._buttons, self._details, strict=True)]
        self._search = ipywidgets.Text(
            placeholder="filter by name, then Enter", continuous_update=False, layout=ipywidgets.Layout(width="22em")
        )
        self._search.observe(lambda change: self._narrow(), "value")
        self._pager: Pager[str] = Pager(rows, self._fill, on_page)
        self.box = ipywidgets.VBox([self._search, self._pager.box])

    def show(self, names: Sequence[str]) -> None:
        """Show the names of a level."""
        self._names, self._known = names, {}
        self._search.value = ""
        self._search.layout.display = "" if len(names) > PAGE else "none"
        self._pager.show(names)

    def describe(self, known: Mapping[str, str]) -> None:
        """Say what is known of names, if they are still in sight."""
        self._known = {**self._known, **known}
        self._pager.fill()

    @property
    def known(self) -> Mapping[str, str]:
        """What is known of names."""
        return self._known

    @property
    def undescribed(self) -> list[str]:
        """The names in sight of which nothing is known yet."""
        return [name for name in self._pager.shown if name not in self._known]

    def _narrow(self) -> None:
        text = self._search.value.strip().lower()
        self._pager.show([name for name in self._names if text in name.lower()] if text else self._names)

    def _choose(self, at: int) -> None:
        shown = self._pager.shown
        if at < len(shown):
            self._on_choose(shown[at])

    def _fill(self, at: int, name: str) -> None:
        shown = printable(name)
        set_if_new(self._buttons[at], description=shown, tooltip=shown)
        set_if_new(self._details[at], value=printable(self._known.get(name, "")))
