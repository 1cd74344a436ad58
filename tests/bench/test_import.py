"""`%load_ext kitops_jupyter` must not be felt: under 150 ms once IPython is up, and a fraction of IPython itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.bench.scale import hold, rounds

LIMIT_S = 0.150
ROUNDS = rounds(7)
CODE = """
import time
started = time.perf_counter()
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
up = time.perf_counter()
shell.run_line_magic("load_ext", "kitops_jupyter")
print(up - started, time.perf_counter() - up)
"""


@pytest.mark.bench
def test_load_ext_takes_less_than_150_ms_in_a_fresh_process() -> None:
    times = []
    for _ in range(ROUNDS):
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        times.append(tuple(float(text) for text in done.stdout.split()))
    ipython_s, load_s = min(first for first, _ in times), min(second for _, second in times)
    print(f"\n%load_ext: {load_s * 1000:.0f} ms, {load_s / ipython_s:.2f} of what IPython takes to start")
    hold(load_s < LIMIT_S, f"%load_ext in less than {LIMIT_S} s")
    hold(load_s < ipython_s / 2, "%load_ext in less than half of what IPython takes to start")
