"""Whatever waits for a registry ends soon after its observer raised, however slow the registry is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import Cancelled
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.fault_server import MANIFEST, Fault, FaultServer, serving

ANY = "GET|HEAD|POST|PUT|PATCH|DELETE"
ASKS: dict[str, Callable[..., object]] = {
    "browse a registry": lambda host, **how: kit.browse(host, **how),
    "browse a repository": lambda host, **how: kit.browse(f"{host}/team/churn", **how),
    "browse a kit": lambda host, **how: kit.browse(f"{host}/team/churn:v1", **how),
    "diff": lambda host, **how: kit.diff(f"remote://{host}/team/churn:v1", f"remote://{host}/team/churn:v2", **how),
    "files": lambda host, **how: kit.files(f"{host}/team/churn:v1", **how),
    "index add": lambda host, **how: kit.index_add("localhost/all:v1", f"{host}/team/churn:v1", **how),
    "index create": lambda host, **how: kit.index_create(f"{host}/team/churn:all", [f"{host}/team/churn:v1"], **how),
    "index list": lambda host, **how: kit.index_list(f"{host}/team/churn:all", **how),
    "info": lambda host, **how: kit.info(f"{host}/team/churn:v1", **how),
    "inspect": lambda host, **how: kit.inspect(f"{host}/team/churn:v1", **how),
    "list": lambda host, **how: kit.list_kits(f"{host}/team/churn", **how),
    "login": lambda host, **how: kit.login(host, "user", "hunter2", **how),
    "promote": lambda host, **how: kit.promote(f"{host}/team/churn:v1", "champion", **how),
    "remove": lambda host, **how: kit.remove([f"{host}/team/churn:v1"], remote=True, **how),
    "tag": lambda host, **how: kit.tag(f"{host}/team/churn:v1", f"{host}/team/churn:v2", remote=True, **how),
}


class Stop:
    """An observer that cancels after a moment; `steps` are those that it saw."""

    def __init__(self, after_s: float = 0.3) -> None:
        self._at = time.monotonic() + after_s
        self.steps: set[str] = set()

    def __call__(self, event: Event) -> None:
        self.steps.add(event.step)
        if time.monotonic() > self._at:
            raise Cancelled("enough")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serving() as found:
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings.load({}, home=tmp_path / "home")
    kit.index_create("localhost/all:v1", settings=settings)
    return settings


@pytest.mark.parametrize("asked", ASKS)
def test_a_cancel_ends_the_wait_for_a_registry_that_does_not_answer(
    asked: str, server: FaultServer, home: Settings
) -> None:
    server.fault(ANY, ".*", *[Fault(no_answer=True)] * 20)
    stop, began = Stop(), time.monotonic()
    how: dict[str, Any] = {"connection": Connection(plain_http=True), "settings": home, "observe": stop}
    with pytest.raises(Cancelled):
        ASKS[asked](server.host, **how)
    assert time.monotonic() - began < 2
    assert stop.steps == {"waiting"}


def test_a_cancel_ends_the_reading_of_many_tags(server: FaultServer, home: Settings) -> None:
    for tag in ("v1", "v2", "v3"):
        server.tags[tag] = "sha256:" + "0" * 64
    server.fault("GET|HEAD", MANIFEST, *[Fault(no_answer=True)] * 20)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        kit.list_kits(
            f"{server.host}/team/churn", connection=Connection(plain_http=True), settings=home, observe=Stop()
        )
    assert time.monotonic() - began < 2
