"""kill -9 in the middle of pack, unpack, tag and remove: the store stays whole, and no half kit has its final name."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import store
from tests.operations.projects import files_in, write_files

KILLS = 100

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")


def work(root: Path, settings: Settings, seed: int) -> None:
    """What a busy user does, over and over, until the kill."""
    number = 0
    while True:
        number += 1
        (root / "src" / "a.py").write_text(f"{seed} {number}")
        kit.pack(root, tag=f"churn:v{number % 3}", settings=settings)
        kit.unpack(f"churn:v{number % 3}", root.parent / f"out-{seed}-{number}", settings=settings)
        kit.unpack(f"churn:v{number % 3}", root.parent / "same", overwrite=True, settings=settings)
        kit.tag(f"churn:v{number % 3}", "other:champion", settings=settings)
        kit.remove(f"churn:v{number % 3}", settings=settings)


def start(root: Path, settings: Settings, seed: int) -> int:
    """The worker as a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            work(root, settings, seed)
        finally:
            os._exit(3)  # it never ends by itself
    return child


def assert_whole(settings: Settings) -> None:
    """Every listed kit is there, every byte of it."""
    found = store(settings).check(read_layers=True)
    assert not found.problems, found.problems
    for listed in kit.list_kits(settings=settings).kits:
        assert not listed.problem


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_kill_at_any_moment_leaves_store_and_folders_whole(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    root = tmp_path / "project"
    write_files(root, {"src/a.py": b"0", "model.bin": b"m" * 300_000, "data/x.csv": b"1", "data/y.csv": b"2"})
    text = "manifestVersion: 1.0.0\nmodel: {path: model.bin}\ncode: [{path: src}]\ndatasets: [{path: data}]\n"
    (root / "Kitfile").write_text(text)
    chance = random.Random(7)
    cut_short = 0
    for seed in range(KILLS):
        worker = start(root, settings, seed)
        slow_s = 0 if cut_short else seed / 100  # a worker that has still to import what it needs takes longer
        time.sleep(0.02 + chance.random() * (0.12 + slow_s))
        os.kill(worker, signal.SIGKILL)
        _, status = os.waitpid(worker, 0)
        assert os.WIFSIGNALED(status), f"the worker failed by itself ({status})"
        assert_whole(settings)
        cut_short += any(tmp_path.glob("**/.kit-unpack-*"))
        for out in tmp_path.glob(f"out-{seed}-*"):
            assert set(files_in(out)) == {"src/a.py", "model.bin", "data/x.csv", "data/y.csv"}
            assert (out / "Kitfile").is_file()
    assert cut_short, "no kill came in the middle of an unpack: this test has shown too little"
    kit.pack(root, tag="churn:last", settings=settings)
    kit.unpack("churn:last", tmp_path / "same", overwrite=True, settings=settings)
    assert not list((tmp_path / "same").glob(".kit-unpack-*"))
    assert files_in(tmp_path / "same") == files_in(root)
