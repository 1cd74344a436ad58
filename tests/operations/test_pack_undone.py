"""A pack that does not end in a kit leaves the folder as it found it."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import write_files

KITFILE = "# mine\ncode:\n- path: train.py\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(
        tmp_path / "project", {"train.py": b"x = 1\n" * 1000, "churn.ipynb": b"{}", "Kitfile": KITFILE.encode()}
    )
    return tmp_path / "project"


def tree(folder: Path) -> dict[str, object]:
    """Every file with its bytes and mode, every link, every folder."""
    return {
        path.relative_to(folder).as_posix(): path.readlink()
        if path.is_symlink()
        else (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        if path.is_file()
        else None
        for path in sorted(folder.rglob("*"))
    }


def snapshot(project: Path, settings: Settings, **how: Any) -> kit.PackResult:
    """A pack that writes all that a pack can write beside a Kitfile."""
    return kit.pack(
        project,
        tag="churn:v1",
        notebook=project / "churn.ipynb",
        add_notebook=True,
        record_environment=True,
        settings=settings,
        **how,
    )


class CancelAt:
    """Cancels at the so-many-th event that comes once `is_time` says so."""

    def __init__(self, at: int, is_time: Callable[[], bool]) -> None:
        self._left, self._is_time = at, is_time

    def __call__(self, event: kit.Event) -> None:
        if self._is_time():
            self._left -= 1
            if self._left < 0:
                raise kit.Cancelled("enough")


@pytest.mark.parametrize("at", [0, 1, 2, 3])
@pytest.mark.parametrize("moment", ["at once", "with an entry", "with the environment"])
def test_a_cancel_at_any_moment_leaves_the_folder_as_it_was(
    project: Path, settings: Settings, moment: str, at: int
) -> None:
    is_time = {
        "at once": lambda: True,
        "with an entry": lambda: "churn.ipynb" in (project / "Kitfile").read_text(),
        "with the environment": lambda: (project / "environment" / "requirements.txt").exists(),
    }[moment]
    before = tree(project)
    with pytest.raises(kit.Cancelled):
        snapshot(project, settings, observe=CancelAt(at, is_time))
    assert tree(project) == before
    assert not kit.list_kits(settings=settings).kits


def test_a_cancelled_proposal_leaves_neither_kitfile_nor_environment(project: Path, settings: Settings) -> None:
    (project / "Kitfile").unlink()
    before = tree(project)
    stop = CancelAt(0, lambda: (project / "environment" / "requirements.txt").exists())
    with pytest.raises(kit.Cancelled):
        kit.pack(project, propose=True, record_environment=None, settings=settings, observe=stop)
    assert tree(project) == before


def test_a_pack_that_fails_leaves_the_folder_as_it_was(project: Path, settings: Settings) -> None:
    with (project / "Kitfile").open("a") as kitfile:
        kitfile.write("- path: missing.py\n")
    before = tree(project)
    with pytest.raises(kit.NotFound):
        snapshot(project, settings)
    assert tree(project) == before


def test_an_earlier_recording_and_its_mode_come_back(project: Path, settings: Settings) -> None:
    snapshot(project, settings)
    old = project / "environment" / "requirements.txt"
    old.write_text(old.read_text().split("\n", 1)[0] + "\nold==1\n")
    old.chmod(0o600)
    before = tree(project)
    with pytest.raises(kit.Cancelled):
        snapshot(project, settings, observe=CancelAt(0, lambda: "old==1" not in old.read_text()))
    assert tree(project) == before


def test_a_kitfile_that_is_a_link_is_one_again(project: Path, settings: Settings) -> None:
    (project / "Kitfile").rename(project / "mine.yaml")
    (project / "Kitfile").symlink_to("mine.yaml")
    before = tree(project)
    with pytest.raises(kit.Cancelled):
        snapshot(project, settings, observe=CancelAt(0, lambda: "churn.ipynb" in (project / "Kitfile").read_text()))
    assert tree(project) == before


def test_what_somebody_changed_since_stays(project: Path, settings: Settings) -> None:
    path = project / "environment" / "requirements.txt"

    def edit_and_cancel(event: kit.Event) -> None:
        if path.exists():
            path.write_text("mine==1\n")
            (project / "environment" / "notes.txt").write_text("keep")
            raise kit.Cancelled("enough")

    with pytest.raises(kit.Cancelled):
        snapshot(project, settings, observe=edit_and_cancel)
    assert path.read_text() == "mine==1\n" and (project / "environment" / "notes.txt").exists()
    assert (project / "Kitfile").read_text() == KITFILE


def test_a_pack_that_ends_keeps_what_it_wrote(project: Path, settings: Settings) -> None:
    snapshot(project, settings)
    assert "churn.ipynb" in (project / "Kitfile").read_text()
    assert (project / "environment" / "requirements.txt").exists()
