"""kill -9 in the middle of push and pull: no tag of half a kit, and a second run completes what the first began."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import NotFound
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from tests.fakes.registries import Real
from tests.operations.projects import files_in, write_files

KILLS = 50
HTTP = Connection(plain_http=True)
PARTS = 6
KITFILE = "model: {path: model.bin}\ndatasets:\n" + "".join(f"- {{path: part-{n}.bin}}\n" for n in range(PARTS))

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def make(root: Path, seed: int) -> dict[str, bytes]:
    """A project of a few MB that no registry has seen."""
    noise = random.Random(seed)
    files = {f"part-{number}.bin": noise.randbytes(600_000 + number) for number in range(PARTS)}
    files["model.bin"] = noise.randbytes(3_000_000)
    write_files(root, files)
    (root / "Kitfile").write_text(KITFILE)
    return files


def killed(work: Callable[[], object], after_s: float) -> bool:
    """Do it in a process that is killed after this long; whether it was still at it."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(3)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "it failed by itself"
    return os.WIFSIGNALED(status)


def test_a_killed_push_leaves_no_half_kit_and_the_next_one_completes(tmp_path: Path, plain: Real) -> None:
    chance, here, cut = random.Random(3), Settings.load({}, home=tmp_path / "here"), 0
    for number in range(KILLS // 2):
        reference = f"{plain.host}/kills/push-{number}:v1"
        files = make(tmp_path / "project", number)
        digest = kit.pack(tmp_path / "project", tag=reference, settings=here).digest
        cut += killed(lambda: kit.push(reference, connection=HTTP, settings=here), chance.uniform(0.01, 0.35))  # noqa: B023
        there = Settings.load({}, home=tmp_path / f"there-{number}")
        try:
            early = kit.pull(reference, connection=HTTP, settings=there)
            assert early.digest == digest  # a tag is there last of all
        except NotFound:
            pass
        assert kit.push(reference, connection=HTTP, settings=here).digest == digest
        kit.pull_files(
            reference, tmp_path / f"out-{number}", filters=["model", "datasets"], connection=HTTP, settings=there
        )
        assert files_in(tmp_path / f"out-{number}") == files
    assert cut >= 5, "hardly a kill came in the middle: this test has shown too little"


def test_a_killed_pull_leaves_no_half_kit_and_the_next_one_completes(tmp_path: Path, plain: Real) -> None:
    chance, here, cut = random.Random(4), Settings.load({}, home=tmp_path / "here"), 0
    reference = f"{plain.host}/kills/pull:v1"
    files = make(tmp_path / "project", 1000)
    kit.pack(tmp_path / "project", tag=reference, settings=here)
    kit.push(reference, connection=HTTP, settings=here)
    for number in range(KILLS // 2):
        there = Settings.load({}, home=tmp_path / f"there-{number}")
        cut += killed(lambda: kit.pull(reference, connection=HTTP, settings=there), chance.uniform(0.01, 0.35))  # noqa: B023
        assert not store(there).check(read_layers=True).problems
        kit.pull(reference, connection=HTTP, settings=there)
        assert not store(there).check(read_layers=True).problems
        assert files_in(kit.unpack(reference, tmp_path / f"out-{number}", settings=there).directory) == files
    assert cut >= 5, "hardly a kill came in the middle: this test has shown too little"


def test_two_pulls_of_one_kit_at_once_are_one_download(tmp_path: Path, plain: Real) -> None:
    here, there = (Settings.load({}, home=tmp_path / name) for name in ("here", "there"))
    reference = f"{plain.host}/kills/twice:v1"
    make(tmp_path / "project", 2000)
    kit.pack(tmp_path / "project", tag=reference, settings=here)
    pushed = kit.push(reference, connection=HTTP, settings=here)
    with ThreadPoolExecutor(2) as pool:
        pulls = [pool.submit(kit.pull, reference, connection=HTTP, settings=there) for _ in range(2)]
        moved = [pull.result().moved_bytes for pull in pulls]
    assert sum(moved) <= pushed.moved_bytes
    assert not store(there).check(read_layers=True).problems
