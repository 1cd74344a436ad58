"""What a kit's tab shows of a kit that builds on others: their models and data, to be ticked like its own layers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.registries import Real
from tests.operations.projects import files_in, write_files
from tests.server.conftest import Ask


@pytest.fixture
def built(root: Path, home: Settings) -> str:
    """A kit with a model of `base`, data of `rows`, and an object that is nowhere."""
    write_files(root / "all", {"base.bin": b"model", "rows.csv": b"1,2", "a.py": b"1"})
    kit.pack(root / "all", text="model: {name: forest, path: base.bin}", tag="base:v1", settings=home)
    kit.pack(root / "all", text="datasets: [{path: rows.csv}]", tag="rows:v1", settings=home)
    text = """
model: {path: 'base:v1'}
code: [{path: a.py}]
datasets: [{name: rows, path: data, remotePath: 'rows:v1'}]
"""
    kit.pack(root / "all", text=text, tag="built:v1", settings=home)
    return "built:v1"


async def test_models_and_data_of_other_kits_have_rows(ask: Ask, built: str) -> None:
    shown = await ask("GET", "kit", reference=built)
    rows = [[row[name] for name in ("key", "path", "filter", "remote_path")] for row in shown["layers"]]
    assert rows == [
        ["parent0:model:0", "base.bin", "model:base.bin", "base:v1"],
        ["code:0", "a.py", "code:a.py", ""],
        ["dataset:0", "data", "datasets:data", "rows:v1"],
    ]
    refused = await ask("GET", "files", reference=built, key="parent0:model:0")
    assert refused["status"] == 404


async def test_what_is_elsewhere_is_pulled_where_it_is_ticked(
    ask: Ask, ended: Ask, built: str, root: Path, plain: Real, home: Settings
) -> None:
    (home.home / "registries.json").write_text(json.dumps({"corp": {"url": f"http://{plain.host}"}}))
    reference = f"corp/built/{root.parent.name}:v1".lower().replace("_", "-")
    kit.push(built, reference, settings=Settings.load())
    asked = {"reference": reference, "filters": ["datasets:data"], "directory": "out", "include_remote": True}
    check = await ask("POST", "check/pull", asked)
    words = ["pull", reference, "--filter", "datasets:data", "--include-remote", "-d", "out"]
    assert check["command"] == {"words": words, "paths": [6]}
    assert check["here_bytes"] and not check["conflicts"]
    job = await ended((await ask("POST", "jobs", {"kind": "pull", **asked}))["id"])
    assert job["state"] == "done", job["error"]
    assert files_in(root / "out") == {"data/rows.csv": b"1,2"}
    assert (await ask("POST", "check/pull", asked))["conflicts"] == [{"path": "data/rows.csv", "why": "exists"}]
    both = {"reference": reference, "filters": ["model:base.bin"], "directory": "model"}
    job = await ended((await ask("POST", "jobs", {"kind": "pull", **both}))["id"])
    assert (job["state"], files_in(root / "model")) == ("done", {"base.bin": b"model"})
    into_store = {"kind": "pull", "reference": reference, "include_remote": True}
    assert (await ask("POST", "jobs", into_store))["status"] == 422


async def test_a_kit_does_not_choose_whom_the_panel_talks_to(ask: Ask, root: Path, home: Settings, plain: Real) -> None:
    write_files(root / "own", {"a.py": b"1"})
    name = f"{plain.host}/near/base:v1"
    kit.pack(root / "own", text="model: {path: a.py}", tag=name, settings=home)
    kit.push(name, connection=Connection(plain_http=True), settings=home)
    kit.pack(root / "own", text=f"model: {{path: '{name}'}}\ncode: [{{path: a.py}}]", tag="own:v1", settings=home)
    kit.remove([name], settings=home)
    (model, _) = (await ask("GET", "kit", reference="own:v1"))["layers"]
    assert (model["filter"], model["remote_path"], model["size_bytes"]) == ("model", name, 0)
