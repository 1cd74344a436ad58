"""Pack, push, pull, copy and unpack end soon after one cancel, at whatever request a registry keeps them waiting."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import Cancelled, RegistryError
from kitops_jupyter.progress import BEAT_S, Event, Observer, ignore
from kitops_jupyter.registry.identity.credentials import Credential
from kitops_jupyter.registry.identity.login import keep
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from tests.fakes.fault_server import Auth, Fault, FaultServer, serving
from tests.operations.projects import make_project

HTTP = Connection(plain_http=True)
SILENT = Fault(no_answer=True)
LATER = Fault(status=503, headers={"Retry-After": "50"})
FAULTS = 50  # more than any verb asks


@dataclass(frozen=True)
class World:
    """A registry that has a kit, a store that has it (`full`), and one that has nothing (`empty`)."""

    server: FaultServer
    folder: Path

    @property
    def there(self) -> str:
        return f"{self.server.host}/team/churn:v1"

    def home(self, name: str) -> Settings:
        return Settings.load({}, home=self.folder / name)

    @property
    def full(self) -> dict[str, Any]:
        return {"connection": HTTP, "settings": self.home("full")}

    @property
    def empty(self) -> dict[str, Any]:
        return {"connection": HTTP, "settings": self.home("empty")}

    def on_parent(self) -> str:
        return f"manifestVersion: 1.0.0\nmodel: {{path: '{self.there}'}}\ndocs: [{{path: README.md}}]\n"


VERBS: dict[str, Callable[..., object]] = {
    "pull": lambda it, **how: kit.pull(it.there, with_referrers=True, **it.empty, **how),
    "pull a part": lambda it, **how: kit.pull_files(
        it.there, it.folder / "out", filters=["datasets"], **it.empty, **how
    ),
    "pull archives": lambda it, **how: kit.pull_tars(it.there, it.folder / "out", **it.empty, **how),
    "unpack": lambda it, **how: kit.unpack(it.there, it.folder / "out", **it.empty, **how),
    "push": lambda it, **how: kit.push("churn:v1", f"{it.server.host}/team/other:v1", **it.full, **how),
    "push an index": lambda it, **how: kit.push("churn:all", f"{it.server.host}/team/other:all", **it.full, **how),
    "copy here": lambda it, **how: kit.copy(it.there, "churn:copied", **it.empty, **how),
    "copy to a tar": lambda it, **how: kit.copy(it.there, "kit.tar", directory=it.folder, **it.empty, **how),
    "copy there": lambda it, **how: kit.copy("churn:v1", f"{it.server.host}/team/other:v1", **it.full, **how),
    "copy across": lambda it, **how: kit.copy(it.there, f"{it.server.host}/team/other:v1", **it.empty, **how),
    "pack and push": lambda it, **how: kit.pack(
        it.folder / "project", tag=f"{it.server.host}/team/other:v1", push=True, **it.full, **how
    ),
    "pack on a parent": lambda it, **how: kit.pack(
        it.folder / "project", text=it.on_parent(), tag="churn:child", **it.empty, **how
    ),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[FaultServer, Path]:
    """What each world begins with."""
    folder = tmp_path_factory.mktemp("template")
    make_project(folder / "project")
    (folder / "project" / "data" / "training" / "large.bin").write_bytes(b"training" * 40_000)
    settings = Settings.load({}, home=folder / "full")
    kit.pack(folder / "project", tag="churn:v1", settings=settings)
    kit.index_create("churn:all", ["churn:v1"], settings=settings)
    with serving() as server:
        kit.push("churn:v1", f"{server.host}/team/churn:v1", connection=HTTP, settings=settings)
    return server, folder


@contextmanager
def world(template: tuple[FaultServer, Path], folder: Path) -> Iterator[World]:
    """A new one, whose registry wants to know who asks."""
    filled, start = template
    shutil.copytree(start, folder)
    with serving() as server:
        server.blobs, server.manifests = dict(filled.blobs), dict(filled.manifests)
        server.tags = dict(filled.tags)
        server.auth = Auth("bearer")
        made = World(server, folder)
        for name in ("full", "empty"):
            keep(made.home(name).credentials, server.host, Credential("user", "hunter2"))
        yield made


def test_all_verbs_are_asked_at_every_kind_of_request(template: tuple[FaultServer, Path], tmp_path: Path) -> None:
    """The law below would be empty where nothing is asked."""
    seen = {
        _kind(method, path)
        for at, name in enumerate(VERBS)
        for method, path in _requests(template, tmp_path / str(at), name)
    }
    wanted = {
        "GET /token",
        "GET /v2/team/churn/manifests/v1",
        "GET /v2/team/churn/blobs/DIGEST",
        "GET /v2/team/churn/referrers/DIGEST",
        "HEAD /v2/team/other/blobs/DIGEST",
        "HEAD /v2/team/other/manifests/DIGEST",
        "POST /v2/team/other/blobs/uploads/",
        "PATCH /v2/team/other/blobs/uploads/SESSION",
        "PUT /v2/team/other/blobs/uploads/SESSION",
        "PUT /v2/team/other/manifests/v1",
    }
    assert wanted <= seen, sorted(wanted - seen)


@pytest.mark.parametrize("fault", [SILENT, LATER], ids=["silent", "says later"])
@pytest.mark.parametrize("name", VERBS)
def test_one_cancel_ends_a_transfer_at_whatever_request_the_registry_keeps_it_waiting(
    name: str, fault: Fault, template: tuple[FaultServer, Path], tmp_path: Path
) -> None:
    asked = _few_of_each_kind(_requests(template, tmp_path / "first", name))
    with ThreadPoolExecutor(8) as pool:
        looks = [
            pool.submit(_cancelled_after_s, template, tmp_path / f"{at}", name, request, fault)
            for at, request in enumerate(asked)
        ]
        took_s = {request: look.result() for request, look in zip(asked, looks, strict=True)}
    assert took_s and max(took_s.values()) < 2, took_s
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("kit-")] == []


def _requests(template: tuple[FaultServer, Path], folder: Path, name: str) -> list[tuple[str, str]]:
    """What the verb asks where nothing goes wrong."""
    with world(template, folder) as made:
        VERBS[name](made, observe=ignore)
        return [(seen.method, seen.path) for seen in made.server.seen]


def _kind(method: str, path: str) -> str:
    short = re.sub(r"upload-\d+", "SESSION", re.sub(r"sha256(:|%3A)[0-9a-f]{64}", "DIGEST", path))
    return f"{method} {short.partition('?')[0]}"


def _few_of_each_kind(requests: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first and the last of each kind."""
    first: dict[str, tuple[str, str]] = {}
    last: dict[str, tuple[str, str]] = {}
    for request in requests:
        first.setdefault(_kind(*request), request)
        last[_kind(*request)] = request
    return list(dict.fromkeys([*first.values(), *last.values()]))


def _cancelled_after_s(
    template: tuple[FaultServer, Path], folder: Path, name: str, request: tuple[str, str], fault: Fault
) -> float:
    """How long the verb goes on once its observer raised, and whether it left nothing under a name."""
    method, path = request
    with world(template, folder) as made:
        pattern = re.sub(r"upload-\d+", lambda _: r"upload-\d+", re.escape(path).replace("upload\\-", "upload-"))
        made.server.fault(method, pattern + "$", *[fault] * FAULTS)
        stop = Once(partial(_was_met, made.server))
        with pytest.raises(Cancelled if fault is SILENT else (Cancelled, RegistryError)):  # some things are tried once
            VERBS[name](made, observe=stop)
        took_s = time.monotonic() - stop.raised_at_s if stop.raised_at_s else 0.0
        made.server.rules.clear()
        assert not (folder / "out").exists(), request
        assert not (folder / "kit.tar").exists(), request
        assert not any(tags for _, _, tags in store(made.home("empty")).kits()), request
        return took_s


def _was_met(server: FaultServer) -> bool:
    return any(len(rule.faults) < FAULTS for rule in server.rules)


class Once:
    """An observer that cancels one time, as soon as `is_time`."""

    def __init__(self, is_time: Callable[[], bool]) -> None:
        self._is_time = is_time
        self._lock = threading.Lock()
        self.raised_at_s = 0.0

    def __call__(self, event: Event) -> None:
        with self._lock:
            if self.raised_at_s or not self._is_time():
                return
            self.raised_at_s = time.monotonic()
        raise Cancelled("enough")


def test_a_cancel_ends_the_reading_of_a_large_folder_before_a_byte_is_packed(tmp_path: Path) -> None:
    root, settings = tmp_path / "project", Settings.load({}, home=tmp_path / "home")
    for folder in range(20):
        (root / f"{folder}").mkdir(parents=True)
        for file in range(100):
            (root / f"{folder}" / f"{file}").touch()
    stop, seen = Once(lambda: len(seen) > 1), list[Event]()

    def observe(event: Event) -> None:
        seen.append(event)
        time.sleep(0.2)  # a disk so slow that looking takes its time
        stop(event)

    with pytest.raises(Cancelled):
        kit.pack(root, propose=True, tag="many:v1", settings=settings, observe=observe)
    assert [event.step for event in seen] == ["waiting", "waiting"]
    assert not (root / "Kitfile").exists()
    assert store(settings).kits() == []


def test_a_cancel_ends_the_wait_for_a_store_that_another_process_holds(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    make_project(tmp_path / "project")
    ours = settings.storage / ".kitops_jupyter"
    ours.mkdir(parents=True)
    stop = Once(lambda: True)
    with Lock(ours / "lock"), pytest.raises(Cancelled):
        kit.pack(tmp_path / "project", tag="churn:v1", settings=settings, observe=stop)
    assert time.monotonic() - stop.raised_at_s < 2


def test_a_cancel_in_the_last_moves_of_an_unpack_takes_them_back(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    make_project(tmp_path / "project")
    kit.pack(tmp_path / "project", tag="churn:v1", settings=settings)
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    stop = Once(lambda: (out / "README.md").exists() or bool(list(out.glob(".kit-unpack-*/kept"))))
    with pytest.raises(Cancelled):
        kit.unpack("churn:v1", out, settings=settings, observe=Slowly(stop))
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


class Slowly:
    """Lets every beat reach the observer."""

    def __init__(self, observe: Observer) -> None:
        self._observe = observe

    def __call__(self, event: Event) -> None:
        self._observe(event)
        time.sleep(BEAT_S / 2)
