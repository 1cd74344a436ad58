"""Locks, also where the file system has none."""

from __future__ import annotations

import errno
import multiprocessing
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import Timeout

from kitops_jupyter.disk.lock import Lock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows locks otherwise")
REFUSALS = ("none", "ENOLCK", "EOPNOTSUPP", "ENOSYS")


def refuse(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the system refuse to lock files, as mounts do."""
    import fcntl

    def refused(*_: object) -> None:
        number = getattr(errno, name)
        raise OSError(number, os.strerror(number))

    if name != "none":
        monkeypatch.setattr(fcntl, "flock", refused)


@pytest.fixture(params=REFUSALS)
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    refuse(monkeypatch, request.param)
    return tmp_path / "lock"


def test_one_holds_it_at_a_time(path: Path) -> None:
    first, second = Lock(path), Lock(path)
    first.acquire(timeout=0)
    with pytest.raises(Timeout):
        second.acquire(timeout=0)
    first.release()
    second.acquire(timeout=0)
    second.release()
    assert path.exists()
    assert not second.marker.exists()


def test_whoever_waits_gets_it_when_it_is_free(path: Path) -> None:
    first, second = Lock(path), Lock(path)
    first.acquire(timeout=0)
    threading.Timer(0.1, first.release).start()
    second.acquire(timeout=10, poll_interval=0.01)
    second.release()


def test_it_holds_threads_apart(path: Path) -> None:
    inside, most = [], []

    def work() -> None:
        lock = Lock(path)
        for _ in range(5):
            lock.acquire(timeout=30, poll_interval=0.001)
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.001)
            inside.pop()
            lock.release()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(most) == 20


def hold_and_die(path: Path) -> None:
    Lock(path).acquire(timeout=0)
    os._exit(9)


def test_a_process_that_was_killed_holds_nothing(path: Path) -> None:
    child = multiprocessing.get_context("fork").Process(target=hold_and_die, args=(path,))
    child.start()
    child.join()
    lock = Lock(path)
    lock.acquire(timeout=5)
    lock.release()
    assert [entry.name for entry in path.parent.iterdir()] == ["lock"]


def test_a_marker_of_another_machine_is_respected_and_one_without_a_word_grows_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "ENOLCK")
    lock = Lock(tmp_path / "lock")
    lock.marker.write_text("another-machine/1 1\n")
    with pytest.raises(Timeout):
        lock.acquire(timeout=0)
    lock.marker.write_text("")
    with pytest.raises(Timeout):
        lock.acquire(timeout=0)
    os.utime(lock.marker, (1, 1))
    lock.acquire(timeout=5)
    lock.release()


def test_a_folder_that_cannot_be_written_is_an_error_and_no_wait(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Lock(tmp_path / "no-such-folder" / "lock").acquire(timeout=30)
