"""Round trips of live variables, as users have them: packed in one process, loaded in another one.

Both processes make the value anew, from the same lines. So the second one knows what to expect, and that an equal value
gives equal bytes. While it loads, an audit hook notes what would run code or reach out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_WORKER = Path(__file__).with_name("worker.py")
TIMEOUT_S = 280


@dataclass(frozen=True, slots=True)
class Trip:
    """`make` are lines that set `value`; `check` is an expression over `value` and `back`, true if they are equal.

    `root` in it is the folder of the packed files.

    With `refused` the value must be refused at pack, with this text in the error. `load` are keyword arguments of
    Loading, `save` of keep, as Python text.
    """

    make: str
    check: str = ""
    refused: str = ""
    kind: str = "dataset"
    load: str = ""
    save: str = ""


def run(trips: Mapping[str, Trip], folder: Path, *, preamble: str = "") -> dict[str, str]:
    """By trip "" if all is well, else what is not: every trip of a batch in the same two processes."""
    told = {name: asdict(trip) for name, trip in trips.items()}
    (folder / "trips.json").write_text(json.dumps({"trips": told, "preamble": preamble}))
    packed = _process("pack", folder)
    loaded = _process("load", folder)
    return {name: packed.get(name) or loaded.get(name, "was not loaded") for name in trips}


def _process(step: str, folder: Path) -> dict[str, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "1" if step == "pack" else "2"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(_WORKER), step, str(folder)],
        capture_output=True, text=True, env=environment, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.fail(done.stderr[-4000:])
    found: dict[str, str] = json.loads((folder / f"{step}.json").read_text())
    return found
