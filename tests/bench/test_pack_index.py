"""Packing with a file index against named peers; each a ratio of medians from one interleaved run."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.bench.scale import GIB, files, gib_bytes, hold, rounds
from tests.bench.test_operations import read_and_hash

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

FOLDERS = 100
MEMORY_LIMIT_MB = 80
ROUNDS = rounds(5)
# Packs of before and after small files were made cheaper, in turns on a quiet machine, were 1.44 apart (median of five)
# when the ratio to tarfile was 4.1: it was 2.85 before. The bar is 1.3 times that.
SMALL_FILES_BAR = 3.7
WITHOUT_INDEX = {"KITOPS_FILE_INDEX": "0"}


def medians_of(homes: Path, clock: Callable[[], float], **cases: Callable[[Path], object]) -> dict[str, float]:
    """The median cost of each case by this clock; the order turns round every time, and each gets a new home."""
    costs: dict[str, list[float]] = {name: [] for name in cases}
    for at in range(ROUNDS):
        for name in list(cases)[:: 1 if at % 2 == 0 else -1]:
            home = homes / f"home-{name}-{at}"
            home.mkdir()
            started = clock()
            cases[name](home)
            costs[name].append(clock() - started)
            shutil.rmtree(home)
    medians = {name: statistics.median(each) for name, each in costs.items()}
    print("\n" + ", ".join(f"{name} {median:.2f} s" for name, median in medians.items()))
    return medians


def project_of(root: Path, layer_count: int) -> Path:
    """Random bytes, GIB of them, in layers of one size."""
    root.mkdir()
    block = os.urandom(4 << 20)
    for number in range(layer_count):
        with (root / f"{number}.bin").open("wb") as stream:
            for at in range(gib_bytes(GIB / layer_count) // len(block)):
                stream.write(block[at + number :] + block[: at + number])
    entries = ", ".join(f"{{name: d{number}, path: {number}.bin}}" for number in range(layer_count))
    (root / "Kitfile").write_text(f"manifestVersion: 1.0.0\ndatasets: [{entries}]\n")
    time.sleep(0.2)  # older than the clock's tick
    return root


def packing(root: Path, environment: dict[str, str]) -> Callable[[Path], object]:
    return lambda home: kit.pack(root, tag="a:v1", settings=Settings.load(environment, home=home))


@pytest.mark.parametrize(("layer_count", "bar"), [(1, 1.08), (2, 1.18)])
def test_the_index_adds_little_to_a_pack(tmp_path: Path, layer_count: int, bar: float) -> None:
    """One layer leaves the second core to BLAKE3. Two keep both busy, so that nearly all it costs shows.

    By arithmetic, on the two cores that the bars were set on: packing without the index takes 1.12 s of a core for
    1 GiB, of which sha256, at 1.3 GB/s, has 0.83 s. BLAKE3 in leaves of 64 KiB does 4.4 GB/s: 0.24 s, or 1.22 where
    both cores are always busy. What the layers wait for the disk hides some of it.
    """
    root = project_of(tmp_path / "p", layer_count)
    took = medians_of(
        tmp_path,
        time.perf_counter,
        hashing=lambda _: [read_and_hash(path) for path in root.glob("*.bin")],
        indexed=packing(root, {}),
        plain=packing(root, WITHOUT_INDEX),
    )
    share = took["indexed"] / took["plain"]
    hold(share <= bar, f"{layer_count} layers: with index {share:.2f} of without, at most {bar}")
    if layer_count == 1:
        share = took["indexed"] / took["hashing"]
        hold(share <= 1.15, f"with index {share:.2f} of one core's read+sha256, at most 1.15")


PEAK = """
import sys
from pathlib import Path
import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
kit.pack(sys.argv[1], tag="a:v1", settings=Settings.load({}, home=sys.argv[2]))
print(next(line.split()[1] for line in Path("/proc/self/status").open() if "VmHWM" in line))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_pack_with_index_stays_within_80_mb(tmp_path: Path) -> None:
    root = project_of(tmp_path / "p", 1)
    done = subprocess.run([sys.executable, "-c", PEAK, root, tmp_path], capture_output=True, text=True, check=True)
    peak = int(done.stdout) / 1024
    hold(peak <= MEMORY_LIMIT_MB, f"peak memory {peak:.0f} MB, at most {MEMORY_LIMIT_MB}")


def by_tarfile(root: Path, home: Path) -> None:
    with tarfile.open(home / "small.tar", "w") as archive:
        archive.add(root / "data", "data")
    read_and_hash(home / "small.tar")


def test_100_000_small_files_take_a_fraction_of_the_processor_time_of_tarfile(tmp_path: Path) -> None:
    root, count = tmp_path / "p", files(100_000, FOLDERS)
    for at in range(count):
        folder = root / "data" / f"{at * FOLDERS // count:03}"
        if at % (count // FOLDERS) == 0:
            folder.mkdir(parents=True)
        (folder / f"{at:06}.txt").write_bytes(b"%06d" % at * 166 + b"\n" * 4)
    (root / "Kitfile").write_text("manifestVersion: 1.0.0\ndatasets: [{name: d, path: data}]\n")
    took = medians_of(tmp_path, time.process_time, tarfile=lambda home: by_tarfile(root, home), pack=packing(root, {}))
    share = took["tarfile"] / took["pack"]
    hold(
        share >= SMALL_FILES_BAR,
        f"small files packed {share:.1f} times as cheaply as tarfile, at least {SMALL_FILES_BAR}",
    )
