"""The tutorials run from top to bottom, and pack what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_tutorial_is_committed_without_outputs(path: Path) -> None:
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells)


def test_the_tutorials_run_headless_and_tell_what_they_packed() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "KITOPS_HOME"}
    done = subprocess.run(
        [sys.executable, NOTEBOOKS / "run.py"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    packed = re.findall(r"^(\S+): (\S+) \S+ \S+ (sha256:[0-9a-f]{64})$", done.stdout, re.MULTILINE)
    assert [(tutorial, name) for tutorial, name, _ in packed] == [
        ("01_pack.ipynb", "wine:first"),
        ("01_pack.ipynb", "wine:champion,second"),
        ("02_push_pull.ipynb", "digits:from-a-file"),
        ("02_push_pull.ipynb", "tutorial/digits:challenger"),
    ]
    assert len({digest for _, _, digest in packed}) == 4
