"""What is known of a notebook's last pack, whoever packed it, and whether the file has changed since."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import is_settled

KITFILE = "code: [{path: study.ipynb}]\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({}, home=tmp_path / "home")


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "study.ipynb"
    path.parent.mkdir()
    path.write_text('{"cells": ["a"]}')
    (path.parent / "Kitfile").write_text(KITFILE)
    return path


def state(notebook: Path, settings: Settings) -> tuple[str, str, bool]:
    found = kit.notebook_state(notebook, settings=settings)
    return found.state, found.reference, found.is_here


def pack(notebook: Path, settings: Settings, tag: str | None = "study:v1") -> kit.PackResult:
    return kit.pack(notebook.parent, tag=tag, settings=settings)


def settle(notebook: Path) -> None:
    """Wait until a later write must show in the file's times."""
    there = notebook.stat()
    while not is_settled(there.st_mtime_ns, there.st_ctime_ns):
        time.sleep(0.02)


def test_nothing_is_known_of_one_that_was_never_packed(notebook: Path, settings: Settings) -> None:
    (notebook.parent / "other.ipynb").write_text("{}")
    pack(notebook, settings)
    assert state(notebook.parent / "other.ipynb", settings) == ("unknown", "", False)


def test_it_is_unchanged_after_a_pack_and_changed_after_a_write(notebook: Path, settings: Settings) -> None:
    packed = pack(notebook, settings)
    found = kit.notebook_state(notebook, settings=settings)
    assert (found.state, found.reference, found.digest, found.is_here) == ("unchanged", "study:v1", packed.digest, True)
    notebook.write_text('{"cells": ["a", "b"]}')
    assert state(notebook, settings) == ("changed", "study:v1", True)


def test_a_write_of_the_same_length_right_after_the_pack_shows(notebook: Path, settings: Settings) -> None:
    pack(notebook, settings)
    was = notebook.stat()
    with notebook.open("r+") as file:
        file.write('{"cells": ["b"]}')
    os.utime(notebook, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert state(notebook, settings)[0] == "changed"


def cells(*sources: str | list[str], run: int | None = None) -> str:
    """A notebook with these cells."""
    made = [{"cell_type": "code", "source": source, "execution_count": run, "outputs": []} for source in sources]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_run_changes_outputs_and_an_edit_the_notebook(notebook: Path, settings: Settings) -> None:
    notebook.write_text(cells("1 + 1", "%kit pack . -t study:v1"))
    pack(notebook, settings)
    notebook.write_text(cells("1 + 1", ["%kit pack . ", "-t study:v1"], run=7))
    assert state(notebook, settings)[0] == "outputs"
    notebook.write_text(cells("1 + 2", "%kit pack . -t study:v1", run=7))
    assert state(notebook, settings)[0] == "changed"


def test_saving_the_same_bytes_again_changes_nothing(notebook: Path, settings: Settings) -> None:
    settle(notebook)
    pack(notebook, settings)
    notebook.write_text(notebook.read_text())
    assert state(notebook, settings)[0] == "unchanged"


def test_a_known_notebook_is_not_read_again(
    notebook: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(notebook)
    pack(notebook, settings)
    monkeypatch.setattr("kitops_jupyter.operations.notebook_content.read_bytes", None)
    assert state(notebook, settings)[0] == "unchanged"


def test_one_too_large_to_be_compared_is_only_called_saved(
    notebook: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitops_jupyter.operations.notebook_content.READ_LIMIT_BYTES", 4)
    pack(notebook, settings)
    notebook.write_text(notebook.read_text())
    assert state(notebook, settings)[0] == "saved"
    notebook.write_text("{}")
    assert state(notebook, settings)[0] == "changed"


@pytest.mark.parametrize("tag", [None, "corp/study:v1,latest"])
def test_the_kit_is_named_as_it_was_packed(notebook: Path, settings: Settings, tag: str | None) -> None:
    packed = pack(notebook, settings, tag)
    found = kit.notebook_state(notebook, settings=settings)
    assert found.reference == ("corp/study:v1" if tag else packed.digest)
    assert kit.inspect(found.reference, settings=settings).digest == packed.digest


def test_a_kit_whose_tag_moved_is_named_by_its_digest(notebook: Path, settings: Settings, tmp_path: Path) -> None:
    packed = pack(notebook, settings)
    kit.tag("study:v1", "study:kept", settings=settings)
    (tmp_path / "a.md").write_text("x")
    kit.pack(tmp_path, text="docs: [{path: a.md}]", tag="study:v1", settings=settings)
    assert state(notebook, settings) == ("unchanged", f"study@{packed.digest}", True)


def test_a_kit_that_was_removed_is_not_here(notebook: Path, settings: Settings) -> None:
    pack(notebook, settings)
    kit.remove("study:v1", settings=settings)
    assert state(notebook, settings) == ("unchanged", "study:v1", False)


def test_a_renamed_notebook_and_a_moved_folder_are_found_by_their_bytes(notebook: Path, settings: Settings) -> None:
    pack(notebook, settings)
    renamed = notebook.rename(notebook.with_name("renamed.ipynb"))
    assert state(renamed, settings)[:2] == ("unchanged", "study:v1")
    moved = renamed.parent.rename(renamed.parent.with_name("moved")) / renamed.name
    moved.write_text('{"cells": ["a", "c"]}')
    assert state(moved, settings) == ("unknown", "", False)


def test_a_copy_of_a_packed_notebook_is_not_called_packed(notebook: Path, settings: Settings) -> None:
    pack(notebook, settings)
    shutil.copy(notebook, notebook.with_name("copy.ipynb"))
    assert state(notebook.with_name("copy.ipynb"), settings)[0] == "unknown"


def test_all_notebooks_of_a_folder_and_a_link_to_one_are_known(notebook: Path, settings: Settings) -> None:
    (notebook.parent / "Kitfile").write_text("code: [{path: .}]\n")
    (notebook.parent / "sub").mkdir()
    (notebook.parent / "sub" / "deep.IPYNB").write_text("{}")
    pack(notebook, settings)
    (notebook.parent.parent / "link").symlink_to(notebook.parent)
    assert state(notebook.parent.parent / "link" / "sub" / "deep.IPYNB", settings)[0] == "unchanged"


def test_a_dry_run_and_a_pack_that_fails_note_nothing(notebook: Path, settings: Settings) -> None:
    kit.pack(notebook.parent, tag="study:v1", dry_run=True, settings=settings)
    with pytest.raises(kit.NotFound):
        kit.pack(notebook.parent, text=f"{KITFILE}docs: [{{path: gone.md}}]", tag="study:v1", settings=settings)
    assert state(notebook, settings)[0] == "unknown"


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"key": 1}', b"\xff" * 20_000])
def test_a_damaged_note_is_nothing_known(notebook: Path, settings: Settings, damage: bytes) -> None:
    pack(notebook, settings)
    for note in (settings.storage / ".kitops_jupyter" / "notebooks").iterdir():
        note.write_bytes(damage)
    assert state(notebook, settings)[0] == "unknown"
    pack(notebook, settings)
    assert state(notebook, settings)[0] == "unchanged"


def test_a_notebook_that_is_not_there_is_an_error(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(kit.NotFound):
        kit.notebook_state(tmp_path / "none.ipynb", settings=settings)
