"""How fast layers are packed and unpacked, against one core's sha256 and tarfile; and how little memory it takes.

Every figure is a ratio of medians from one interleaved run, and every digest is checked; sizes are in `scale`.
Nothing is removed before all is measured: ext4 looks through recently freed inodes whenever it makes a file, for
minutes after a large tree was removed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.archive import Untar, tar_stream
from kitops_jupyter.content import Hashing
from kitops_jupyter.pipeline import FileSink, pump
from tests.archive.trees import names_below, planned
from tests.bench.scale import GIB, files, gib_bytes, hold, rounds

FOLDERS = 100
FILES = files(100_000, FOLDERS)
ROUNDS = rounds(3)
MEMORY_LIMIT_MB = 96
pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A folder on a real disk, for tens of GB; removed when all is measured."""
    folder = Path(tempfile.mkdtemp(prefix="kit-archive-bench-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def large(scratch: Path) -> Path:
    """A folder with one large file of random bytes."""
    (scratch / "large").mkdir()
    with (scratch / "large" / "model.bin").open("wb", buffering=0) as stream:
        for _ in range(gib_bytes(GIB) >> 22):
            stream.write(os.urandom(4 << 20))
    return scratch / "large"


@pytest.fixture(scope="module")
def small(scratch: Path) -> Path:
    """A folder with many files of 1 kB, a thousand to a folder."""
    for at in range(FILES):
        folder = scratch / "small" / "data" / f"{at * FOLDERS // FILES:03}"
        if at % (FILES // FOLDERS) == 0:
            folder.mkdir(parents=True)
        (folder / f"{at:06}.txt").write_bytes(b"%06d" % at * 166 + b"\n" * 4)
    return scratch / "small"


def interleaved(rounds: int, **cases: Callable[[int], None]) -> dict[str, float]:
    """The median seconds of each case; the order turns round every time."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for at in range(rounds):
        for name in list(cases)[:: 1 if at % 2 == 0 else -1]:
            started = time.perf_counter()
            cases[name](at)
            seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    print(
        "\n" + ", ".join(f"{name} {medians[name]:.2f} s {[f'{each:.2f}' for each in seconds[name]]}" for name in cases)
    )
    return medians


def hexdigest_of(path: Path) -> str:
    """sha256 on one core, read in pieces of 1 MiB: the rate that all is measured in."""
    known, buffer = hashlib.sha256(), memoryview(bytearray(1 << 20))
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            known.update(buffer[:count])
    return known.hexdigest()


def pack(root: Path, names: list[str], to: Path) -> str:
    """A layer into a new file, hashed; as packing into the store does it."""
    stream, known = tar_stream(planned(root, names)), Hashing()
    pump(stream, [known, FileSink(to, stream.size_bytes)], total_bytes=stream.size_bytes)
    return known.digest.hex


def unpack(archive: Path, to: Path) -> str:
    """A layer into a new folder, hashed."""
    to.mkdir()
    known = Hashing()
    with archive.open("rb", buffering=0) as stream:
        pump(stream, [known, Untar(to, size_bytes=archive.stat().st_size)])
    return known.digest.hex


def extract(archive: Path, to: Path) -> None:
    """What tarfile does, without looking at any digest."""
    with tarfile.open(archive) as opened:
        as_it_is: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        opened.extractall(to, **as_it_is)


def test_one_large_layer_is_packed_at_80_percent_of_one_cores_sha256(large: Path, scratch: Path) -> None:
    found: dict[str, str] = {}
    hexdigest_of(large / "model.bin")  # so that every round reads it from memory

    def packing(at: int) -> None:
        found[f"large-{at}.tar"] = pack(large, ["model.bin"], scratch / f"large-{at}.tar")

    medians = interleaved(ROUNDS, sha256=lambda _: void(hexdigest_of(large / "model.bin")), pack=packing)
    for name, digest in found.items():
        assert hexdigest_of(scratch / name) == digest
    hold(medians["sha256"] / medians["pack"] >= 0.80, "packing at 80 % of one core's sha256")


def test_100_000_small_files_are_packed_4_times_faster_than_by_tarfile(small: Path, scratch: Path) -> None:
    names = list(names_below(small, "data"))

    def packing(at: int) -> None:
        digest = pack(small, names, scratch / f"small-{at}.tar")
        assert at or digest == hexdigest_of(scratch / f"small-{at}.tar")

    def by_tarfile(at: int) -> None:
        with tarfile.open(scratch / f"by-tarfile-{at}.tar", "w") as archive:
            archive.add(small / "data", "data")
        hexdigest_of(scratch / f"by-tarfile-{at}.tar")

    medians = interleaved(rounds(2), pack=packing, tarfile=by_tarfile)
    hold(medians["tarfile"] / medians["pack"] >= 4, "packing small files 4 times as fast as tarfile")


def test_a_large_layer_is_unpacked_verified_no_slower_than_by_tarfile(large: Path, scratch: Path) -> None:
    archive = scratch / "large.tar"
    digest = pack(large, ["model.bin"], archive)
    hexdigest_of(archive)  # into memory for both

    def unpacking(at: int) -> None:
        assert unpack(archive, scratch / f"unpacked-{at}") == digest

    medians = interleaved(ROUNDS, tarfile=lambda at: extract(archive, scratch / f"extracted-{at}"), unpack=unpacking)
    assert hexdigest_of(scratch / "unpacked-0" / "model.bin") == hexdigest_of(large / "model.bin")
    hold(medians["unpack"] <= medians["tarfile"], "unpacking as fast as tarfile")


def test_100_000_small_files_are_unpacked_half_again_as_fast_as_by_tarfile(small: Path, scratch: Path) -> None:
    archive = scratch / "small.tar"
    digest = pack(small, list(names_below(small, "data")), archive)

    def unpacking(at: int) -> None:
        assert unpack(archive, scratch / f"small-unpacked-{at}") == digest

    medians = interleaved(
        rounds(2), unpack=unpacking, tarfile=lambda at: extract(archive, scratch / f"small-extracted-{at}")
    )
    again = pack(
        scratch / "small-unpacked-0", list(names_below(scratch / "small-unpacked-0", "data")), scratch / "again"
    )
    assert again == digest
    hold(medians["tarfile"] / medians["unpack"] >= 1.5, "unpacking small files 1.5 times as fast as tarfile")


MEMORY = textwrap.dedent("""
    import sys
    from pathlib import Path
    from kitops_jupyter.archive import Untar, tar_stream
    from kitops_jupyter.content import Hashing
    from kitops_jupyter.pipeline import FileSink, pump
    from tests.archive.trees import planned
    root, size = Path(sys.argv[1]), int(sys.argv[2])
    with (root / "zeros").open("wb") as hole: hole.truncate(size)
    stream = tar_stream(planned(root, ["zeros"]))
    pump(stream, [Hashing(), FileSink(root / "zeros.tar", stream.size_bytes)])
    (root / "out").mkdir()
    with (root / "zeros.tar").open("rb", buffering=0) as archive:
        pump(archive, [Hashing(), Untar(root / "out", size_bytes=stream.size_bytes)])
    assert (root / "out" / "zeros").stat().st_size == size
    print(next(line.split()[1] for line in Path("/proc/self/status").open() if "VmHWM" in line))
""")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_at_most_96_mb_and_flat_from_one_size_to_four_times_it(scratch: Path) -> None:
    peaks = []
    for times in (1, 4):
        folder = scratch / f"memory-{times}"
        folder.mkdir()
        command = [sys.executable, "-c", MEMORY, str(folder), str(gib_bytes(GIB * times))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) * 1024 / 1e6)
        shutil.rmtree(folder)
    print(f"\npeak memory {peaks[0]:.1f} MB for {GIB:g} GiB, {peaks[1]:.1f} MB for {GIB * 4:g} GiB")
    hold(max(peaks) <= MEMORY_LIMIT_MB, f"at most {MEMORY_LIMIT_MB} MB of memory")
    hold(peaks[1] - peaks[0] < 5, "memory that does not grow with the size")


def void(_: object) -> None:
    """For cases whose result does not matter."""
