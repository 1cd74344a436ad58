"""A kill before each single step of an unpack: the next one finds all old or all new, and clears up the rest."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

from kitops_jupyter.operations.unpack.staging import PREFIX, Staging, recover
from tests.fakes.kills import is_killed_before_step
from tests.operations.projects import files_in, write_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")

OLD, NEW = {"a.txt": b"old", "b.txt": b"old"}, {"a.txt": b"new", "b.txt": b"new"}


def unpack(target: Path, home: Path) -> None:
    with Staging(target, home, overwrite=True) as staging:
        write_files(staging.tree, NEW)
        staging.commit()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("is_there", [True, False], ids=["into a folder", "into a new folder"])
def test_a_kill_before_any_step_leaves_all_old_or_all_new_and_no_staging_folder(tmp_path: Path, is_there: bool) -> None:
    home, number = tmp_path / "home", 0
    while True:
        number += 1
        target = tmp_path / f"at-{number}" / "out"
        target.parent.mkdir()
        if is_there:
            write_files(target, OLD)
        is_killed = is_killed_before_step(number, partial(unpack, target, home))
        recover(target if is_there else target.parent, home)
        left = list(target.parent.rglob(f"{PREFIX}*"))
        assert not left, f"step {number} left {left}"
        assert (files_in(target) if target.exists() else {}) in (OLD if is_there else {}, NEW), f"step {number}"
        if not is_killed:
            break
    assert number > 10  # it was killed at each of some steps
