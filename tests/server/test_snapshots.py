"""A snapshot's preview and its pack have the notebook, also where the folder's Kitfile has not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import kitops_jupyter as kit
from tests.server.conftest import Ask

WRITTEN = "# mine\ncode:\n  - path: train.py\n"


async def test_a_notebook_without_an_entry_is_offered_and_added_when_asked(ask: Ask, ended: Ask, root: Path) -> None:
    (root / "project").mkdir()
    for name, text in (("train.py", "x"), ("n.ipynb", "{}"), ("Kitfile", WRITTEN)):
        (root / "project" / name).write_text(text)
    asked = {"directory": "project", "notebook": "project/n.ipynb"}
    checked = await ask("POST", "check/pack", asked)
    longer = f"{WRITTEN}  - path: n.ipynb\n"
    assert (checked["added"], checked["kitfile"], checked["is_proposed"]) == ("n.ipynb", longer, False)
    assert [layer["path"] for layer in checked["layers"]] == ["train.py", "n.ipynb"]
    assert checked["command"] == {"words": ["pack", "project", "--notebook", "project/n.ipynb"], "paths": [1, 3]}
    body = {"kind": "pack", **asked, "kitfile": longer, "reference": "n:v1"}
    assert (await ended((await ask("POST", "jobs", body))["id"]))["state"] == "done"
    assert (root / "project/Kitfile").read_text() == WRITTEN
    job = await ended((await ask("POST", "jobs", {**body, "reference": "n:v2", "add_notebook": True}))["id"])
    assert "--add-notebook" in job["command"]["words"]
    assert (root / "project/Kitfile").read_text() == longer
    assert kit.inspect("n:v1").digest == kit.inspect("n:v2").digest
    assert (await ask("POST", "check/pack", asked))["added"] == ""


async def test_a_preview_warns_of_nothing_that_the_dialog_shows_as_left_out(ask: Ask, root: Path) -> None:
    (root / "data").mkdir(parents=True)
    for name in ("train.py", "notes.txt", "data/a.csv", "data/b.csv"):
        (root / name).write_text("x")
    text = "manifestVersion: 1.0.0\ncode:\n  - path: train.py\ndatasets:\n  - path: data\n"
    body = {"directory": "", "kitfile": text, "dropped": ["dataset:0"]}
    assert (await ask("POST", "check/pack", body))["warnings"] == [
        "no layer includes notes.txt, data/b.csv, data/a.csv"
    ]
    body["told"] = ["data"]
    assert (await ask("POST", "check/pack", body))["warnings"] == ["no layer includes notes.txt"]


async def test_a_preview_says_what_is_much_and_leaves_it_to_the_dialog_to_warn(
    ask: Ask, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "train.py").write_text("0123456789 more")
    assert (await ask("POST", "check/pack", {"directory": ""}))["large_bytes"] == 1 << 30
    monkeypatch.setattr("kitops_jupyter.operations.pack.large.LARGE_PROPOSAL_BYTES", 10)
    checked = await ask("POST", "check/pack", {"directory": ""})
    assert (checked["is_proposed"], checked["large_bytes"], checked["warnings"]) == (True, 10, [])


async def test_a_message_is_packed_and_shown_in_the_kit_and_its_history(ask: Ask, ended: Ask, packed: str) -> None:
    body = {"kind": "pack", "directory": "project", "reference": "churn:v2", "message": "deeper trees\n\n- AUC 0.9"}
    job = await ended((await ask("POST", "jobs", body))["id"])
    words = ["pack", "project", "-t", "churn:v2", "-m", "deeper trees", "-m", "", "--message=- AUC 0.9"]
    assert (job["state"], job["command"]["words"]) == ("done", words)
    assert (await ask("GET", "kit", reference="churn:v2"))["message"] == body["message"]
    assert (await ask("GET", "kit", reference=packed))["message"] == ""
    rows = await ask("GET", "history", repository="churn")
    assert {row["tag"]: row["message"] for row in rows} == {"v1": "", "v2": body["message"]}


async def test_the_history_says_which_commit_a_kit_was_packed_at(
    ask: Ask, ended: Ask, packed: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for words in ("init -q -b main", "add --all", "-c user.name=A -c user.email=a@b.c commit -q -m first"):
        subprocess.run(["git", *words.split()], cwd=root / "project", check=True)
    await ended((await ask("POST", "jobs", {"kind": "pack", "directory": "project", "reference": "churn:v2"}))["id"])
    rows = {row["tag"]: row for row in await ask("GET", "history", repository="churn")}
    assert rows["v1"]["code"] is None and rows["v2"]["ran"] is None
    code = rows["v2"]["code"]
    assert (code["branch"], code["is_dirty"], len(code["commit"])) == ("main", False, 40)


async def test_a_message_that_cannot_be_shown_is_refused_before_anything_is_packed(ask: Ask, packed: str) -> None:
    body = {"kind": "pack", "directory": "project", "reference": "churn:v2"}
    for message, told in (("a\n b\u202e", "U+202E in line 2, column 3"), ("x" * 4097, "at most 4,096")):
        refused = await ask("POST", "jobs", {**body, "message": message})
        assert refused["status"] == 422 and told in refused["message"]
    assert [row["tag"] for row in await ask("GET", "history", repository="churn")] == ["v1"]
