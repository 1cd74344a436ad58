"""A real ipykernel and a front end for it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.widgets.front_end import FrontEnd

pytest.importorskip("ipykernel")
jupyter_client = pytest.importorskip("jupyter_client")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The kernel's folder, with a notebook and a Kitfile."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "churn.ipynb").write_text("{}")
    (folder / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: churn.ipynb\n")
    return folder


@pytest.fixture
def front_end(project: Path, tmp_path: Path) -> Iterator[FrontEnd]:
    """A kernel that was told its notebook, as a Jupyter server does, with the magics."""
    manager = jupyter_client.KernelManager(kernel_name="python3")
    environment = {
        **os.environ,
        "JPY_SESSION_NAME": str(project / "churn.ipynb"),
        "KITOPS_HOME": str(tmp_path / "home"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    manager.start_kernel(cwd=str(project), env=environment)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    made = FrontEnd(client)
    try:
        assert made.run("%load_ext kitops_jupyter") == []
        yield made
    finally:
        made.close()
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        gc.collect()  # what the client left open is told here, not in the next test
