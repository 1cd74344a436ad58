from __future__ import annotations

from collections.abc import Iterator

import pytest

from kitops_jupyter.server.registry import running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("serve") / "registry") as address:
        yield address
