"""How fast live variables are saved and loaded, against their library's own calls, and how much memory it takes.

Each step runs in a process of its own, ours and the library's in turns. Memory is what the process holds for itself
beyond what it had before the step; when loading, the value is a part of it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.scale import GIB, gib_bytes, hold, rounds

SIZE_BYTES = gib_bytes(min(GIB, 1))
EXTRA_LIMIT_MB = 256
SPEED_BAR = 0.7
STEP = """
import sys, threading, time
from pathlib import Path

import numpy, pandas, pyarrow.parquet

from kitops_jupyter.capture.formats import Loading
from kitops_jupyter.capture.keeping import keep
from kitops_jupyter.capture.restoring import restore
from kitops_jupyter.capture.sidecar import parse_sidecar

kind, step, who, folder, size = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), int(sys.argv[5])
library, kept = folder / f"library-{kind}", folder / "datasets" / f"x.{'npy' if kind == 'array' else 'parquet'}"
peak, is_done = 0, False

def held_mb():
    line = next(line for line in Path("/proc/self/status").open() if "RssAnon" in line)
    return int(line.split()[1]) * 1024 / 1e6

def watch():
    global peak
    while not is_done:
        peak = max(peak, held_mb())
        time.sleep(0.005)

def value():
    made = numpy.random.default_rng(1).random((16, size // 128))
    return made if kind == "array" else pandas.DataFrame(dict(zip("abcdefghijklmnop", made)), copy=False)

def save(value):
    if who == "ours":
        keep(folder, "x", value, "dataset")
    elif kind == "array":
        numpy.save(library, value)
    else:
        value.to_parquet(library)

def load():
    if who == "ours":
        sidecar = parse_sidecar((folder / "datasets" / "x.kit.json").read_bytes(), "x")
        found = restore(kept, sidecar, Loading("x"))
    else:
        found = numpy.load(f"{library}.npy") if kind == "array" else pandas.read_parquet(library)
    return float(found.sum().sum())  # looks at every byte: ours maps an array, and reads it only then

made = value() if step == "save" else None
threading.Thread(target=watch, daemon=True).start()
before, started = held_mb(), time.perf_counter()
peak = before
save(made) if step == "save" else load()
seconds = time.perf_counter() - started
is_done = True
print(seconds, peak - before)
"""
pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]


def measured(kind: str, step: str, who: str, folder: Path) -> tuple[float, float]:
    """Seconds, and MB beyond what was held before."""
    command = [sys.executable, "-c", STEP, kind, step, who, str(folder), str(SIZE_BYTES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, extra_mb = done.stdout.split()
    return float(seconds), float(extra_mb)


@pytest.mark.parametrize("kind", ["array", "frame"])
def test_a_large_variable_is_saved_and_loaded_as_fast_as_by_its_library_and_held_once(
    kind: str, tmp_path: Path
) -> None:
    seconds: dict[tuple[str, str], list[float]] = {}
    extra: dict[tuple[str, str], float] = {}
    for at in range(rounds(3)):
        for step in ("save", "load"):
            for who in ("ours", "library")[:: 1 if at % 2 == 0 else -1]:
                took, mb = measured(kind, step, who, tmp_path)
                seconds.setdefault((step, who), []).append(took)
                extra[step, who] = max(extra.get((step, who), 0), mb)
    print()
    for (step, who), each in seconds.items():
        print(f"{kind}, {step}, {who}: {statistics.median(each):.2f} s, {extra[step, who]:.0f} MB more")
    value_mb = SIZE_BYTES / 1e6
    for step, own_mb in (("save", 0.0), ("load", value_mb)):
        ratio = statistics.median(seconds[step, "library"]) / statistics.median(seconds[step, "ours"])
        hold(ratio >= SPEED_BAR, f"{kind}: {step} at {ratio:.2f} of the library's speed, at least {SPEED_BAR}")
        over = extra[step, "ours"] - own_mb
        hold(over <= EXTRA_LIMIT_MB, f"{kind}: {step} takes {over:.0f} MB beyond the value, at most {EXTRA_LIMIT_MB}")
