"""No verb works long without a beat: whatever beats can be cancelled, and shows that it lives."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter import progress
from kitops_jupyter.errors import Cancelled, Conflict
from kitops_jupyter.operations.unpack.conflicts import find_conflicts
from kitops_jupyter.progress import Event, watched
from kitops_jupyter.settings import Settings
from tests.operations.projects import write_files

FILES = 1500
CALLS_LIMIT = 12_000  # of functions between two beats; 1,500 files cost more than this in a phase that has none
KITFILE = b"manifestVersion: 1.0.0\ndatasets: [{path: data}]\n"
Verb = Callable[[Path, Path, dict[str, Any]], object]


def conflicting(project: Path, out: Path, how: dict[str, Any]) -> None:
    with pytest.raises(Conflict):
        kit.unpack("m:1", out, **how)


VERBS: dict[str, Verb] = {
    "pack": lambda project, out, how: kit.pack(project, tag="m:2", use_cache=False, **how),
    "pack unchanged files": lambda project, out, how: kit.pack(project, tag="m:2", **how),
    "unpack": lambda project, out, how: kit.unpack("m:1", out / "new", **how),
    "unpack over files": lambda project, out, how: kit.unpack("m:1", out, overwrite=True, **how),
    "unpack beside files": lambda project, out, how: kit.unpack("m:1", out, ignore_existing=True, **how),
    "unpack with conflicts": conflicting,
    "look for conflicts": lambda project, out, how: find_conflicts("m:1", out, **how),
    "files": lambda project, out, how: kit.files("m:1", **how),
    "index files": lambda project, out, how: kit.index_files("m:1", **how),
}


class Silence:
    """Counts the calls of each thread since its last beat or event, and keeps the longest count."""

    def __init__(self) -> None:
        self.longest = 0
        self._calls = threading.local()

    def heard(self, event: Event | None = None) -> None:
        self._calls.count = 0

    def count(self, frame: FrameType, what: str, argument: Any) -> None:
        if what in ("call", "c_call"):
            self._calls.count = getattr(self._calls, "count", 0) + 1
            self.longest = max(self.longest, self._calls.count)

    @contextmanager
    def listening(self) -> Iterator[None]:
        with watched(self.heard):
            threading.setprofile(self.count)
            sys.setprofile(self.count)
            try:
                yield
            finally:
                sys.setprofile(None)
                threading.setprofile(None)


@pytest.fixture
def project(tmp_path: Path, settings: Settings) -> Path:
    """A project of many small files, packed as m:1 and unpacked into `out`, so that every module is imported."""
    files = {f"data/{at % 3}/{at}.txt": b"old" for at in range(FILES)}
    write_files(tmp_path / "project", {"Kitfile": KITFILE, **files})
    kit.pack(tmp_path / "project", tag="m:1", settings=settings)
    kit.unpack("m:1", tmp_path / "out", settings=settings)
    return tmp_path / "project"


@pytest.mark.parametrize("verb", VERBS)
def test_no_phase_of_a_verb_works_long_without_a_beat(
    verb: str, project: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_ITEMS_PER_BEAT", 16)
    for module, clock in {"archive.tar_stream": "_PATIENCE_S", "pipeline.pump": "OBSERVE_EVERY_S"}.items():
        # As on a disk so slow that every file is handed on, and reported.
        monkeypatch.setattr(importlib.import_module(f"kitops_jupyter.{module}"), clock, 1e-9)
    silence = Silence()
    with silence.listening():
        VERBS[verb](project, project.parent / "out", {"settings": settings, "observe": silence.heard})
    assert silence.longest < CALLS_LIMIT


def test_a_cancel_that_comes_when_all_files_are_in_place_comes_too_late(project: Path, settings: Settings) -> None:
    out = project.parent / "out"
    last = max(out.rglob("*.txt"), key=os.fspath)
    before = last.stat().st_ino

    def stop(event: Event) -> None:
        if last.stat().st_ino != before:
            raise Cancelled("enough")

    kit.unpack("m:1", out, overwrite=True, settings=settings, observe=stop)
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []
