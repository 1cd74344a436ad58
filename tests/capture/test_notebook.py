"""The open notebook is saved first, or the user is told which state was packed; it never fails."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.capture import save

NO_TIME_S = 0.4


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "study" / "churn.ipynb"
    path.parent.mkdir()
    path.write_text("{}")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


def answering(answer: Mapping[str, Any] | None, change: Path | None = None) -> Callable[[], Any]:
    """A front end that writes a file when it is asked, and gives this answer; None for silence."""

    def ask() -> Callable[[float], Mapping[str, Any] | None]:
        if change:
            change.write_text('{"saved": 1}')

        def wait(seconds: float) -> Mapping[str, Any] | None:
            if answer is None:
                time.sleep(seconds)
            return answer

        return wait

    return ask


def test_without_a_front_end_nobody_is_asked_and_what_is_on_disk_is_told(notebook: Path) -> None:
    started = time.monotonic()
    found = save(notebook, None)
    assert time.monotonic() - started < 0.2
    assert (found.path, found.state) == (notebook, "on disk")
    assert "churn.ipynb was packed as it is on disk (from " in found.told


def test_an_answer_is_believed(notebook: Path) -> None:
    found = save(notebook, answering({"ok": True, "path": "study/churn.ipynb"}, notebook))
    assert (found.path, found.state) == (notebook, "saved")
    assert found.told == "churn.ipynb was saved first"


@pytest.mark.parametrize("told", ["study/renamed.ipynb", "RTC:study/renamed.ipynb", "/study/renamed.ipynb"])
def test_a_renamed_notebook_is_found_below_the_servers_root(notebook: Path, told: str) -> None:
    renamed = notebook.with_name("renamed.ipynb")
    found = save(notebook, answering({"ok": True, "path": told}, renamed))
    assert (found.path, found.state) == (renamed, "saved")


def test_of_two_files_that_fit_the_one_just_saved_is_meant(notebook: Path) -> None:
    inner = notebook.parent / "study" / "churn.ipynb"
    inner.parent.mkdir()
    inner.write_text("{}")
    os.utime(inner, (900_000_000, 900_000_000))
    assert save(notebook, answering({"ok": True, "path": "study/churn.ipynb"}, notebook)).path == notebook


@pytest.mark.parametrize(
    "told", ["../../etc/x.ipynb", "/etc/passwd", "x.py", 7, None, "a\0.ipynb", "no/such.ipynb", ""]
)
def test_an_answer_that_names_nothing_here_leaves_the_path(notebook: Path, told: object) -> None:
    assert save(notebook, answering({"ok": True, "path": told})).path == notebook


def test_silence_with_a_changed_file_is_a_saved_file(notebook: Path) -> None:
    started = time.monotonic()
    assert save(notebook, answering(None, notebook), timeout_s=5).state == "saved"
    assert time.monotonic() - started < 2


def test_silence_about_a_renamed_notebook_is_the_one_that_changed_in_its_folder(notebook: Path) -> None:
    renamed, other = notebook.rename(notebook.with_name("renamed.ipynb")), notebook.with_name("other.ipynb")
    other.write_text("{}")
    started = time.monotonic()
    found = save(notebook, answering(None, renamed), timeout_s=5)
    assert (found.path, found.state) == (renamed, "saved")
    assert time.monotonic() - started < 2
    quiet = save(notebook, answering(None), timeout_s=NO_TIME_S)
    assert (quiet.path, quiet.state) == (notebook, "unsure")
    assert "churn.ipynb no longer exists" in quiet.told


def test_silence_is_told(notebook: Path) -> None:
    found = save(notebook, answering(None), timeout_s=NO_TIME_S)
    assert found.state == "unsure"
    assert "may have unsaved changes" in found.told
    assert "did not answer" in found.told


def test_a_front_end_that_could_not_save_is_told(notebook: Path) -> None:
    assert "could not save" in save(notebook, answering({"ok": False})).told


def test_a_notebook_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert save(tmp_path / "gone.ipynb", answering(None), timeout_s=NO_TIME_S).state == "unsure"
