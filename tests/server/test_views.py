"""What the panel shows of kits, here and in registries."""

from __future__ import annotations

from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.server.conftest import Ask


async def test_the_local_store_and_a_kit_in_it(ask: Ask, packed: str) -> None:
    status = await ask("GET", "status")
    assert status["version"] == kit.__version__ and status["registries"] == []
    listed = await ask("GET", "local")
    (repository,) = listed["repositories"]
    assert [tag["reference"] for tag in repository["tags"]] == [packed]
    assert listed["stamp"] and listed["size_bytes"] == repository["tags"][0]["size_bytes"]
    shown = await ask("GET", "kit", reference=packed)
    assert [(layer["key"], layer["path"], layer["filter"]) for layer in shown["layers"]][:2] == [
        ("model:0", "model/forest.bin", "model:model/forest.bin"),
        ("code:0", "train.ipynb", "code:train.ipynb"),
    ]
    assert shown["is_local"] and "name: churn" in shown["kitfile_yaml"]


async def test_a_kit_in_a_registry_is_looked_into_without_pulling(ask: Ask, named: str, home: Settings) -> None:
    assert named in [f"corp/{name}" for name in (await ask("GET", "repositories", registry="corp"))["items"]]
    assert (await ask("GET", "tags", repository=named))["items"] == ["v1"]
    (summary,) = await ask("POST", "summaries", {"references": [f"{named}:v1"]})
    assert (summary["kit_name"], summary["is_local"], summary["error"]) == ("churn", False, None)
    shown = await ask("GET", "kit", reference=f"{named}:v1")
    key = next(layer["key"] for layer in shown["layers"] if layer["name"] == "training")
    page = await ask("GET", "files", reference=f"{named}:v1", key=key)
    assert [(row["name"], row["is_dir"], row["files"]) for row in page["items"]] == [("data", True, 2)]
    page = await ask("GET", "files", reference=f"{named}:v1", key=key, folder="data/training", limit="1")
    assert [row["name"] for row in page["items"]] == ["part-1.csv"] and page["is_verified"]
    page = await ask("GET", "files", reference=f"{named}:v1", key=key, folder="data/training", after=page["next"])
    assert [row["path"] for row in page["items"]] == ["data/training/part-2.csv"] and page["next"] == ""
    found = await ask("GET", "notebook", reference=f"{named}:v1", key="code:0", path="train.ipynb")
    assert found["notebook"] == {"cells": []} and found["is_verified"]
    assert [row["tag"] for row in await ask("GET", "history", repository=named)] == ["v1"]
    assert not (home.storage / "blobs").exists()


async def test_a_tag_says_how_much_of_it_is_here(ask: Ask, named: str, home: Settings, root: Path) -> None:
    asked = {"references": [f"{named}:v1"]}
    (before,) = await ask("POST", "summaries", asked)
    assert (before["layers_here"], before["layers"]) == (0, 6)
    kit.pack(root / ".." / "elsewhere", tag="mine:v1", settings=home)  # the same files, another name
    (after,) = await ask("POST", "summaries", asked)
    assert (after["layers_here"], after["layers"], after["is_local"]) == (6, 6, False)
