"""A kill before each single step of storing and removing a kit: the store is whole, and nothing unfinished stays."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kitops_jupyter.reference import Reference
from tests.contract import make_kit, store_kit
from tests.fakes.kills import is_killed_before_step
from tests.store.work_on_a_store import open_store

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
KEPT = {"lock", "recent.json"}


def store_and_remove(home: Path) -> None:
    store = open_store(home)
    with store.session():
        store_kit(store.repository("localhost/a"), make_kit(b"weights"), ["v1"])
    store.remove(Reference.parse("a:v1"))


def test_a_kill_before_any_step_leaves_nothing_that_the_next_process_does_not_clear_up(tmp_path: Path) -> None:
    number = 0
    while True:
        number += 1
        home = tmp_path / f"at-{number}"
        store = open_store(home)
        is_killed = is_killed_before_step(number, lambda: store_and_remove(home))  # noqa: B023  (it ends in here)
        assert store.check(read_layers=True).problems == (), f"step {number}"
        with store.session():  # which writes, and so finishes what was begun
            store_kit(store.repository("localhost/b"), make_kit(b"other"), ["v1"])
        store.remove_all(force=True)
        left = {path.name for path in (home / "storage" / ".kitops_jupyter").rglob("*") if path.is_file()}
        assert left <= KEPT, f"step {number} left {left - KEPT}"
        if not is_killed:
            break
    assert number > 30  # it was killed at each of some steps
