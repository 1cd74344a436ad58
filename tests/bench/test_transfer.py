"""Push and pull against oras, curl and one core's sha256, over a registry that only moves bytes.

Every case is a process of its own; the rounds are interleaved, and what is compared is the median of each.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kitops_jupyter.registry import Registry
from kitops_jupyter.settings import Settings
from tests.bench.scale import GIB, gib_bytes, hold, rounds

pytestmark = pytest.mark.bench
MIB = gib_bytes(GIB) >> 20
ROUNDS = rounds(5)
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Lane:
    """A null registry, and what is moved to and from it."""

    host: str
    source: Path
    digest: str
    folder: Path

    def run(self, case: str) -> dict[str, float]:
        """One transfer, in a process of its own, to new files."""
        for left in (self.folder / "pulled", self.folder / "home"):
            shutil.rmtree(left, ignore_errors=True)
        words = [sys.executable, "-m", "tests.bench.transfer_case", case, self.host, str(self.source), self.digest]
        done = subprocess.run([*words, str(self.folder)], cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found

    def compare(self, *cases: str) -> dict[str, float]:
        """Median seconds of each, after printing what there is to see."""
        results: dict[str, list[dict[str, float]]] = {case: [] for case in cases}
        for turn in range(ROUNDS):
            for case in cases[:: -1 if turn % 2 else 1]:
                results[case].append(self.run(case))
        print()
        medians = {}
        for case, found in results.items():
            seconds = [item["seconds"] for item in found]
            medians[case] = statistics.median(seconds)
            size_gb, cpu = MIB * 1.048576e-3, statistics.median(item["cpu_s"] for item in found)
            rates = f"{size_gb / medians[case]:5.2f} GB/s [{size_gb / max(seconds):.2f}-{size_gb / min(seconds):.2f}]"
            peak = max(item["peak_mib"] for item in found)
            print(f"{case:15s} {rates}  cpu {cpu / size_gb:.2f} s/GB  peak {peak:.0f} MiB")
            if case in ("push", "push-checked", "push-chunks", "pull", "ingest"):
                hold(peak <= 96, f"{case}: at most 96 MiB of memory")
        return medians


def hold_ratio(medians: dict[str, float], ours: str, other: str, times: float) -> None:
    """`ours` is to be so many times as fast as `other`."""
    ratio = medians[other] / medians[ours]
    hold(ratio >= times, f"{ours} is {ratio:.2f} times as fast as {other}, at least {times}")


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    folder = tmp_path_factory.mktemp("transfer")
    source, hashing, block = folder / "source", hashlib.sha256(), os.urandom(64 << 20)
    with source.open("wb") as stream:
        for start in range(0, MIB, 64):
            piece = block[: min(64, MIB - start) << 20]
            stream.write(piece)
            hashing.update(piece)
    with null_registry(source) as host:
        yield Lane(host, source, hashing.hexdigest(), folder)
    shutil.rmtree(folder, ignore_errors=True)


class null_registry:
    """The null registry's process; its host:port."""

    def __init__(self, source: Path, delay_s: float = 0.0) -> None:
        words = [sys.executable, "-m", "tests.bench.null_registry", str(source), str(delay_s)]
        self._process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> str:
        assert self._process.stdout
        return f"127.0.0.1:{self._process.stdout.readline().strip()}"

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(10)
        assert self._process.stdout
        self._process.stdout.close()


def test_push(lane: Lane) -> None:
    medians = lane.compare("push", "push-checked", "push-chunks", "curl-push", "oras-push")
    hold_ratio(medians, "push", "oras-push", 2.5)
    hold_ratio(medians, "push", "curl-push", 1.2)


def test_pull_and_verify_a_new_file(lane: Lane) -> None:
    medians = lane.compare("pull", "curl-pull", "oras-pull", "sha256")
    hold_ratio(medians, "pull", "oras-pull", 3.0)
    hold_ratio(medians, "pull", "sha256", 0.65)


def test_hash_and_push_in_one_pass(lane: Lane) -> None:
    medians = lane.compare("ingest", "oras-hash-push")
    hold_ratio(medians, "ingest", "oras-hash-push", 3.0)


def test_manifests_of_a_thousand_tags_with_20_ms_delay(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with null_registry(tmp_path / "empty", 0.02) as host:
        with Registry(host, settings=Settings(tmp_path / "home"), plain_http=True) as registry:
            repository = registry.repository("bench/x")
            began = time.perf_counter()
            assert not [item for item in repository.read_many([f"v{n}" for n in range(1000)]) if item.error]
            ours_s = time.perf_counter() - began
        began = time.perf_counter()
        import oras.provider

        serial = oras.provider.Registry(hostname=host, insecure=True)
        for number in range(100):
            serial.get_manifest(f"{host}/bench/x:v{number}")
        serial_s = 10 * (time.perf_counter() - began)
    print(f"\n1,000 tags: {ours_s:.2f} s, one after the other {serial_s:.2f} s (of 100), ratio {serial_s / ours_s:.1f}")
    hold(serial_s / ours_s >= 8, "manifests read 8 times as fast as one after the other")
