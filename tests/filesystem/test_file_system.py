"""Kits as a file system: whatever the layers are and wherever they are, the same files."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import fsspec
import pandas
import pytest
import tomllib

import kitops_jupyter as kit
from kitops_jupyter.errors import DigestMismatch, Usage
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.settings import Settings
from tests.filesystem.conftest import push
from tests.operations.projects import FILES, KITFILE, make_project

SINGLE_FILES = "model: {path: model/forest.bin}\ncode: [{path: train.ipynb}]\ndocs: [{path: README.md}]\n"

LAYOUTS = [
    {},
    {"layer_format": "raw"},
    {"compression": "gzip"},
    {"compression": "zstd"},
    {"compression": "gzip", "layer_format": "raw"},
]


@pytest.mark.parametrize("how", LAYOUTS, ids=lambda how: "-".join(how.values()) or "tar")
@pytest.mark.parametrize("has_index", [True, False], ids=["indexed", "plain"])
@pytest.mark.parametrize("is_here", [True, False], ids=["here", "remote"])
def test_every_file_is_found_and_read(
    how: dict[str, str], has_index: bool, is_here: bool, reference: str, here: Settings, tmp_path: Path
) -> None:
    is_raw = "raw" in how.values()
    project = make_project(tmp_path / "project", kitfile=SINGLE_FILES if is_raw else KITFILE)
    (project / "data" / "training" / "empty").touch()
    push(project, reference, replace(here, file_index=has_index), **how)
    files = KitFileSystem(home=here.home if is_here else tmp_path / "there", plain_http=True, skip_instance_cache=True)
    found = files.find(f"kit://{reference}", detail=True)
    wanted = {**FILES, "data/training/empty": b""}
    if is_raw:
        wanted = {name: FILES[name] for name in ("model/forest.bin", "train.ipynb", "README.md")}
    assert {name.removeprefix(f"{reference}/"): info["size"] for name, info in found.items()} == {
        name: len(data) for name, data in wanted.items()
    }
    assert {name: files.cat_file(f"{reference}/{name}") for name in wanted} == wanted
    with files.open(f"kit://{reference}/model/forest.bin") as stream:
        stream.seek(-3, 2)
        assert stream.read() == FILES["model/forest.bin"][-3:]
    is_whole = is_here or bool(how.get("compression"))
    assert files.info(f"{reference}/model/forest.bin")["verified"] == (is_whole or has_index)
    files.invalidate_cache()


def test_folders_are_walked_and_searched(reference: str, here: Settings, files: KitFileSystem, tmp_path: Path) -> None:
    push(make_project(tmp_path / "project"), reference, here)
    top = f"kit://{reference}"
    assert files.ls(top, detail=False) == [
        f"{reference}/{name}" for name in ("README.md", "data", "model", "src", "train.ipynb")
    ]
    assert files.glob(f"{top}/data/training/*-1.csv") == [f"{reference}/data/training/part-1.csv"]
    assert [sorted(names) for _, _, names in files.walk(f"{top}/src")] == [["a.py"], ["b.py"]]
    assert files.isdir(f"{top}/data") and files.isfile(f"{top}/README.md") and not files.exists(f"{top}/nothing")
    ranges = files.cat_ranges([f"{top}/src/a.py", f"{top}/README.md"], [0, 2], [1, -1])
    assert ranges == [b"a", FILES["README.md"][2:-1]]


def test_pandas_reads_it_by_url_and_by_digest(
    reference: str, here: Settings, files: KitFileSystem, tmp_path: Path
) -> None:
    push(make_project(tmp_path / "project"), reference, here)
    options = {"plain_http": True, "home": str(tmp_path / "there")}
    frame = pandas.read_csv(f"kit://{reference}/data/validation.csv", storage_options=options)
    assert frame.to_dict("list") == {"x": [5], "y": [6]}
    exact = f"{reference.rpartition(':')[0]}@{kit.inspect(reference, settings=here).digest}"
    with fsspec.open(f"kit://{exact}/README.md", **options) as stream:
        assert stream.read() == FILES["README.md"]


def test_a_kit_of_the_store_needs_no_registry(here: Settings, tmp_path: Path) -> None:
    kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=here)
    files = KitFileSystem(home=here.home, skip_instance_cache=True)
    assert files.cat_file("kit://churn:v1/src/deep/b.py") == b"b = 2\n"
    with pytest.raises(FileNotFoundError, match="has no nothing"):
        files.open("kit://churn:v1/nothing")
    with pytest.raises(FileNotFoundError):
        files.ls("kit://churn:v2/src")
    with pytest.raises(IsADirectoryError):
        files.open("kit://churn:v1/src")
    with pytest.raises(OSError, match="read-only"):
        files.open("kit://churn:v1/src/a.py", "wb")


def test_who_insists_on_digests_reads_nothing_else(reference: str, here: Settings, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    (project / "src/large.py").write_bytes(bytes(100_000))
    push(project, reference, replace(here, file_index=False))
    files = KitFileSystem(home=tmp_path / "there", plain_http=True, require_verified=True, skip_instance_cache=True)
    with pytest.raises(DigestMismatch, match="no file index"):
        files.cat_file(f"{reference}/src/a.py")
    assert files.cat_file(f"{reference}/README.md")  # a small layer is read whole: its own digest covers it


@pytest.mark.parametrize(
    ("text", "reference", "path"),
    [
        ("kit://churn:v1/data/a.csv", "churn:v1", "data/a.csv"),
        ("localhost:5000/team/churn:v1/a", "localhost:5000/team/churn:v1", "a"),
        ("registry:5000/churn:v1", "registry:5000/churn:v1", ""),
        ("reg.example.com/churn@sha256:" + "0" * 64 + "/a:b", "reg.example.com/churn@sha256:" + "0" * 64, "a:b"),
        ("corp/churn:v1@sha256:" + "0" * 64 + "//a/./b/", "corp/churn:v1@sha256:" + "0" * 64, "a/b"),
        ("churn:12/data", "churn:12", "data"),
    ],
)
def test_an_address_is_a_kit_and_a_path(text: str, reference: str, path: str) -> None:
    from kitops_jupyter.filesystem import split

    assert split(text) == (reference, path)


@pytest.mark.parametrize("text", ["kit://", "kit://team/churn/data.csv", "kit://reg.example.com/churn@latest/x"])
def test_an_address_without_a_tag_is_refused(text: str) -> None:
    with pytest.raises(Usage, match="does not name a kit"):
        KitFileSystem().info(text)


def test_fsspec_finds_it_by_the_entry_point() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, name = project["entry-points"]["fsspec.specs"]["kit"].partition(":")
    assert getattr(importlib.import_module(module), name) is KitFileSystem
