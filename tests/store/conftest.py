"""Stores to test on: an empty one, and the one that kit left."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.store import Store

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home" / "storage", tmp_path / "home" / "cache")


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """Where `store` and `golden_store` are."""
    return tmp_path / "home" / "storage"


@pytest.fixture
def golden_store(tmp_path: Path) -> Store:
    """A home as kit left it, with a kit for every golden case."""
    as_it_is: dict[str, Any] = {"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}
    with tarfile.open(GOLDEN / "home.tar.gz") as archive:
        archive.extractall(tmp_path, **as_it_is)
    return Store(tmp_path / "home" / "storage", tmp_path / "home" / "cache")
