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


def test_what_somebody_added_to_the_demo_is_there_when_it_starts_again(tmp_path: Path) -> None:
    probe = (
        "import os, sys, pathlib; sys.path.insert(0, sys.argv[1]); import run, kitops_jupyter as kit\n"
        "with run.a_place(pathlib.Path(sys.argv[2])):\n"
        "    kit.add_registry('mine', kit.RegistrySettings('http://127.0.0.1:9'), check=False) if sys.argv[3] else 0\n"
        "    print(*sorted(kit.Settings.load().registries), kit.Settings.load().registries['tutorial'].url)\n"
    )
    first, again = (
        subprocess.run(
            [sys.executable, "-c", probe, NOTEBOOKS, tmp_path, add], capture_output=True, text=True, check=True
        )
        for add in ("yes", "")
    )
    assert first.stdout.split()[:2] == again.stdout.split()[:2] == ["mine", "tutorial"]


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
        ("03_live_variables.ipynb", "tumours:v1"),
        ("03_live_variables.ipynb", "tumours:v2"),
        ("03_live_variables.ipynb", "tumours:v6"),
    ]
    assert len({digest for _, _, digest in packed}) == 7
