"""A notebook that the Kitfile has no entry for is told, and gets one when asked: nothing else of the file changes."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.operations.pack.notebook import is_left_out
from kitops_jupyter.settings import Settings

WRITTEN = "# mine\ncode:\n  - path: train.py  # it\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "sub").mkdir(parents=True)
    (folder / "train.py").write_text("x = 1\n")
    (folder / "sub" / "my study.ipynb").write_text("{}")
    (folder / "Kitfile").write_text(WRITTEN)
    return folder


@pytest.fixture
def notebook(project: Path) -> Path:
    return project / "sub" / "my study.ipynb"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(home=tmp_path / "home")


def test_the_entry_is_added_once(project: Path, notebook: Path, settings: Settings) -> None:
    packed = kit.pack(project, notebook=notebook, add_notebook=True, settings=settings)
    assert [layer.path for layer in packed.layers] == ["train.py", "sub/my study.ipynb"]
    assert (project / "Kitfile").read_text() == f"{WRITTEN}  - path: sub/my study.ipynb\n"
    assert "Kitfile now has an entry for sub/my study.ipynb" in packed.notes
    again = kit.pack(project, notebook=notebook, add_notebook=True, settings=settings)
    assert (again.digest, again.notes) == (packed.digest, ())


def test_a_dry_run_adds_nothing(project: Path, notebook: Path, settings: Settings) -> None:
    kit.pack(project, notebook=notebook, add_notebook=True, dry_run=True, settings=settings)
    assert (project / "Kitfile").read_text() == WRITTEN


def test_a_kitfile_that_takes_no_entry_stays_as_it_is(project: Path, notebook: Path, settings: Settings) -> None:
    (project / "Kitfile").write_text("{code: [{path: train.py}], docs: null}\n")
    packed = kit.pack(project, notebook=notebook, add_notebook=True, settings=settings)
    text = (project / "Kitfile").read_text()
    assert "sub/my study.ipynb" in text or any("add one for sub/my study.ipynb" in note for note in packed.notes)


@pytest.mark.parametrize(
    ("text", "ignored", "is_out"),
    [
        (WRITTEN, "", True),
        ("code: [{path: .}]\n", "", False),
        ("code: [{path: sub}]\n", "", False),
        ("code: [{path: sub}]\n", "sub/*.ipynb\n", True),
        ("code: [{path: sub/my study.ipynb}]\n", "sub/*.ipynb\n", True),
        ("datasets: [{name: d, path: train.py}]\n", "", True),
        ("nonsense: [", "", False),
    ],
)
def test_what_takes_the_notebook_is_what_packing_says(
    project: Path, notebook: Path, settings: Settings, text: str, ignored: str, is_out: bool
) -> None:
    (project / ".kitignore").write_text(ignored)
    assert is_left_out(project, notebook, text=text) is is_out
    if "nonsense" not in text:
        packed = kit.pack(project, text=text, notebook=notebook, dry_run=True, settings=settings)
        assert any("is in no layer" in note for note in packed.notes) is is_out
