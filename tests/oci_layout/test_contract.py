"""A layout in a folder is a Target."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.contract")

from kitops_jupyter.content import Target  # noqa: E402
from kitops_jupyter.oci_layout import LayoutFolder  # noqa: E402
from tests.contract import TargetContract  # noqa: E402


class TestLayoutFolder(TargetContract):
    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        folder = LayoutFolder(tmp_path / "layout")
        folder.partials  # noqa: B018 (makes it)
        return folder
