"""A proposal where much else lies: the notebook and what it names, no warning twice, nothing left when cancelled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import write_files


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({}, home=tmp_path / "home")


def notebook_of(*sources: str) -> bytes:
    cells = [{"cell_type": "code", "source": source, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a notebook, what it reads, and other people's projects."""
    made = tmp_path / "root"
    code = "import helpers\ndf = pd.read_csv('data/own.csv')\nopen(\"../../etc/passwd\"); open('')\n%run prepare.py\n"
    files = {
        "new.ipynb": notebook_of(code, "x = '/etc'; y = '.'; z = 'data'[0]"),
        "helpers.py": b"x = 1\n",
        "prepare.py": b"y = 1\n",
        "data/own.csv": b"x\n1\n",
        "data/other.csv": b"x\n2\n",
        "churn/Kitfile": b"model: {path: big.onnx}\n",
        "churn/big.onnx": b"\0" * 10_000,
        "git/.git/HEAD": b"ref: x\n",
        "git/train.py": b"z = 1\n",
        "notes.md": b"# mine\n",
    }
    write_files(made, files)
    return made


def pack(root: Path, settings: Settings, **more: object) -> kit.PackResult:
    return kit.pack(root, tag="new:v1", propose=True, notebook=root / "new.ipynb", settings=settings, **more)  # type: ignore[arg-type]


def paths(packed: kit.PackResult) -> set[str]:
    return {layer.path for layer in packed.layers}


def test_beside_other_projects_the_notebook_and_what_it_names_are_proposed(root: Path, settings: Settings) -> None:
    packed = pack(root, settings)
    assert {"new.ipynb", "helpers.py", "prepare.py"} < paths(packed)
    assert not [path for path in paths(packed) if path.startswith(("churn", "git", "notes"))]
    assert ("churn", "the notebook does not name it") in packed.left_out
    assert any("churn, git" in note and "kit init" in note for note in packed.notes)
    assert not [warning for warning in packed.warnings if "churn" in warning]


def test_a_folder_of_one_project_is_proposed_whole(root: Path, settings: Settings) -> None:
    (root / "churn" / "Kitfile").unlink()
    (root / "git" / ".git" / "HEAD").unlink()
    (root / "git" / ".git").rmdir()
    packed = pack(root, settings)
    assert "notes.md" in paths(packed)
    assert not packed.notes


def test_what_stays_out_of_every_kit_is_not_warned_of_as_in_no_layer(root: Path, settings: Settings) -> None:
    write_files(root, {"node_modules/x/a.js": b"1", "__pycache__/a.pyc": b"1", "left.txt": b"1"})
    packed = kit.pack(root, text="code: [{path: new.ipynb}]", tag="new:v1", settings=settings)
    (warning,) = [warning for warning in packed.warnings if "no layer includes" in warning]
    assert "node_modules" not in warning
    assert "pyc" not in warning
    proposed = pack(root, settings, dry_run=True)
    assert ("node_modules", "packages installed by npm") in proposed.left_out
    assert not [warning for warning in proposed.warnings if "node_modules" in warning]


def test_a_large_proposal_is_warned_of_with_the_limit(
    root: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitops_jupyter.operations.pack.large.LARGE_PROPOSAL_BYTES", 10)
    assert any("more than 10 B" in warning for warning in pack(root, settings).warnings)
    assert not [warning for warning in pack(root, settings).warnings if "more than" in warning]  # its Kitfile is there


def test_a_cancelled_pack_leaves_no_proposed_kitfile(root: Path, settings: Settings) -> None:
    def cancel(event: kit.Event) -> None:
        raise kit.Cancelled("enough")

    with pytest.raises(kit.Cancelled):
        pack(root, settings, observe=cancel)
    assert not (root / "Kitfile").exists()
    pack(root, settings)
    assert "new.ipynb" in (root / "Kitfile").read_text()


def test_a_folder_that_cannot_be_written_is_packed_with_a_warning(
    root: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str) -> None:
        raise kit.StorageFull("the disk is full")

    monkeypatch.setattr("kitops_jupyter.operations.pack.source.write_text", full)
    packed = pack(root, settings)
    assert packed.digest
    assert "the proposed Kitfile could not be written: the disk is full" in packed.warnings
