"""A real IPython shell with the extension, in a folder and a home of its own."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


@dataclass(frozen=True)
class Ran:
    """What a cell did: its value, the error if any, and all that it printed."""

    value: Any
    error: BaseException | None
    printed: str


RunCell = Callable[[str], Ran]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the kernel is in; the home is another one, and no front end has told its notebook."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    for name in ("JPY_SESSION_NAME", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def shell(project: Path) -> Iterator[InteractiveShell]:
    """A new shell; the one instance of this process afterwards goes."""
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    made.run_line_magic("load_ext", "kitops_jupyter")
    yield made
    made.run_line_magic("unload_ext", "kitops_jupyter")
    InteractiveShell.clear_instance()


@pytest.fixture
def run_cell(shell: Any) -> RunCell:
    """Runs a cell as the user would."""

    def run(source: str) -> Ran:
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            done = shell.run_cell(source, store_history=False)
        return Ran(done.result, done.error_in_exec or done.error_before_exec, printed.getvalue())

    return run
