"""Ticks on a tree become filters that select just what is ticked."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.operations.look.browse import Access, KitPlace
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from kitops_jupyter.widgets.ticks import Node, Ticks
from tests.operations.projects import files_in, make_project, write_files

ODD = {
    "data/training/a,b.csv": b"1",
    "data/training/a[1].csv": b"2",
    "data/training/sub/part-1.csv": b"3",
    "data/training/sub/part-2.csv": b"4",
    "src/part-1.csv": b"5",
}


@pytest.fixture
def place(tmp_path: Path) -> KitPlace:
    project = make_project(tmp_path / "project")
    write_files(project, ODD)
    settings = Settings.load({}, home=tmp_path / "home")
    kit.pack(project, tag="churn:v1", settings=settings)
    return KitPlace("churn:v1", Access(Connection(), settings))


def node(ticks: Ticks, path: str) -> Node:
    """The node of a path, its folders opened."""
    rows = ticks.rows()
    for found in rows:
        if found.path == path:
            return found
    above = next(found for found in rows if path.startswith(f"{found.path}/") and found.files and not found.is_open)
    ticks.toggle(above)
    return node(ticks, path)


def look(place: KitPlace, *layers: str) -> Ticks:
    ticks = Ticks(place.info)
    for layer in layers:
        found = node(ticks, layer)
        ticks.set_files(found, place.files(found.section, found.path))
    return ticks


def unpacked(place: KitPlace, ticks: Ticks, folder: Path) -> list[str]:
    kit.unpack(place.reference, folder, filters=ticks.filters, settings=place.access.settings)
    return sorted(files_in(folder))


def test_nothing_is_ticked_at_first(place: KitPlace) -> None:
    ticks = look(place)
    assert (ticks.chosen, ticks.size_bytes) == ([], 0)


@pytest.mark.parametrize(
    "path",
    [
        "data/training/a,b.csv",
        "data/training/a[1].csv",
        "data/training/sub/part-1.csv",
        "data/training/part-1.csv",
        "src/part-1.csv",
    ],
)
def test_one_ticked_file_is_the_only_one_that_comes(place: KitPlace, tmp_path: Path, path: str) -> None:
    ticks = look(place, "data/training", "src")
    ticks.tick(node(ticks, path), True)
    assert unpacked(place, ticks, tmp_path / "out") == [path]
    assert ticks.size_bytes == (tmp_path / "out" / path).stat().st_size


def test_a_ticked_folder_is_all_below_it(place: KitPlace, tmp_path: Path) -> None:
    ticks = look(place, "data/training")
    ticks.tick(node(ticks, "data/training/sub"), True)
    assert unpacked(place, ticks, tmp_path / "out") == ["data/training/sub/part-1.csv", "data/training/sub/part-2.csv"]


@pytest.mark.parametrize("path", ["model/forest.bin", "train.ipynb", "data/validation.csv", "README.md"])
def test_a_ticked_layer_is_that_layer(place: KitPlace, tmp_path: Path, path: str) -> None:
    ticks = look(place)
    ticks.tick(node(ticks, path), True)
    assert unpacked(place, ticks, tmp_path / "out") == [path]


def test_the_kitfile_alone(place: KitPlace, tmp_path: Path) -> None:
    ticks = look(place)
    ticks.tick(node(ticks, "Kitfile"), True)
    unpacked(place, ticks, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Kitfile"]


def test_everything_needs_no_filter(place: KitPlace, tmp_path: Path) -> None:
    ticks = look(place, "data/training")
    ticks.tick_all(True)
    assert ticks.filters == ()
    assert "data/training/sub/part-1.csv" in unpacked(place, ticks, tmp_path / "out")


def test_ticking_all_files_ticks_their_folder_and_unticking_one_unticks_it(place: KitPlace) -> None:
    ticks = look(place, "data/training")
    folder = node(ticks, "data/training/sub")
    one, two = node(ticks, "data/training/sub/part-1.csv"), node(ticks, "data/training/sub/part-2.csv")
    ticks.tick(one, True)
    assert (folder.is_ticked, folder.is_partly_ticked) == (False, True)
    ticks.tick(two, True)
    assert folder.is_ticked
    ticks.tick(one, False)
    assert (folder.is_ticked, two.is_ticked) == (False, True)
    assert node(ticks, "data/training").is_partly_ticked


def test_a_ticked_layer_that_is_opened_has_ticked_files(place: KitPlace) -> None:
    ticks = look(place)
    layer = node(ticks, "data/training")
    ticks.tick(layer, True)
    ticks.set_files(layer, place.files(layer.section, layer.path))
    assert layer.children
    assert all(child.is_ticked for child in layer.children)


def test_a_layer_without_one_file_is_said_in_two_filters(place: KitPlace, tmp_path: Path) -> None:
    ticks = look(place, "data/training")
    ticks.tick(node(ticks, "data/training"), True)
    node(ticks, "data/training/sub/part-1.csv")
    ticks.tick(node(ticks, "data/training/a,b.csv"), False)
    assert ticks.filters == ("datasets:data/training", "!datasets:data/training/a[,]b.csv")
    found = unpacked(place, ticks, tmp_path / "out")
    assert "data/training/sub/part-2.csv" in found and "data/training/a,b.csv" not in found
    ticks.tick_all(True)
    ticks.tick(node(ticks, "data/training/a,b.csv"), False)
    assert list(ticks.filters) == ["!datasets:data/training/a[,]b.csv"]


def test_a_layer_that_is_one_file_does_not_open(place: KitPlace) -> None:
    ticks = look(place, "train.ipynb")
    assert not node(ticks, "train.ipynb").can_open


def test_data_that_lies_elsewhere_is_no_part_of_the_whole_kit_and_comes_when_it_is_ticked(
    place: KitPlace, tmp_path: Path
) -> None:
    settings = place.access.settings
    text = """
model: {path: 'churn:v1'}
code: [{path: src}]
datasets: [{name: far, path: far, remotePath: 'churn:v1'}, {name: gone, path: gone, remotePath: 'gone:v1'}]
"""
    kit.pack(tmp_path / "project", text=text, tag="built:v1", settings=settings)
    ticks = look(built := KitPlace("built:v1", place.access))
    assert [root.elsewhere for root in ticks.roots] == ["", "", "churn:v1", "churn:v1", "gone:v1"]
    ticks.tick_all(True)
    assert (ticks.filters, ticks.includes_remote) == ((), False)
    assert "model/forest.bin" in unpacked(built, ticks, tmp_path / "whole")
    ticks.tick_all(False)
    ticks.tick(ticks.roots[3], True)
    assert (ticks.filters, ticks.includes_remote) == (("datasets:far",), True)
    kit.unpack("built:v1", tmp_path / "far", filters=ticks.filters, include_remote=True, settings=settings)
    assert "far/data/validation.csv" in files_in(tmp_path / "far")
    ticks.tick_all(True)
    assert ticks.filters == ("!datasets:gone",)
