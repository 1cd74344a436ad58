"""A pack of variables that does not end in a kit leaves the folder as it found it, the files of an earlier pack too."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.test_pack_undone import CancelAt, tree

OLD, NEW = numpy.arange(1000.0), numpy.arange(2000.0)


@pytest.fixture(autouse=True)
def new_run() -> Iterator[None]:
    kit.log_clear()
    yield
    kit.log_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A notebook's folder."""
    made = tmp_path / "work"
    made.mkdir()
    (made / "train.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return made


def pack(folder: Path, settings: Settings, value: Any = OLD, **more: Any) -> kit.PackResult:
    return kit.pack(
        folder, tag="app:v1", models={"clf": value}, datasets={"cfg": value}, settings=settings,
        **{"propose": True, **more},
    )  # fmt: skip


def stamps(folder: Path) -> dict[str, int]:
    """Of the variables' files."""
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*/*")}


@pytest.mark.parametrize("at", [0, 2, 3, 5, 8])
@pytest.mark.parametrize("new", [NEW, {"a": 1}], ids=["same format", "another format"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "again"])
def test_a_cancel_at_any_moment_leaves_the_folder_as_it_was(
    folder: Path, settings: Settings, new: Any, at: int, is_first: bool
) -> None:
    if not is_first:
        kit.log(loss=1.0)
        pack(folder, settings)
    kit.log(loss=2.0)
    before, times = tree(folder), stamps(folder)
    with pytest.raises(kit.Cancelled):
        pack(folder, settings, new, observe=CancelAt(at, lambda: True), use_cache=False)
    assert tree(folder) == before and stamps(folder) == times
    assert not list((settings.cache / "kitops_jupyter").glob("undo/*"))


def test_a_pack_that_fails_leaves_no_file_of_a_variable(folder: Path, settings: Settings) -> None:
    (folder / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: missing.py\n")
    before = tree(folder)
    with pytest.raises(kit.NotFound):
        pack(folder, settings)
    assert tree(folder) == before


@pytest.mark.parametrize("text", [None, "manifestVersion: [\n", "code: 3\n"])
def test_a_kitfile_is_judged_before_a_variable_is_written(folder: Path, settings: Settings, text: str | None) -> None:
    if text is not None:
        (folder / "Kitfile").write_text(text)
    seen: list[str] = []
    with pytest.raises((kit.KitfileMissing, kit.KitfileInvalid)):
        pack(folder, settings, propose=False, observe=lambda event: seen.append(event.item))
    assert not any("variable" in item for item in seen) and not (folder / "models").exists()


def test_a_variable_that_is_refused_takes_the_one_before_it_back(folder: Path, settings: Settings) -> None:
    with pytest.raises(kit.VariableRefused):
        kit.pack(folder, tag="app:v1", models={"a": OLD}, datasets={"b": print}, propose=True, settings=settings)
    assert [path.name for path in folder.iterdir()] == ["train.ipynb"]


def test_a_file_that_somebody_changed_meanwhile_stays(folder: Path, settings: Settings) -> None:
    pack(folder, settings)

    def edit_and_cancel(event: kit.Event) -> None:
        if event.step == "finished" and event.item == "variable cfg":
            (folder / "models" / "clf.npy").write_bytes(b"mine")
            raise kit.Cancelled("enough")

    with pytest.raises(kit.Cancelled):
        pack(folder, settings, NEW, observe=edit_and_cancel)
    assert (folder / "models" / "clf.npy").read_bytes() == b"mine"
    assert numpy.load(folder / "datasets" / "cfg.npy").tolist() == OLD.tolist()


def test_on_another_disk_small_files_come_back_too(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(*arguments: object, **named: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    pack(folder, settings)
    before, times = tree(folder), stamps(folder)
    monkeypatch.setattr(os, "link", elsewhere)
    with pytest.raises(kit.Cancelled):
        pack(folder, settings, NEW, observe=CancelAt(9, lambda: True), use_cache=False)
    assert tree(folder) == before and stamps(folder) == times


def test_what_a_killed_pack_held_goes_after_a_day(folder: Path, settings: Settings) -> None:
    held = settings.cache / "kitops_jupyter" / "undo" / "0123"
    held.mkdir(parents=True)
    (held / "clf.npy").write_bytes(b"x")
    pack(folder, settings)
    assert held.exists()
    os.utime(held, (1, 1))
    pack(folder, settings, NEW)
    assert not held.exists()
    shutil.rmtree(folder)
