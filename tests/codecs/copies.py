"""A copy of the package with a new file and a new word: is that all that a new kind of thing needs?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import kitops_jupyter

PACKAGE = Path(kitops_jupyter.__file__).parent


def run_in_copy(code: str, folder: Path, *, new: str, text: str, table: str) -> None:
    """Run `code` in `folder` with a copy of the package: the file `new` added, its name the last one of `table`.

    `table` is a Literal of the package beside the file, so that whoever adds to it changes no test.
    """
    copy = folder / "copy" / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "labextension"))
    path = (copy / new).parent / "__init__.py"
    wider, count = re.subn(rf"(?m)^({table} = Literal\[.*)\]$", rf'\1, "{Path(new).stem}"]', path.read_text("utf-8"))
    assert count == 1
    path.write_text(wider, "utf-8")
    (copy / new).write_text(text, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
