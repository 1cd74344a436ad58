"""Fixtures of the verbs' tests."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from kitops_jupyter.settings import Settings
from tests.archives import extract
from tests.golden_trees import GOLDEN


@pytest.fixture
def golden_home(tmp_path: Path) -> Settings:
    """The store in which kit left the golden kits; a copy, to be changed at will."""
    with tarfile.open(GOLDEN / "home.tar.gz") as home:
        extract(home, tmp_path / "golden")
    return Settings.load({}, home=tmp_path / "golden" / "home")
