"""What the panel is told of a notebook's last pack, whoever packed it."""

from __future__ import annotations

from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.server.conftest import Ask


async def test_a_pack_by_whomever_is_known_and_a_later_write_shows(ask: Ask, root: Path, home: Settings) -> None:
    (root / "été").mkdir()
    notebook = root / "été" / "mon étude.ipynb"
    notebook.write_text("{}")
    nothing = {"state": "unknown", "reference": "", "packed": "", "place": "gone"}
    assert await ask("GET", "snapshot", path="été/mon étude.ipynb") == nothing
    kit.pack(root / "été", text="code: [{path: mon étude.ipynb}]", tag="etude:v1", settings=home)
    told = await ask("GET", "snapshot", path="été/mon étude.ipynb")
    assert (told["state"], told["reference"], told["place"]) == ("unchanged", "etude:v1", "store")
    assert told["packed"].endswith("Z")
    notebook.write_text('{"cells": []}')
    assert (await ask("GET", "snapshot", path="été/mon étude.ipynb"))["state"] == "changed"


async def test_a_kit_that_is_not_here_may_be_in_its_registry(ask: Ask, root: Path, home: Settings) -> None:
    (root / "n.ipynb").write_text("{}")
    for tag, place in (("study:v1", "gone"), ("ghcr.io/ada/study:v1", "registry")):
        kit.pack(root, text="code: [{path: n.ipynb}]", tag=tag, settings=home)
        kit.remove(tag, settings=home)
        told = await ask("GET", "snapshot", path="n.ipynb")
        assert (told["state"], told["reference"], told["place"]) == ("unchanged", tag, place)


async def test_a_notebook_outside_the_server_is_refused(ask: Ask, root: Path, home: Settings) -> None:
    assert (await ask("GET", "snapshot", path="../x.ipynb"))["code"] == "path_invalid"
    assert (await ask("GET", "snapshot", path="gone.ipynb"))["code"] == "not_found"
