"""A snapshot's preview and its pack have the notebook, also where the folder's Kitfile has not."""

from __future__ import annotations

from pathlib import Path

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
