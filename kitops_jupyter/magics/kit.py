"""%kit and %%kit: lines and cells -> verbs -> values that show themselves."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from IPython.core.error import StdinNotImplementedError
from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand
from IPython.display import display

from kitops_jupyter import verbs
from kitops_jupyter.disk import current_folder
from kitops_jupyter.errors import Cancelled, KitError, Usage, printable
from kitops_jupyter.lines import offered
from kitops_jupyter.magics.bars import has_widgets, is_watched, meter
from kitops_jupyter.magics.reporting import Report
from kitops_jupyter.magics.scripts import is_unshown
from kitops_jupyter.magics.values import ShellNamespace, expander
from kitops_jupyter.settings import session_notebook
from kitops_jupyter.verbs.core.lexer import Expand
from kitops_jupyter.verbs.core.screen import Screen


class Results(list[Any]):
    """What a block's lines returned, in order; each was shown when it was there, so the list shows nothing."""

    def _ipython_display_(self) -> None:
        """Show nothing."""


@magics_class
class KitMagics(Magics):
    """The magics. `open_screen` gives the widgets, where there is a front end that shows them."""

    open_screen: Callable[[], Screen] | None = None
    _saver: Callable[[Path], Any] | None = None

    @no_var_expand  # IPython would evaluate a name in quotes, too, before there are words
    @needs_local_scope
    @line_cell_magic
    def kit(self, line: str, cell: str | None = None, *, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Pack, list, inspect, compare, tag and unpack ModelKits.

        %kit VERB ...       one verb; the value has fields, and shows a card
        %%kit pack -t REF   the cell's body is the Kitfile
        %%kit               the body is a list of kit commands, one a line
        %kit help           every verb;  %kit help VERB: its flags with an example

        $name and {expression} become one word, or a part of one; in single quotes they are plain text.
        """
        shell: Any = self.shell
        expand = expander({**shell.user_ns, **(local_ns or {})})
        line, is_silent = line.rstrip(), line.rstrip().endswith(";")
        report = Report(shell)
        try:
            words = verbs.split(line.removesuffix(";"), expand=expand)
            names = ShellNamespace(shell, local_ns or {})
            if cell is not None and verbs.verb_at(words) is None:
                return self._run_block(words, cell, expand, names)
            result = self._run(words, names, cell if cell and cell.strip() else None, report=report)
        except KitError as problem:
            problem.hint = verbs.in_cell(problem.hint)
            report.failed(problem)
            raise
        except KeyboardInterrupt:
            stopped = Cancelled("interrupted; nothing was left half-done", hint="run the cell again to resume")
            report.failed(stopped)
            raise stopped from None
        report.ended(result)
        if is_silent:
            return None
        if is_unshown(shell):
            show: Any = display  # IPython's own types leave it open
            show(result)
        return result

    def _run(
        self, words: list[str], names: ShellNamespace, cell: str | None = None, *, report: Report | None = None
    ) -> Any:
        """One command. Raises KitError. In a block, which has no report, the next line waits for this one: there a form
        would not help."""
        call = verbs.parse(words)
        directory = current_folder()
        shell: Any = self.shell
        is_asked = report is not None and report.is_asked
        has_screen = not is_asked and self.open_screen and is_watched(shell) and has_widgets(shell)
        screen = self.open_screen() if has_screen and self.open_screen else None
        observed = report.watching() if report and is_asked else meter(call.progress, shell, screen, offered(*words))
        with verbs.typed_errors(), observed as observe:
            context = verbs.Context(
                settings=verbs.settings_of(call, directory),
                directory=directory,
                observe=observe,
                cell_text=cell,
                interactive=True,
                ask=_ask,
                notebook=session_notebook(shell.user_ns),
                save_notebook=self._save_notebook if hasattr(shell, "kernel") else None,
                screen=screen if report else None,
                warn=_warn,
                variables=names,
            )
            return verbs.run(call, context)

    def _save_notebook(self, known: Path) -> Any:
        """Have the open notebook saved; the saver remembers a front end that does not answer."""
        if self._saver is None:
            from kitops_jupyter.magics.frontend import NotebookSaver

            self._saver = NotebookSaver(self.shell)
        return self._saver(known)

    def _run_block(self, flags: list[str], block: str, expand: Expand, names: ShellNamespace) -> Results:
        """Every command, one after the other, up to the first that fails; `flags` are put before each."""
        show: Any = display  # IPython's own types leave it open
        results = Results()
        for number, command in verbs.commands(block):
            try:
                words = [*flags, *verbs.split(command, expand=expand)]
                results.append(self._run(words, names))
                show(results[-1])
                if verbs.is_failure(verbs.parse(words), results[-1]):
                    raise KitError("the command reported a failure, so later lines were not run")
            except KitError as problem:
                problem.details = (*problem.details, f"in line {number} of the cell; later lines were not run")
                raise
        return results


def _warn(line: str) -> None:
    sys.stdout.write(f"Warning: {printable(line)}\n")
    sys.stdout.flush()


def _ask(prompt: str, is_secret: bool) -> str:
    """Ask in the front end's own field: the answer is in no cell, no output and no history. Raises Usage headless."""
    try:
        return getpass.getpass(prompt) if is_secret else input(prompt)
    except (EOFError, StdinNotImplementedError):
        raise Usage(
            "this command must ask you something, but cannot do so here",
            hint="log in once in a notebook or on a terminal",
        ) from None
