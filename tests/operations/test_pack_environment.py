"""A pack records the environment where it proposes, and leaves a written Kitfile's kit byte for byte as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.operations.pack.pack import PackResult
from kitops_jupyter.settings import Settings

WRITTEN = "manifestVersion: 1.0.0\ncode:\n  - path: train.py\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({"SOURCE_DATE_EPOCH": "1700000000"}, home=tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text("x = 1\n")
    (folder / "churn.ipynb").write_text("{}")
    return folder


def paths(result: PackResult) -> list[str]:
    return [layer.path for layer in result.layers]


def test_a_proposal_takes_the_environment_along(project: Path, settings: Settings) -> None:
    packed = kit.pack(project, propose=True, record_environment=None, settings=settings)
    assert "environment" in paths(packed)
    assert "path: environment" in (project / "Kitfile").read_text()
    assert "\npytest==" in (project / "environment" / "requirements.txt").read_text()
    assert any("environment/ contains the environment: Python" in note for note in packed.notes)


def test_a_written_kitfile_gets_nothing_unasked(project: Path, settings: Settings) -> None:
    (project / "Kitfile").write_text(WRITTEN)
    plain = kit.pack(project, settings=settings)
    asked_for_nothing = kit.pack(project, record_environment=None, settings=settings)
    assert plain.digest == asked_for_nothing.digest
    assert not (project / "environment").exists()


def test_asked_for_it_gets_a_layer_and_the_file_of_the_user_stays(project: Path, settings: Settings) -> None:
    (project / "Kitfile").write_text(WRITTEN)
    packed = kit.pack(project, record_environment=True, settings=settings)
    assert paths(packed) == ["train.py", "environment"]
    assert (project / "Kitfile").read_text() == WRITTEN
    assert any("has no entry environment" in note for note in packed.notes)


def test_what_was_recorded_once_is_refreshed(project: Path, settings: Settings) -> None:
    first = kit.pack(project, propose=True, record_environment=None, settings=settings)
    place = project / "environment" / "requirements.txt"
    fresh = place.read_text()
    place.write_text(fresh.splitlines()[0] + "\nold==1\n")
    again = kit.pack(project, record_environment=None, settings=settings)
    assert place.read_text() == fresh
    assert again.digest == first.digest


def test_an_environment_that_did_not_change_is_not_written_again(project: Path, settings: Settings) -> None:
    kit.pack(project, propose=True, record_environment=None, settings=settings)
    stamps = [path.stat().st_mtime_ns for path in sorted((project / "environment").iterdir())]
    kit.pack(project, record_environment=None, settings=settings)
    assert stamps == [path.stat().st_mtime_ns for path in sorted((project / "environment").iterdir())]


def test_files_of_the_users_own_are_left_alone_and_told(project: Path, settings: Settings) -> None:
    (project / "environment").mkdir()
    (project / "environment" / "requirements.txt").write_text("mine==1\n")
    packed = kit.pack(project, propose=True, record_environment=True, settings=settings)
    assert (project / "environment" / "requirements.txt").read_text() == "mine==1\n"
    assert sorted(path.name for path in (project / "environment").iterdir()) == ["requirements.txt"]
    assert any("your own file" in warning for warning in packed.warnings)


def test_a_link_in_its_place_is_not_followed(project: Path, tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / "environment").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    packed = kit.pack(project, propose=True, record_environment=True, settings=settings)
    assert packed.digest
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert any("not a folder" in warning for warning in packed.warnings)


def test_an_interpreter_that_cannot_be_asked_fails_no_pack(project: Path, settings: Settings) -> None:
    packed = kit.pack(project, propose=True, record_environment=True, python=project / "none", settings=settings)
    assert packed.digest
    assert any("the environment was not recorded" in warning for warning in packed.warnings)


def test_a_dry_run_writes_nothing(project: Path, settings: Settings) -> None:
    packed = kit.pack(project, propose=True, record_environment=None, dry_run=True, settings=settings)
    assert sorted(path.name for path in project.iterdir()) == ["churn.ipynb", "train.py"]
    assert any("will contain the environment" in note for note in packed.notes)


def test_a_notebook_in_no_layer_is_told(project: Path, settings: Settings) -> None:
    (project / "Kitfile").write_text(WRITTEN)
    packed = kit.pack(project, notebook=project / "churn.ipynb", settings=settings)
    assert any(note.startswith("the notebook churn.ipynb is in no layer") for note in packed.notes)


def test_a_proposal_leaves_out_what_it_shall(project: Path, settings: Settings) -> None:
    packed = kit.pack(project, propose=True, leave_out=project / "churn.ipynb", settings=settings)
    assert paths(packed) == ["train.py"]
    assert ("churn.ipynb", "--no-notebook") in packed.left_out
