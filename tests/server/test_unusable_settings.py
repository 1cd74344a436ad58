"""The server starts whatever the settings are; what is wrong with them is in the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.settings import Settings
from tests.server.conftest import Ask

REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "status", None),
    ("GET", "local", None),
    ("POST", "check/pack", {"directory": ""}),
    ("POST", "registries", {"name": "r.example", "url": ""}),
]


@pytest.fixture(params=["no home", "a home that no folder can be"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that cannot be used."""
    homes = tmp_path / "kits"
    homes.mkdir()
    if request.param == "no home":
        monkeypatch.delenv("KITOPS_HOME", raising=False)
        monkeypatch.delenv("XDG_DATA_HOME", raising=False)
        monkeypatch.setattr("kitops_jupyter.settings.home_folder", lambda: None)
    else:
        monkeypatch.setenv("KITOPS_HOME", "x" * 5000)
    return Settings(homes)


async def test_each_request_says_what_is_wrong_with_the_settings(ask: Ask, home: Settings, ended: Ask) -> None:
    for method, route, body in REQUESTS:
        answer = await ask(method, route, body)
        assert answer["status"] in (400, 422), route
        assert "KITOPS_HOME" in answer["message"]
    assert (await ask("GET", "jobs"))["jobs"] == []
    job = await ask("POST", "jobs", {"kind": "push", "reference": "r.example/a/b:v1"})
    job = await ended(job["id"])
    assert job["state"] == "failed"
    assert "KITOPS_HOME" in job["error"]["message"]
