"""A kit in a real registry, and one here, as `kit://` sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fsspec
import pytest
import requests

import kitops_jupyter as kit
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.registries import Real

HTTP = Connection(plain_http=True)


@dataclass
class Traffic:
    """What went over the network since `clear`: the paths asked for, and the bytes of the answers."""

    paths: list[str]
    bytes: int = 0

    def clear(self) -> None:
        self.paths.clear()
        self.bytes = 0


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    seen = Traffic([])
    send = requests.adapters.HTTPAdapter.send

    def counted(adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **how: object) -> object:
        answer = send(adapter, request, **how)  # type: ignore[arg-type]
        seen.paths.append(f"{request.method} {request.path_url}")
        if request.method == "GET":
            seen.bytes += int(answer.headers.get("Content-Length", 0))
        return answer

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", counted)
    return seen


@pytest.fixture
def reference(repository_name: str, plain: Real) -> str:
    return f"{plain.host}/{repository_name}:v1"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[KitFileSystem]:
    """A colleague's machine."""
    fsspec.register_implementation("kit", KitFileSystem, clobber=True)
    opened = KitFileSystem(home=tmp_path / "there", plain_http=True, skip_instance_cache=True)
    yield opened
    opened.invalidate_cache()


def push(project: Path, reference: str, settings: Settings, **how: str) -> None:
    """Pack and push it."""
    kit.pack(project, tag=reference, settings=settings, **how)  # type: ignore[arg-type]
    kit.push(reference, connection=HTTP, settings=settings)
