"""A copy of the package with a new file and a new word, to see whether that is all that a new kind of thing needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import kitops_jupyter

PACKAGE = Path(kitops_jupyter.__file__).parent


def run_in_copy(code: str, folder: Path, *, new: str, text: str, word: tuple[str, str]) -> None:
    """Run `code` in `folder` with a copy of the package: the file `new` added, a word in its table replaced."""
    copy = folder / "copy" / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "labextension"))
    table = (copy / new).parent / "__init__.py"
    known = table.read_text("utf-8")
    assert known.count(word[0]) == 1
    table.write_text(known.replace(*word), "utf-8")
    (copy / new).write_text(text, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
