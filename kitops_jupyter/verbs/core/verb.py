"""A verb, and the context that a front end gives to a call of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import Usage, printable_lines
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.values import Namespace

if TYPE_CHECKING:
    from kitops_jupyter.capture import OpenNotebook
    from kitops_jupyter.verbs.core.screen import Screen


@dataclass(frozen=True, slots=True)
class Context:
    """What a front end gives to a verb.

    Relative paths are relative to `directory`. `cell_text` is the body of a cell, `stdin` reads what was piped in.
    `ask` asks the person (a prompt, and whether the answer is secret); None where nobody is there.
    `interactive` is a notebook: there a missing folder means the `notebook`'s, and a missing Kitfile is proposed.
    `save_notebook` has the open notebook saved, where a face can ask for that. `screen` has forms, where they show.
    `warn` shows a line at once, before the work that it is about. `variables` are the notebook's; None on a terminal.
    """

    settings: Settings
    directory: Path
    observe: Observer = ignore
    cell_text: str | None = None
    stdin: Callable[[], str] | None = None
    interactive: bool = False
    ask: Callable[[str, bool], str] | None = None
    notebook: Path | None = None
    save_notebook: Callable[[Path], OpenNotebook] | None = None
    screen: Screen | None = None
    warn: Callable[[str], None] = lambda line: None
    variables: Namespace | None = None

    @property
    def home_directory(self) -> Path:
        """The folder that is meant when none is named: the notebook's, else `directory`."""
        return self.notebook.parent if self.notebook else self.directory

    def path(self, text: str) -> Path:
        """A path as typed. Raises PathInvalid."""
        return self.directory / typed_path(text)

    def folder(self, text: str | None) -> Path:
        """A folder as typed, or the one that is meant when none is named."""
        return self.home_directory if text is None else self.path(text)

    def notebook_in(self, folder: Path) -> Path | None:
        """The notebook, if it is in or below `folder`."""
        return self.notebook if self.notebook and self.notebook.is_relative_to(folder.absolute()) else None

    def read_input(self, verb: str) -> str:
        """What `-f -` means: the body of the cell, else standard input. Raises Usage where there is neither."""
        if self.cell_text is not None:
            return self.cell_text
        if self.stdin is None:
            raise Usage(
                f"kit {verb}: -f - reads the cell's body, but this cell has none", hint=f"%%kit {verb} in a cell"
            )
        return self.stdin()


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its words, what it does, and what help says of it.

    `takes_cell` says that a cell's body is its Kitfile; `failed` judges a result that is an answer in a notebook, and
    a failure for a script. Without `needs_home` it also runs where nothing says where the store is.
    `kit_line` is a line of the kit program's that scripts read: a terminal prints it below the result.
    """

    name: str
    summary: str
    about: str
    parser: Callable[[], Parser]
    run: Callable[[argparse.Namespace, Context], Any]
    takes_cell: bool = False
    failed: Callable[[Any], bool] = lambda result: False
    needs_home: bool = True
    kit_line: Callable[[Any], str] = lambda result: ""


@dataclass(frozen=True, slots=True)
class Call:
    """A line that was understood; `progress` is empty where the face chooses, `home` where the settings do."""

    verb: Verb
    arguments: argparse.Namespace
    home: str = ""
    progress: str = ""


class Printed(str):
    """A result in the text form that a flag asked for (`--format json`); `result` is the value behind it."""

    __slots__ = ("result",)
    result: Any

    @classmethod
    def of(cls, text: str, result: Any) -> Printed:
        """The text, with its value."""
        printed = cls(text)
        printed.result = result
        return printed

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(printable_lines(str(self)))
