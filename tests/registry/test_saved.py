"""The records of uploads under way: few, and not for long; what a process works with stays."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.registry import Registry
from kitops_jupyter.registry.blobs.saved import MOST_AGE_S, MOST_RECORDS, prune
from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import FaultServer

DAY_S = 24 * 3600.0


@pytest.fixture
def folder(settings: Settings) -> Path:
    found = cache_folder(settings.cache, "uploads")
    found.mkdir(parents=True)
    return found


def record(folder: Path, number: int, *, age_s: float = 0.0, suffixes: tuple[str, ...] = (".json", ".lock")) -> Path:
    """What an upload left that broke off so long ago."""
    path = folder / f"{number:064x}.json"
    for suffix in suffixes:
        path.with_suffix(suffix).write_text("{}")
        os.utime(path.with_suffix(suffix), (time.time() - age_s,) * 2)
    return path


def test_a_push_removes_the_records_of_uploads_that_no_registry_remembers(
    server: FaultServer, connect: Callable[..., Registry], folder: Path
) -> None:
    old, young = record(folder, 1, age_s=MOST_AGE_S + DAY_S), record(folder, 2, age_s=DAY_S)
    record(folder, 3, age_s=MOST_AGE_S + DAY_S, suffixes=(".new", ".lock"))
    connect(server).repository("a/b").write(Descriptor.of("", b"small"), io.BytesIO(b"small"))
    assert {path.name for path in folder.iterdir()} == {young.name, young.with_suffix(".lock").name}
    assert not old.exists()


def test_of_many_records_the_newest_stay(folder: Path) -> None:
    for number in range(MOST_RECORDS + 10):
        record(folder, number, age_s=float(number))
    prune(folder)
    left = sorted(int(path.stem, 16) for path in folder.glob("*.json"))
    assert left == list(range(MOST_RECORDS))


def test_the_record_of_an_upload_under_way_stays_however_old_it_is(folder: Path) -> None:
    path = record(folder, 1, age_s=10 * MOST_AGE_S)
    lock = Lock(path.with_suffix(".lock"))
    lock.acquire(timeout=0)
    os.utime(path.with_suffix(".lock"), (1, 1))
    prune(folder)
    assert path.exists()
    lock.release()
    prune(folder)
    assert list(folder.iterdir()) == []


def test_what_is_no_record_stays(folder: Path) -> None:
    (folder / "mine.json").write_text("{}")
    os.utime(folder / "mine.json", (1, 1))
    prune(folder)
    assert (folder / "mine.json").exists()
