"""Where the ticked parts go: a folder, what conflicts there, the line that does it, and the transfer itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ipywidgets

from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import KitError
from kitops_jupyter.lines import Line, offered, path_word
from kitops_jupyter.operations.look.browse import KitPlace
from kitops_jupyter.operations.transfer.pull import pull_files
from kitops_jupyter.operations.unpack.conflicts import find_conflicts
from kitops_jupyter.operations.unpack.destination import ConflictingPath
from kitops_jupyter.operations.unpack.unpack import unpack
from kitops_jupyter.sizes import human_size
from kitops_jupyter.verbs.core.screen import Browse
from kitops_jupyter.widgets import looks
from kitops_jupyter.widgets.ticks import Ticks
from kitops_jupyter.widgets.transfer import TransferBars

REFUSE, KEEP, OVERWRITE = "stop on conflicts", "keep mine", "overwrite mine"
_FLAGS = {REFUSE: [], KEEP: ["-i"], OVERWRITE: ["-o"]}
_FOLDERS_LIMIT = 200
_CONFLICTS_SHOWN = 20


class PullPane:
    """Pulls what is ticked of one kit, once the conflicts are known."""

    def __init__(self, kernel: Any, request: Browse, run: Callable[[Callable[[], None]], Any]) -> None:
        """`run` calls a function in a thread, and shows its KitError."""
        self._kernel = kernel
        self._request = request
        self._run = run
        self._place: KitPlace | None = None
        self._ticks: Ticks | None = None
        self._checked: tuple[object, ...] = ()
        self.result: Any = None
        wide = ipywidgets.Layout(width="30em")
        style = {"description_width": "6em"}
        self.folder = ipywidgets.Combobox(
            description="Into", ensure_option=False, continuous_update=False, layout=wide, style=style
        )
        self.folder.observe(lambda change: self.refresh(), "value")
        self._on_conflict = ipywidgets.Dropdown(options=list(_FLAGS), description="Conflicts", layout=wide, style=style)
        self._on_conflict.observe(lambda change: self.refresh(), "value")
        self._button = ipywidgets.Button(
            button_style="primary", icon="download", layout=ipywidgets.Layout(width="18em")
        )
        self._button.on_click(lambda button: self._start())
        self._line = looks.text()
        self._told = looks.text()
        self._transfer = ipywidgets.VBox([])
        self.box = ipywidgets.VBox(
            [self.folder, self._on_conflict, self._button, self._line, self._told, self._transfer],
            layout=ipywidgets.Layout(margin="8px 0 0"),
        )

    def show(self, place: KitPlace, ticks: Ticks) -> None:
        """Offer to pull from this kit."""
        self._place, self._ticks, self.result = place, ticks, None
        name = place.reference.partition("@")[0].rpartition("/")[2].partition(":")[0]
        self.folder.options = _folders(self._request.directory)
        self.folder.value = f"./{name}"
        self._transfer.children = ()
        self._told.value = ""
        self.refresh()

    def refresh(self) -> None:
        """Show what the ticks come to."""
        if self._ticks is None or self._place is None:
            return
        chosen = self._ticks.chosen
        self._button.disabled = not chosen
        size_bytes = self._ticks.size_bytes
        verb = "Pull" if self._place.is_remote else "Unpack"
        size = human_size(size_bytes) if chosen and size_bytes is not None else ""
        self._button.description = f"{verb} selected {size}".rstrip()
        self._line.value = looks.command_line(self.offer) if chosen else ""

    @property
    def line(self) -> str:
        """The line that does the same; empty where none is offered."""
        return self.offer.text

    @property
    def offer(self) -> Line:
        """The same with the reason if there is none."""
        assert self._place is not None
        assert self._ticks is not None
        verb = "pull" if self._place.is_remote else "unpack"
        folder = self.folder.value
        words = [verb, self._place.reference, "-d", folder if folder.startswith("~") else path_word(folder)]
        for text in self._ticks.filters:
            words += ["--filter", text]
        words += ["--include-remote"] if self._ticks.includes_remote else []
        words += _FLAGS[self._on_conflict.value]
        return offered(*words, *(self._request.flags if self._place.is_remote else ()))

    def _start(self) -> None:
        if self._place and self._ticks and self._ticks.chosen:
            self._button.disabled = True
            self._told.value = looks.told("Looking for conflicts …", is_live=True)
            self._run(self._check_and_pull)

    def _check_and_pull(self) -> None:
        """In a thread: nothing of a layer moves before the conflicts are known and decided upon."""
        assert self._place is not None
        assert self._ticks is not None
        place, filters = self._place, self._ticks.filters
        how: dict[str, Any] = {
            "overwrite": self._on_conflict.value == OVERWRITE,
            "ignore_existing": self._on_conflict.value == KEEP,
            "include_remote": self._ticks.includes_remote,
            "connection": place.access.connection,
            "settings": place.access.settings,
        }
        try:
            folder = self._request.directory / typed_path(self.folder.value or ".")
            bars = TransferBars(self._kernel, self.offer, waits=False)
            self._transfer.children = (bars.work,)
            self._pull(place, folder, filters, bars, {**how})
        finally:
            self.refresh()

    def _pull(
        self, place: KitPlace, folder: Path, filters: Sequence[str], bars: TransferBars, how: dict[str, Any]
    ) -> None:
        move = pull_files if place.is_remote else unpack
        try:
            with _hidden_at_end(self._transfer), bars as observe:
                how["observe"] = observe
                conflicts = find_conflicts(place.reference, folder, filters=filters, remote=place.is_remote, **how)
                if conflicts:
                    self._told.value = _in_the_way(conflicts)
                    return
                self._told.value = ""
                self.result = move(place.reference, folder, filters=filters, **how)
        except KitError as problem:
            words, colour = bars.outcome(problem)
            told = looks.told(words, colour, is_live=True)
            self._told.value = told if bars.is_cancelled else told + looks.failure(problem)
            return
        words, colour = bars.outcome(None)
        files = "1 file" if self.result.file_count == 1 else f"{self.result.file_count} files"
        count = f"{files}, {human_size(self.result.size_bytes)}"
        self._told.value = looks.told(f"{words} — {count} in {folder}", colour, is_live=True)
        warned = "\n".join(self.result.warnings)
        if warned:
            self._told.value += f"<br>{looks.told(warned, looks.WARN)}"


@contextmanager
def _hidden_at_end(box: ipywidgets.VBox) -> Iterator[None]:
    try:
        yield
    finally:
        box.children = ()


def _in_the_way(conflicts: Sequence[ConflictingPath]) -> str:
    count = f"{len(conflicts)} file{'' if len(conflicts) == 1 else 's'}"
    first = f"{count} already there; nothing was written. Choose another folder, keep your files or overwrite them:"
    lines = [str(conflict) for conflict in conflicts[:_CONFLICTS_SHOWN]]
    if len(conflicts) > _CONFLICTS_SHOWN:
        lines.append(f"and {len(conflicts) - _CONFLICTS_SHOWN} more")
    return looks.told(first, looks.WARN, is_live=True) + "".join(f"<br>{looks.told(text)}" for text in lines)


def _folders(directory: Path) -> list[str]:
    """Folders to choose from: two levels of what is here, without the hidden ones."""
    found = ["."]
    try:
        for pattern in ("*/", "*/*/"):
            for path in sorted(directory.glob(pattern)):
                parts = path.relative_to(directory).parts
                if len(found) < _FOLDERS_LIMIT and not any(part.startswith((".", "__")) for part in parts):
                    found.append(f"./{path.relative_to(directory).as_posix()}")
    except OSError:
        pass  # suggestions only
    return found
