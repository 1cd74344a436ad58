"""One size for one thing: what is said of files before a pull is what the pull then writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.codecs import Compression
from kitops_jupyter.settings import Settings
from tests.operations.projects import FILES, KITFILE, files_in, make_project
from tests.server.conftest import Ask

CHOICES = {
    "all": [],
    "a layer": ["model"],
    "a folder": ["dataset:data/training"],
    "a file": ["dataset:data/training/part-2.csv"],
    "a folder without a file": ["dataset:data/training", "!dataset:data/training/part-2.csv"],
    "the Kitfile": ["kitfile"],
    "all without a file": ["!dataset:data/training/part-2.csv"],
}


def written(folder: Path) -> tuple[int, int]:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


@pytest.mark.parametrize("choice", CHOICES)
async def test_what_is_selected_is_what_is_written(choice: str, ask: Ask, ended: Ask, named: str, root: Path) -> None:
    asked = {"reference": f"{named}:v1", "filters": CHOICES[choice], "directory": "out"}
    checked = await ask("POST", "check/pull", asked)
    job = await ended((await ask("POST", "jobs", {"kind": "pull", **asked}))["id"])
    found = written(root / "out")
    assert (checked["files"], checked["size_bytes"]) == (job["result"]["files"], job["result"]["size_bytes"]) == found


async def test_a_kit_of_the_store_has_the_same_size_and_nothing_to_download(
    ask: Ask, ended: Ask, packed: str, root: Path
) -> None:
    asked = {"reference": packed, "filters": [], "directory": "out"}
    checked = await ask("POST", "check/pull", asked)
    assert (checked["moved_bytes"], checked["here_bytes"] > 0) == (0, True)
    await ended((await ask("POST", "jobs", {"kind": "unpack", **asked}))["id"])
    assert (checked["files"], checked["size_bytes"]) == written(root / "out")
    assert files_in(root / "out") == FILES


@pytest.mark.parametrize("compression", ["none", "gzip"])
async def test_a_layer_s_list_has_the_size_of_its_files_and_the_kit_what_is_stored(
    compression: Compression, ask: Ask, root: Path, home: Settings
) -> None:
    kit.pack(make_project(root / "project"), tag="churn:v1", compression=compression, settings=home)
    view = await ask("GET", "kit", reference="churn:v1")
    assert view["size_bytes"] == sum(layer["size_bytes"] for layer in view["layers"])
    assert all(layer["file_bytes"] is None for layer in view["layers"])
    page = await ask("GET", "files", reference="churn:v1", key="dataset:0")
    data = [text for name, text in FILES.items() if name.startswith("data/training/")]
    assert (page["total_files"], page["total_bytes"]) == (len(data), sum(map(len, data)))


async def test_no_size_is_invented_where_only_a_download_tells_it(
    ask: Ask, root: Path, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compressed layer without an index, too large to be read for its list."""
    monkeypatch.setenv("KITOPS_FILE_INDEX", "0")
    project = make_project(root / "project", kitfile=KITFILE)
    (project / "model" / "forest.bin").write_bytes(bytes(range(256)) * 4096)
    kit.pack(project, tag="churn:v1", compression="gzip", settings=Settings.load())
    checked = await ask("POST", "check/pull", {"reference": "churn:v1", "filters": ["dataset:training"]})
    assert checked["files"] == 2
    (project / "model" / "forest.bin").write_bytes(os.urandom(1 << 20))
    kit.pack(project, tag="churn:v2", compression="gzip", settings=Settings.load())
    checked = await ask("POST", "check/pull", {"reference": "churn:v2", "filters": ["model"]})
    assert (checked["files"], checked["size_bytes"]) == (None, None)
    assert checked["here_bytes"] > 1 << 20
