"""A layout in a folder is a Target."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter.content import Target
from kitops_jupyter.oci_layout import LayoutFolder
from tests.contract import TargetContract


class TestLayoutFolder(TargetContract):
    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        folder = LayoutFolder(tmp_path / "layout")
        folder.partials  # noqa: B018 (makes it)
        return folder
