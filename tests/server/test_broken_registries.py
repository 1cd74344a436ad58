"""A list of registries that cannot be read is a problem in the status, and hides no local kit."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import write_files
from tests.server.conftest import Ask


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose list of registries cannot be read."""
    home = tmp_path / "kits"
    home.mkdir()
    (home / "registries.json").write_text('{"r.example": {"url": 5}}')
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


async def test_a_broken_list_of_registries_is_not_replaced(home: Settings, ask: Ask) -> None:
    path = home.home / "registries.json"
    before = path.read_bytes()
    refused = await ask("POST", "registries", {"name": "corp", "url": "https://r.example"})
    assert refused["code"] in ("usage", "invalid_reference") and "registries.json" in refused["message"]
    assert path.read_bytes() == before
