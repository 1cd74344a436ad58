"""A Jupyter server with the extension, in a home and a folder of its own; and something to look at.

pytest-jupyter's fixtures are taken here and not as a plugin: its loops and a browser's do not go together.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_jupyter.jupyter_core import *  # noqa: F403
from pytest_jupyter.jupyter_server import *  # noqa: F403
from pytest_jupyter.pytest_tornasync import *  # noqa: F403

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.fakes.registries import Real
from tests.operations.projects import make_project

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The user's home of kits."""
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "kits"))
    return Settings.load()


@pytest.fixture  # type: ignore[no-redef]
def jp_server_config(home: Settings) -> dict[str, Any]:
    return {
        "ServerApp": {"jpserver_extensions": {"kitops_jupyter": True}, "allow_unauthenticated_access": False},
    }


@pytest.fixture
def root(jp_root_dir: Path) -> Path:
    """The folder that the server shows."""
    return jp_root_dir


@pytest.fixture
def ask(jp_fetch: Any) -> Ask:
    """One request as the panel makes it; the parsed answer, or the error's answer with its status."""
    from tornado.httpclient import HTTPClientError

    async def asked(method: str, route: str, body: object = None, /, **query: str) -> Any:
        data = None if body is None else json.dumps(body)
        allow = {"allow_nonstandard_methods": True}
        try:
            answer = await jp_fetch("kitops", "api", *route.split("/"), method=method, body=data, params=query, **allow)
        except HTTPClientError as refused:
            assert refused.response is not None
            return {"status": refused.code, **json.loads(refused.response.body)}
        return json.loads(answer.body) if answer.body else None

    return asked


@pytest.fixture
def ended(ask: Ask) -> Ask:
    """Wait until a job has ended, and return it."""

    async def wait(job_id: str) -> Any:
        for _ in range(600):
            listed = await ask("GET", "jobs")
            job = next(job for job in listed["jobs"] if job["id"] == job_id)
            if job["state"] not in ("waiting", "running"):
                return job
            await asyncio.sleep(0.05)
        raise AssertionError(f"the job has not ended: {job}")

    return wait


@pytest.fixture
def packed(root: Path, home: Settings) -> str:
    kit.pack(make_project(root / "project"), tag="churn:v1", settings=home)
    return "churn:v1"


@pytest.fixture
def named(plain: Real, home: Settings, tmp_path: Path, repository_name: str) -> str:
    """A repository in a registry that has a name here, with one kit in it that is not here."""
    home.home.mkdir(parents=True, exist_ok=True)
    (home.home / "registries.json").write_text(json.dumps({"corp": {"url": f"http://{plain.host}"}}))
    repository = f"corp/{repository_name}/churn"
    other = Settings.load({}, home=tmp_path / "other")
    (other.home).mkdir()
    (other.home / "registries.json").write_bytes((home.home / "registries.json").read_bytes())
    other = Settings.load({}, home=tmp_path / "other")
    kit.pack(make_project(tmp_path / "elsewhere"), tag=f"{repository}:v1", settings=other)
    kit.push(f"{repository}:v1", settings=other)
    return repository


async def signed_in(client: Any, base_url: str, server: Any) -> str:
    """The cookies of a browser that is signed in."""
    answer = await client.fetch(
        f"{base_url}tree?token={server.identity_provider.token}", raise_error=False, follow_redirects=False
    )
    cookies = [value.partition(";")[0] for value in answer.headers.get_list("Set-Cookie")]
    assert any(cookie.startswith("username-") for cookie in cookies), answer.headers
    return "; ".join(cookies)
