"""The notebooks as pages: copied for one build, and run in it, with a store and a small registry of their own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

REGISTRY = "tutorial"  # as in notebooks/run.py


def setup(app: Any) -> dict[str, Any]:
    app.connect("config-inited", lambda app, config: copy_notebooks(Path(app.srcdir)))
    app.connect("builder-inited", lambda app: open_place())
    return {"parallel_read_safe": False, "parallel_write_safe": True}


def copy_notebooks(source: Path) -> None:
    """`notebooks/*.ipynb` into the folder of the pages, which ignores them in git."""
    (source / "tutorials").mkdir(exist_ok=True)
    for path in (source.parent / "notebooks").glob("*.ipynb"):
        shutil.copy(path, source / "tutorials" / path.name)


def open_place() -> None:
    """A store and a registry below a temporary folder, for the kernels that this process starts."""
    from kitops_jupyter.serve import running

    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kit-docs-", ignore_cleanup_errors=True)))
    address = stack.enter_context(running(folder / "registry"))
    (folder / "registries.json").write_text(json.dumps({REGISTRY: {"url": f"http://{address}"}}), "utf-8")
    os.environ["KITOPS_HOME"] = str(folder)
