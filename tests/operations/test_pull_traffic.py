"""What a pull asks of a registry: it is opened once, and nothing small is read twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.fault_server import Auth, FaultServer, serving
from tests.operations.projects import write_files

ONE_BY_ONE = Connection(plain_http=True, concurrency=1)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serving() as started:
        yield started


@pytest.fixture
def tuned(tmp_path: Path, server: FaultServer) -> str:
    """A kit in the registry that builds on another one there."""
    settings = Settings.load({}, home=tmp_path / "here")
    base, tuned = (f"{server.host}/team/{name}" for name in ("base:b1", "tuned:v1"))
    write_files(tmp_path / "p", {"w.bin": b"weights" * 999, "data.csv": b"1,2"})
    for name, model in ((base, "w.bin"), (tuned, base)):
        text = f"model: {{path: '{model}'}}\ndatasets: [{{path: data.csv}}]\n"
        kit.pack(tmp_path / "p", text=text, tag=name, settings=settings)
        kit.push(name, connection=ONE_BY_ONE, settings=settings)
    server.seen.clear()
    server.connections = 0
    return tuned


def test_a_pull_with_its_parent_opens_the_registry_once(server: FaultServer, tuned: str, tmp_path: Path) -> None:
    kit.pull(tuned, connection=ONE_BY_ONE, settings=Settings.load({}, home=tmp_path / "there"))
    assert server.connections == 1
    read = Counter(path for path in server.paths("GET") if "/manifests/" in path)
    assert len(read) == 2 and set(read.values()) == {1}


def test_a_pull_logs_in_once_for_each_repository(server: FaultServer, tuned: str, tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "there")
    server.auth = Auth("bearer", realm=f"{server.url}/token")
    kit.login(server.host, "user", "hunter2", connection=ONE_BY_ONE, settings=settings)
    server.seen.clear()
    kit.pull(tuned, connection=ONE_BY_ONE, settings=settings)
    assert len([path for path in server.paths("GET") if path.startswith("/token")]) <= 2
