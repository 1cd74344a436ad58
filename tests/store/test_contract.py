"""The store, and memory, are Targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter.content import Target
from kitops_jupyter.store import Store
from tests.contract import TargetContract
from tests.fakes.memory_target import MemoryTarget


class TestMemory(TargetContract):
    @pytest.fixture
    def target(self) -> Target:
        return MemoryTarget()


class TestStore(TargetContract):
    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        return Store(tmp_path / "storage", tmp_path / "cache").repository("localhost/a")


class TestStoreInASession(TargetContract):
    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        store = Store(tmp_path / "storage", tmp_path / "cache")
        store.session().__enter__()
        return store.repository("localhost/a")


class TestStoreOfIndexes(TargetContract):
    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        return Store(tmp_path / "storage", tmp_path / "cache").repository("reg.io/team/a", kind="indexes")
