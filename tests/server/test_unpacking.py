"""A kit of the local store becomes files without its registry, from the panel."""

from __future__ import annotations

import json
from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import FILES, files_in, make_project
from tests.server.conftest import Ask

PART = "data/training/part-2.csv"


async def test_a_kit_without_a_registry_is_unpacked(ask: Ask, ended: Ask, root: Path, home: Settings) -> None:
    kit.pack(make_project(root / "project"), tag="churn:v1", settings=home)
    asked = {"reference": "churn:v1", "filters": [f"dataset:{PART}"], "directory": "work/churn"}
    checked = await ask("POST", "check/pull", asked)
    assert (checked["kind"], checked["moved_bytes"], checked["files"]) == ("unpack", 0, 1)
    assert checked["command"]["words"] == ["unpack", "churn:v1", "--filter", f"dataset:{PART}", "-d", "work/churn"]
    job = await ended((await ask("POST", "jobs", {"kind": "unpack", **asked}))["id"])
    assert (job["state"], job["kind"], job["command"]) == ("done", "unpack", checked["command"]), job["error"]
    assert (job["result"]["directory"], job["result"]["files"]) == ("work/churn", 1)
    assert files_in(root / "work" / "churn") == {PART: FILES[PART]}


async def test_files_that_are_there_are_kept_overwritten_or_avoided(
    ask: Ask, ended: Ask, root: Path, home: Settings
) -> None:
    kit.pack(make_project(root / "project"), tag="churn:v1", settings=home)
    target = root / "out" / PART
    target.parent.mkdir(parents=True)
    target.write_bytes(b"mine")
    asked = {"reference": "churn:v1", "filters": ["dataset:training"], "directory": "out"}
    checked = await ask("POST", "check/pull", asked)
    assert checked["keep_command"]["words"][-3:] == ["-d", "out", "--ignore-existing"]
    start = {"kind": "unpack", **asked}
    job = await ended((await ask("POST", "jobs", start))["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "conflict")
    await ended((await ask("POST", "jobs", {**start, "on_conflict": "keep"}))["id"])
    assert target.read_bytes() == b"mine"
    await ended((await ask("POST", "jobs", {**start, "directory": checked["beside"]}))["id"])
    assert (root / checked["beside"] / PART).read_bytes() == FILES[PART]
    await ended((await ask("POST", "jobs", {**start, "on_conflict": "overwrite"}))["id"])
    assert target.read_bytes() == FILES[PART]


async def test_a_kit_that_was_pulled_is_unpacked_while_its_registry_is_down(
    ask: Ask, ended: Ask, root: Path, home: Settings
) -> None:
    home.home.mkdir(parents=True, exist_ok=True)
    (home.home / "registries.json").write_text(json.dumps({"gone": {"url": "http://127.0.0.1:9"}}))
    kit.pack(make_project(root / "project"), tag="gone/churn:v1", settings=Settings.load())
    asked = {"reference": "gone/churn:v1", "filters": [], "directory": "out"}
    assert (await ask("POST", "check/pull", asked))["kind"] == "unpack"
    job = await ended((await ask("POST", "jobs", {"kind": "unpack", **asked}))["id"])
    assert job["state"] == "done", job["error"]
    assert files_in(root / "out") == FILES


async def test_a_whole_kit_that_goes_into_the_store_is_pulled(ask: Ask, root: Path, home: Settings) -> None:
    kit.pack(make_project(root / "project"), tag="churn:v1", settings=home)
    assert (await ask("POST", "check/pull", {"reference": "churn:v1"}))["kind"] == "pull"
