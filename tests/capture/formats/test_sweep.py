"""Every estimator of scikit-learn: fitted, packed, loaded with our own list of trusted types, and asked again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.capture.formats.trips import ROOT, TIMEOUT_S

pytestmark = [pytest.mark.libraries, pytest.mark.timeout(TIMEOUT_S + 20)]
PARTS = 2
# Abstract, not to be fitted on tables, or refused by skops, whose nodes point at one another.
NOT_KEPT = {
    "FrozenEstimator": "cannot be made",
    "PatchExtractor": "cannot be fitted",
    "SparseCoder": "cannot be fitted",
}


def test_every_estimator_is_kept_and_loaded_without_a_question(tmp_path: Path) -> None:
    running = []
    for part in range(PARTS):
        (tmp_path / str(part)).mkdir()
        line = [
            sys.executable,
            str(Path(__file__).with_name("sweep.py")),
            str(tmp_path / str(part)),
            str(part),
            str(PARTS),
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        running.append(subprocess.Popen(line, env=environment))
    for process in running:
        assert process.wait(TIMEOUT_S) == 0
    found: dict[str, str] = {}
    for part in range(PARTS):
        found |= json.loads((tmp_path / str(part) / "found.json").read_text())
    assert len(found) > 190
    assert "Objects of type Birch are not supported" in found.pop("Birch")
    assert {name: problem for name, problem in found.items() if problem} == NOT_KEPT
