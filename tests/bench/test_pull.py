"""`kit pull` with everything it does, against oras and tarfile, over Debian's docker-registry.

One interleaved run, in units of what one core needs to read and hash the same bytes; the layer's size is in `scale`.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.large_model import push_large_model
from tests.bench.scale import hold, rounds
from tests.fakes.registries import Real

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

ROUNDS = rounds(3)
MEMORY_LIMIT_MB = 96
ROOT = Path(__file__).parents[2]

CASE = """
import hashlib, json, re, sys, tarfile, time
from pathlib import Path
import kitops_jupyter as kit
import oras.provider, kitops_jupyter.operations.transfer.pull, kitops_jupyter.registry.blobs.partial
from kitops_jupyter.settings import Settings
from tests import archives
case, reference, digest, model, folder = sys.argv[1:]
folder = Path(folder)
how = {"connection": kit.Connection(plain_http=True), "settings": Settings.load({}, home=folder / "home")}

def download():
    registry = oras.provider.Registry(hostname=reference.partition("/")[0], insecure=True)
    registry.download_blob(reference, digest, str(folder / "blob"))

def extract():
    download()
    with tarfile.open(folder / "blob") as archive:
        archives.extract(archive, folder / "out")

def unit():
    known, view = hashlib.sha256(), memoryview(bytearray(1 << 20))
    with open(model, "rb", buffering=0) as stream:
        while count := stream.readinto(view):
            known.update(view[:count])
    known.hexdigest()

work = {
    "pull": lambda: kit.pull(reference, **how),
    "one pass": lambda: kit.pull_files(reference, folder / "out", filters=["model"], **how),
    "download": download,
    "download and extract": extract,
    "read and hash": unit,
}[case]
began = time.perf_counter()
work()
seconds = time.perf_counter() - began
unpacked = folder / "out" / "model.bin"
if case in ("one pass", "download and extract"):
    with open(model, "rb") as there, open(unpacked, "rb") as here:
        while piece := there.read(1 << 20):
            assert here.read(1 << 20) == piece
        assert not here.read(1)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024
print(json.dumps([seconds, peak]))
"""


def test_a_pull_into_files_is_one_pass(tmp_path: Path, plain: Real) -> None:
    model, folder = push_large_model(tmp_path, plain.host, "pull"), tmp_path / "work"
    shutil.rmtree(model.settings.home)
    found: dict[str, list[float]] = {}

    def run(case: str) -> None:
        folder.mkdir()
        words = [sys.executable, "-c", CASE, case, model.reference, model.layer, str(model.file), str(folder)]
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False, timeout=600)
        assert done.returncode == 0, done.stderr[-2000:]
        seconds, peak_mib = json.loads(done.stdout.splitlines()[-1])
        found.setdefault(case, []).append(seconds)
        if case in ("pull", "one pass"):
            hold(peak_mib <= MEMORY_LIMIT_MB, f"{case}: {peak_mib:.0f} MiB of memory, at most {MEMORY_LIMIT_MB}")
        shutil.rmtree(folder)

    cases = ("read and hash", "pull", "one pass", "download", "download and extract")
    for turn in range(ROUNDS):
        for case in cases[:: -1 if turn % 2 else 1]:
            run(case)
    medians = {case: statistics.median(values) for case, values in found.items()}
    print()
    for case in cases:
        print(f"{case:22s} {medians[case]:6.2f} s  {medians[case] / medians['read and hash']:5.2f} units")
    ratio = medians["download and extract"] / medians["one pass"]
    hold(ratio >= 2.5, f"one pass is {ratio:.2f} times as fast as download and extract, at least 2.5")
    for case, bar in (("pull", 1.5), ("one pass", 1.7)):
        units = medians[case] / medians["read and hash"]
        hold(units <= bar, f"{case} takes {units:.2f} units, at most {bar}")
