"""Where progress is drawn: widgets in a notebook, bars on a terminal, lines where nobody watches."""

from __future__ import annotations

import importlib.util
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from kitops_jupyter.lines import Line
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.settings import session_notebook
from kitops_jupyter.verbs.core.meter import Bars, Lines
from kitops_jupyter.verbs.core.screen import Screen


def meter(
    progress: str, shell: Any, screen: Screen | None = None, line: Line | None = None
) -> AbstractContextManager[Observer]:
    """The observer for one verb: `progress` is the flag's value, empty where the surface decides.

    `screen` has bars with a button that cancels `line`; without one there are bars alone.
    """
    if progress == "none":
        return nullcontext(ignore)
    if progress == "plain" or not (progress == "fancy" or is_watched(shell)):
        return Lines(_write_line, is_brief=progress != "plain")
    if screen is not None:
        return screen.transfer(line.text.removeprefix("%kit ") if line else "")
    return _notebook_bars() if has_widgets(shell) else _terminal_bars()


def has_widgets(shell: Any) -> bool:
    """Whether this is a kernel with ipywidgets; not whether its front end shows them."""
    return hasattr(shell, "kernel") and importlib.util.find_spec("ipywidgets") is not None


def is_watched(shell: Any) -> bool:
    """Whether somebody sees bars move: a front end that told its notebook, Colab, or a terminal."""
    if not hasattr(shell, "kernel"):
        return sys.stderr.isatty()
    return session_notebook(shell.user_ns) is not None or "google.colab" in sys.modules


def _write_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _notebook_bars() -> Bars:
    from tqdm.notebook import tqdm_notebook

    class NotebookBar(tqdm_notebook):  # type: ignore[type-arg]
        monitor_interval = 0  # no watching thread: the meter draws often enough

    NotebookBar.set_lock(threading.RLock())
    return Bars(NotebookBar)


def _terminal_bars() -> Bars:
    from tqdm.std import tqdm

    class TerminalBar(tqdm):  # type: ignore[type-arg]
        monitor_interval = 0

    TerminalBar.set_lock(threading.RLock())
    return Bars(TerminalBar, file=sys.stderr, dynamic_ncols=True)
