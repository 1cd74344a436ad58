"""A list of registries that cannot be read is a problem in the status, and hides no local kit."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import write_files
from tests.server.conftest import Ask

BROKEN: dict[str, str | bytes | None] = {
    "a wrong type": '{"r.example": {"url": 5}}',
    "cut off": '{"r.example": {"ur',
    "a list": "[]",
    "not text": b"\xff\xfe",
    "a folder": None,
}


@pytest.fixture(params=list(BROKEN.values()), ids=list(BROKEN))
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose list of registries cannot be read."""
    home = tmp_path / "kits"
    home.mkdir()
    path, content = home / "registries.json", request.param
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("KITOPS_HOME", str(home))
    return Settings(home)


async def test_a_broken_list_of_registries_is_a_problem_in_the_status_and_hides_no_local_kit(
    ask: Ask, home: Settings, tmp_path: Path
) -> None:
    write_files(tmp_path / "project", {"a.py": b"1"})
    kit.pack(tmp_path / "project", text="code: [{path: .}]", tag="mine:v1", settings=home)
    status = await ask("GET", "status")
    assert "registries.json" in status["problem"]["message"] and status["registries"] == []
    listed = await ask("GET", "local")
    assert [each["name"] for each in listed["repositories"]] == ["mine"]


async def test_a_local_kit_is_looked_into_compared_packed_and_pulled_without_the_list(
    ask: Ask, ended: Ask, home: Settings, tmp_path: Path, root: Path
) -> None:
    for name in ("team/mine:v1", "team/mine:v2"):
        write_files(tmp_path / name, {"a.py": name.encode(), "n.ipynb": b'{"cells": []}'})
        kit.pack(tmp_path / name, text="code: [{path: .}]", tag=name, settings=home)
    shown = await ask("GET", "kit", reference="team/mine:v1")
    of_layer = {"reference": "team/mine:v1", "key": shown["layers"][0]["key"]}
    assert [row["name"] for row in (await ask("GET", "files", **of_layer))["items"]] == ["a.py", "n.ipynb"]
    assert (await ask("GET", "notebook", **of_layer, path="n.ipynb"))["notebook"] == {"cells": []}
    compared = await ask("GET", "diff", a="team/mine:v1", b="team/mine:v2")
    assert [file["path"] for file in compared["files"]] == ["a.py"]
    rows = await ask("GET", "history", repository="team/mine")
    assert sorted(row["tag"] for row in rows) == ["v1", "v2"]
    write_files(root / "project", {"b.py": b"1"})
    packed = await ask("POST", "check/pack", {"directory": "project", "kitfile": "code: [{path: .}]\n"})
    assert [layer["files"] for layer in packed["layers"]] == [1]
    request = {"reference": "team/mine:v1", "directory": "into"}
    assert "conflicts" in await ask("POST", "check/pull", request)
    job = await ended((await ask("POST", "jobs", {"kind": "pull", **request}))["id"])
    assert job["state"] == "done", job["error"]


@pytest.mark.parametrize("name", ["corp/other:v1", "127.0.0.1:1/team/mine:v1"])
async def test_no_registry_is_contacted_without_the_list_and_the_reason_is_said(
    ask: Ask, home: Settings, name: str
) -> None:
    for answer in (
        await ask("GET", "kit", reference=name),
        await ask("GET", "diff", a=name, b=name),
        await ask("GET", "history", repository=name.rpartition(":")[0]),
        await ask("GET", "tags", repository=name.rpartition(":")[0]),
        await ask("POST", "check/pull", {"reference": name}),
    ):
        assert "registries.json" in answer["message"], answer


async def test_a_broken_list_of_registries_is_not_replaced(home: Settings, ask: Ask) -> None:
    path = home.home / "registries.json"
    if path.is_dir():
        pytest.skip("a folder has no bytes")
    before = path.read_bytes()
    refused = await ask("POST", "registries", {"name": "corp", "url": "https://r.example"})
    assert refused["code"] in ("usage", "invalid_reference") and "registries.json" in refused["message"]
    assert path.read_bytes() == before
