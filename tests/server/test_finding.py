"""Files of a kit are found in all of its layers, for no more than their lists."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import Usage
from kitops_jupyter.server.views.finding import matcher
from kitops_jupyter.settings import Settings
from tests.operations.projects import FILES, make_project, write_files
from tests.server.conftest import Ask


def paths(found: Any) -> list[str]:
    return [item["file"]["path"] for item in found["items"]]


@pytest.mark.parametrize(
    ("text", "path", "is_meant"),
    [
        ("part", "data/training/part-1.csv", True),
        ("PART-1", "data/Training/part-1.csv", True),
        ("training/part", "data/training/part-1.csv", True),
        ("part-3", "data/training/part-1.csv", False),
        ("*.csv", "data/training/part-1.csv", True),
        ("part-?.csv", "data/training/part-1.csv", True),
        ("art-?.csv", "data/training/part-1.csv", False),
        ("training/*", "data/training/part-1.csv", True),
        ("[pq]art-*", "data/training/part-1.csv", True),
        ("*.cs", "data/training/part-1.csv", False),
        ("a[", "data/a[.csv", False),
        ("GRÜSSE", "grüße.md", True),
    ],
)
def test_a_text_is_a_part_of_a_path_and_a_pattern_the_end_of_one(text: str, path: str, is_meant: bool) -> None:
    assert matcher(text)(path) is is_meant


@pytest.mark.parametrize("text", ["", " ", "/", "x" * 201])
def test_a_text_that_means_nothing_or_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(Usage):
        matcher(text)


async def test_files_of_all_layers_are_found_with_what_selects_them(ask: Ask, named: str) -> None:
    found = await ask("GET", "files/found", reference=f"{named}:v1", text="*.csv")
    wanted = sorted(name for name in FILES if name.endswith(".csv"))
    assert (paths(found), found["total"], found["unlisted"]) == (wanted, 3, [])
    assert found["total_bytes"] == sum(len(FILES[name]) for name in wanted)
    assert [item["key"] for item in found["items"]] == ["dataset:0", "dataset:0", "dataset:1"]
    filters = [item["file"]["filter"] for item in found["items"]]
    checked = await ask("POST", "check/pull", {"reference": f"{named}:v1", "filters": filters, "directory": "out"})
    assert (checked["files"], checked["size_bytes"]) == (3, found["total_bytes"])
    folders = {item["file"]["path"]: item["file"]["files"] for item in found["folders"] if item["key"] == "dataset:0"}
    assert folders == {"data": 2, "data/training": 2}


async def test_hits_come_in_pages_by_name_or_the_largest_first(ask: Ask, root: Path, home: Settings) -> None:
    write_files(root / "p", {f"data/f{at}": b"x" * (at % 7) for at in range(30)})
    kit.pack(root / "p", text="datasets: [{path: data}]", tag="many:v1", settings=home)
    how = {"reference": "many:v1", "text": "data/"}
    whole = await ask("GET", "files/found", **how, sort="size")
    sizes = [item["file"]["size_bytes"] for item in whole["items"]]
    assert sizes == sorted(sizes, reverse=True) and whole["total"] == 30
    pages = [await ask("GET", "files/found", **how, sort="size", start=str(at), limit="10") for at in (0, 10, 20, 30)]
    assert [path for page in pages for path in paths(page)] == paths(whole)
    by_name = await ask("GET", "files", reference="many:v1", key="dataset:0", folder="data", sort="size")
    assert [row["size_bytes"] for row in by_name["items"]] == sizes


async def test_a_layer_that_must_be_read_whole_for_its_list_is_named_and_not_read(
    ask: Ask, root: Path, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITOPS_FILE_INDEX", "0")
    project = make_project(root / "project")
    (project / "model" / "forest.bin").write_bytes(os.urandom(1 << 20))
    kit.pack(project, tag="churn:v1", compression="gzip", settings=Settings.load())
    found = await ask("GET", "files/found", reference="churn:v1", text="e")
    assert [layer["key"] for layer in found["unlisted"]] == ["model:0"]
    assert "file index" in found["unlisted"][0]["why"] and "src/deep/b.py" in paths(found)
    await ask("GET", "files", reference="churn:v1", key="model:0")  # somebody unfolds it: then its list is known
    found = await ask("GET", "files/found", reference="churn:v1", text="forest")
    assert (paths(found), found["unlisted"]) == (["model/forest.bin"], [])
