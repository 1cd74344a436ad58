"""Which notebook a kernel runs, and how progress is shown there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kitops_jupyter.magics.bars import meter
from kitops_jupyter.settings import session_notebook
from kitops_jupyter.verbs.core.meter import Bars, Lines


def test_the_server_tells_the_notebook(tmp_path: Path) -> None:
    notebook = str(tmp_path / "a.ipynb")
    assert session_notebook({}, {"JPY_SESSION_NAME": notebook}) == Path(notebook)
    assert session_notebook({"__session__": notebook}, {}) == Path(notebook)


def test_vs_code_tells_the_notebook(tmp_path: Path) -> None:
    notebook = str(tmp_path / "a.ipynb")
    assert session_notebook({"__vsc_ipynb_file__": notebook}, {"JPY_SESSION_NAME": ""}) == Path(notebook)


@pytest.mark.parametrize("told", ["", "a.ipynb", "console-1", "/no/such/folder/a.ipynb", "script.py"])
def test_what_is_no_notebook_here_is_not_taken(told: str) -> None:
    assert session_notebook({"__session__": told}, {"JPY_SESSION_NAME": told}) is None


def test_a_renamed_notebook_still_tells_its_folder(tmp_path: Path) -> None:
    told = session_notebook({}, {"JPY_SESSION_NAME": str(tmp_path / "old-name.ipynb")})
    assert told is not None
    assert told.parent == tmp_path


@pytest.mark.parametrize(
    ("progress", "namespace", "kind"),
    [
        ("", {}, Lines),
        ("plain", {"__session__": "notebook"}, Lines),
        ("", {"__session__": "notebook"}, Bars),
        ("fancy", {}, Bars),
        ("none", {"__session__": "notebook"}, None),
    ],
)
def test_bars_where_somebody_watches_and_lines_where_nobody_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: str, namespace: dict[str, Any], kind: type | None
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    told = {name: str(tmp_path / "a.ipynb") for name in namespace}
    shell = SimpleNamespace(kernel=object(), user_ns=told)
    drawn = meter(progress, shell)
    assert type(drawn) is kind if kind else not isinstance(drawn, (Bars, Lines))


def test_in_a_terminal_that_is_no_terminal_there_are_lines() -> None:
    assert isinstance(meter("", SimpleNamespace(user_ns={})), Lines)  # pytest has taken stderr
