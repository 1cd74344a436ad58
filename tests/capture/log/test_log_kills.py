"""Files of a log whose writing was killed at any step: the next pack knows them as its own, and finishes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kitops_jupyter.capture.log import NAMES, ProcessLog, keep_log
from kitops_jupyter.capture.sidecar import parse_sidecar

ROOT = Path(__file__).parents[3]
# Ends the process, as a kill does, before the write of this number.
KILLED = """
import os, pathlib, sys
from kitops_jupyter.capture.log import ProcessLog, keep_log
left = [int(sys.argv[2])]
def write(path, text):
    left[0] -= 1
    if left[0] < 0:
        os._exit(9)
    path.write_text(text)
log = ProcessLog()
log.log({"loss": 2.0}, 1)
keep_log(pathlib.Path(sys.argv[1]), log.logged(), {"loss": 2.0}, {"lr": 2}, write)
"""


def write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "again"])
def test_a_log_that_was_killed_is_finished_by_the_next(step: int, is_first: bool, tmp_path: Path) -> None:
    log = ProcessLog()
    log.log({"loss": 1.0}, 0)
    if not is_first:
        keep_log(tmp_path, log.logged(), {"loss": 1.0}, {"lr": 1}, write)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(step)], env=environment, check=False, timeout=60
    )
    assert done.returncode == (9 if step < 5 else 0)
    log.log({"loss": 3.0}, 2)
    keep_log(tmp_path, log.logged(), {"loss": 3.0}, {"lr": 3}, write)
    assert json.loads((tmp_path / "metrics.json").read_text()) == {"loss": 3.0}
    assert {path.name for path in tmp_path.iterdir()} == set(NAMES)
    sidecar = parse_sidecar((tmp_path / "metrics.kit.json").read_bytes(), "log")
    assert len(sidecar.files) == 3 and not sidecar.replaces


def test_a_kill_before_the_last_write_leaves_the_same_bytes_after_the_next(tmp_path: Path) -> None:
    log = ProcessLog(clock=lambda: 1.0)
    log.log({"loss": 2.0}, 1)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    left = [4]

    def killed(path: Path, text: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        write(path, text)

    with pytest.raises(KeyboardInterrupt):
        keep_log(tmp_path / "a", log.logged(), {"loss": 2.0}, {}, killed)
    for name in ("a", "b"):
        keep_log(tmp_path / name, log.logged(), {"loss": 2.0}, {}, write)
    assert [(tmp_path / "a" / name).read_bytes() for name in NAMES] == [
        (tmp_path / "b" / name).read_bytes() for name in NAMES
    ]
