from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kitops_jupyter.serve import running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "registry"


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with running(folder) as address:
        yield address
