"""What the panel packs, pushes and pulls: checked before, done as a job."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import FILES, files_in, make_project
from tests.server.conftest import Ask


async def test_a_pull_of_one_file_is_checked_and_done(ask: Ask, ended: Ask, named: str, root: Path) -> None:
    asked = {"reference": f"{named}:v1", "filters": ["dataset:data/training/part-2.csv"], "directory": "into"}
    checked = await ask("POST", "check/pull", asked)
    name = "data/training/part-2.csv"
    assert (checked["size_bytes"], checked["files"], checked["conflicts"]) == (len(FILES[name]), 1, [])
    words = ["pull", f"{named}:v1", "--filter", "dataset:data/training/part-2.csv", "-d", "into"]
    assert checked["command"] == {"words": words, "paths": [5]}
    started = await ask("POST", "jobs", {"kind": "pull", **asked})
    job = await ended(started["id"])
    assert (job["state"], job["result"]["files"], job["result"]["directory"]) == ("done", 1, "into"), job["error"]
    assert files_in(root / "into") == {name: FILES[name]}
    checked = await ask("POST", "check/pull", asked)
    (conflict,) = checked["conflicts"]
    assert (conflict["path"], checked["conflict_count"]) == (name, 1)
    assert checked["keep_command"] == {"words": [*words, "--ignore-existing"], "paths": [5]}
    assert checked["overwrite_command"]["words"] == [*words, "--overwrite"]
    assert checked["beside"] == "into/churn-v1" and checked["beside_command"]["words"][-1] == "into/churn-v1"
    job = await ended((await ask("POST", "jobs", {"kind": "pull", **asked}))["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "conflict")
    job = await ended((await ask("POST", "jobs", {"kind": "pull", **asked, "directory": checked["beside"]}))["id"])
    assert job["result"]["directory"] == "into/churn-v1"
    assert str(root) not in job["result"]["text"] and " into/churn-v1" in job["result"]["text"]
    await ask("DELETE", f"jobs/{job['id']}")
    assert job["id"] not in [each["id"] for each in (await ask("GET", "jobs"))["jobs"]]


async def test_a_local_kit_is_pulled_into_a_folder_and_no_registry_is_asked(
    ask: Ask, ended: Ask, packed: str, root: Path
) -> None:
    for name in (packed, "team/churn:v1"):
        await ask("POST", "tag", {"source": packed, "target": name})
        job = await ended((await ask("POST", "jobs", {"kind": "pull", "reference": name, "directory": "into"}))["id"])
        assert (job["state"], job["result"] and job["result"]["directory"]) == ("done", "into"), job["error"]
        assert files_in(root / "into")["train.ipynb"] == FILES["train.ipynb"]
        shutil.rmtree(root / "into")


async def test_a_folder_is_packed_pushed_promoted_compared_and_removed(
    ask: Ask, ended: Ask, named: str, root: Path
) -> None:
    make_project(root / "project", kitfile=None)
    checked = await ask("POST", "check/pack", {"directory": "project"})
    assert checked["is_proposed"] and {layer["path"] for layer in checked["layers"]} >= {"train.ipynb"}
    wrong = await ask("POST", "check/pack", {"directory": "project", "kitfile": "nonsense: [1]\n"})
    assert wrong["problems"] and wrong["problems"][0]["message"]
    request = {"kind": "pack", "directory": "project", "reference": f"{named}:v2", "push": True}
    job = await ended((await ask("POST", "jobs", request))["id"])
    assert job["state"] == "done", job["error"]
    assert sorted((await ask("GET", "tags", repository=named))["items"]) == ["v1", "v2"]
    done = await ask("POST", "promote", {"reference": f"{named}:v2", "to": "champion"})
    assert done["command"] == {"words": ["promote", f"{named}:v2", "--to", "champion"], "paths": []}
    assert "champion" in (await ask("GET", "tags", repository=named))["items"]
    compared = await ask("GET", "diff", a=f"{named}:v2", b=f"{named}:v1", oldest_first="0")
    assert (compared["a"], compared["b"]) == (f"{named}:v2", f"{named}:v1")
    assert compared["kitfile"].startswith("@@ -1,")
    assert compared["kitfile"] and {row["change"] for row in compared["layers"]} >= {"same"}
    freed = await ask("POST", "remove", {"references": [f"{named}:v2"], "dry_run": True})
    removed = await ask("POST", "remove", {"references": [f"{named}:v2"]})
    assert removed["references"] == [f"{named}:v2"]
    assert 0 < freed["freed_bytes"] <= removed["freed_bytes"]


async def test_layers_are_left_out_of_a_kitfile_and_its_comments_stay(ask: Ask, root: Path) -> None:
    (root / "project").mkdir()
    for name in ("a.csv", "b.csv", "c.csv", "d.md"):
        (root / "project" / name).write_text("x")
    text = "# mine\ndatasets:\n- path: a.csv\n- {path: b.csv, description: &b x}\n# why\n- path: c.csv\n"
    text += "docs: [{path: d.md, description: *b}]\n"
    checked = await ask("POST", "check/pack", {"directory": "project", "kitfile": text})
    assert [layer["key"] for layer in checked["layers"]] == ["dataset:0", "dataset:1", "dataset:2", "docs:0"]
    dropped = ["dataset:0", "dataset:1", "dataset:2"]
    less = await ask("POST", "check/pack", {"directory": "project", "kitfile": text, "dropped": dropped})
    assert less["kitfile"] == text.replace("- path: a.csv\n", "").replace("- path: c.csv\n", "")
    assert less["kept"] == ["dataset:1"] and [layer["key"] for layer in less["layers"]] == ["dataset:0", "docs:0"]
    for wrong in ("dataset", "dataset:x", "nothing:0", ":"):
        body = {"directory": "project", "kitfile": text, "dropped": [wrong]}
        assert (await ask("POST", "check/pack", body, status=400))["code"] == "usage"


async def test_the_files_of_a_kit_are_indexed_where_the_kit_is_and_once(
    ask: Ask, ended: Ask, named: str, root: Path
) -> None:
    (root / "plain").mkdir()
    (root / "plain" / "notes.md").write_bytes(b"notes\n" * 500)
    plain = replace(Settings.load(), file_index=False)
    kit.pack(root / "plain", text="docs: [{path: notes.md}]", tag=f"{named}:plain", settings=plain)
    kit.push(f"{named}:plain", settings=plain)
    asked = {"kind": "index", "reference": f"{named}:plain", "remote": True}
    job = await ended((await ask("POST", "jobs", asked))["id"])
    assert job["state"] == "done", job["error"]
    assert job["command"] == {"words": ["index-files", f"{named}:plain", "--remote"], "paths": []}
    digest = job["result"]["digest"]
    assert job["result"]["files"] == 1
    again = await ended((await ask("POST", "jobs", asked))["id"])
    assert (again["result"]["digest"], again["result"]["files"]) == (digest, 0)
