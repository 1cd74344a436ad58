"""A save that was killed at any of its steps: the next one knows what it finds, and finishes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kitops_jupyter.capture.keeping import keep
from kitops_jupyter.capture.sidecar import parse_sidecar

ROOT = Path(__file__).parents[2]
# Ends the process, as a kill does, before the step of this number: each write of a sidecar, and each change of a name.
KILLED = """
import os, pathlib, sys
import numpy
from kitops_jupyter.capture import keeping
left = [int(sys.argv[2])]
def counted(step):
    def act(*arguments, **named):
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
        return step(*arguments, **named)
    return act
keeping.write_bytes, keeping.replace = counted(keeping.write_bytes), counted(keeping.replace)
pathlib.Path.rename = counted(pathlib.Path.rename)
keeping.keep(pathlib.Path(sys.argv[1]), "x", eval(sys.argv[3]), "dataset")
"""


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("value", ["numpy.arange(9)", "{'a': 1}"], ids=["same format", "another format"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "again"])
def test_a_save_that_was_killed_is_finished_by_the_next(step: int, value: str, is_first: bool, tmp_path: Path) -> None:
    import numpy

    if not is_first:
        keep(tmp_path, "x", numpy.arange(5), "dataset")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(step), value], env=environment, check=False, timeout=60
    )
    assert done.returncode in (0, 9)
    again = keep(tmp_path, "x", numpy.arange(7), "dataset")
    assert numpy.load(tmp_path / again.path).tolist() == list(range(7))
    assert parse_sidecar((tmp_path / again.sidecar_path).read_bytes(), "x").files == again.sidecar.files
    names = {path.name for path in (tmp_path / "datasets").iterdir() if not path.name.startswith(".kit-")}
    assert names == {"x.npy", "x.kit.json"}
