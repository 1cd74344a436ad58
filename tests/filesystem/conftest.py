"""A kit in a real registry, and one here, as `kit://` sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

import kitops_jupyter as kit
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.registries import Real

HTTP = Connection(plain_http=True)


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
