"""What is in the folder that a kit is unpacked into means nothing by its name; nothing is written through a link."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import kitops_jupyter as kit
from kitops_jupyter.errors import Conflict
from kitops_jupyter.operations.unpack.staging import PREFIX, Staging, recover
from kitops_jupyter.settings import Settings
from tests.operations.projects import write_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
BOX = f"{PREFIX}0123456789abcdef"
PRECIOUS = {"thesis/years-of-work.txt": b"precious", ".bashrc": b"# mine\n"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({}, home=tmp_path / "kit-home")


def pack(root: Path, settings: Settings, tag: str, files: dict[str, bytes], layers: list[str]) -> None:
    write_files(root, files)
    (root / "Kitfile").write_text(
        "manifestVersion: 1.0.0\ncode:\n" + "".join(f"- path: {json.dumps(path)}\n" for path in layers)
    )
    kit.pack(root, tag=tag, settings=settings)


def snapshot(root: Path) -> dict[str, bytes | str]:
    """Every file and link below, by name."""
    return {
        path.relative_to(root).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.parametrize("beside", [False, True], ids=["in the target", "beside it"])
@pytest.mark.parametrize("moves", [[["../thesis", False], ["../.bashrc", True]], [["/etc", False]], "{"])
def test_a_kit_that_brings_our_own_names_is_files_and_nothing_more(
    tmp_path: Path, settings: Settings, beside: bool, moves: object
) -> None:
    home = tmp_path / "user"
    write_files(home, PRECIOUS)
    journal = json.dumps(moves).encode()
    box = {f"{BOX}/{name}": data for name, data in {"kept/keep": b"", "tree/x": b"", "lock": b"", "ours": b""}.items()}
    hostile = {**box, f"{BOX}/journal.json": journal, f"{BOX}/.bashrc": b"OWNED", f"{BOX}/kept/.bashrc": b"OWNED"}
    pack(tmp_path / "evil", settings, "evil:1", hostile, [BOX])
    pack(tmp_path / "good", settings, "good:1", {"a.txt": b"a", "b.txt": b"b"}, ["a.txt", "b.txt"])
    kit.unpack("evil:1", home if beside else home / "project", settings=settings)
    before = snapshot(home)
    kit.unpack("good:1", home / "project", overwrite=True, settings=settings)
    kit.unpack("good:1", home / "project", overwrite=True, settings=settings)
    after = snapshot(home)
    assert {name: after[name] for name in before if not name.endswith("Kitfile")} == {
        name: data for name, data in before.items() if not name.endswith("Kitfile")
    }
    assert {name: after[name] for name in PRECIOUS} == PRECIOUS


SWAPS = ["d", "d/e", "b", "d/e/new"]


@pytest.mark.parametrize("swapped", SWAPS)
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_becomes_a_link_after_the_last_look_is_not_written_through(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, swapped: str, overwrite: bool
) -> None:
    pack(tmp_path / "src", settings, "kit:1", {"d/e/new/f": b"x", "d/e/old": b"x", "b": b"b"}, ["d", "b"])
    target, victim = tmp_path / "out", tmp_path / "victim"
    write_files(target, {"d/e/mine": b"mine", **({"d/e/old": b"mine", "b": b"mine"} if overwrite else {})})
    write_files(victim, {"file": b"precious"})
    real = Staging.commit

    def commit(self: Staging) -> None:
        if (target / swapped).exists():
            (target / swapped).rename(tmp_path / "aside")
        (target / swapped).symlink_to(victim if "." not in swapped else victim / "file")
        real(self)

    monkeypatch.setattr(Staging, "commit", commit)
    before = {**snapshot(target)}
    with pytest.raises(Conflict):
        kit.unpack("kit:1", target, overwrite=overwrite, settings=settings)
    assert snapshot(victim) == {"file": b"precious"}
    left = snapshot(target)
    assert all(before.get(name) == data for name, data in left.items() if name != swapped), left
    assert not list(target.glob(f"{PREFIX}*"))


NAMES = st.sampled_from(
    ["a", "d", "d/e", "..", "../victim", "../victim/file", "/etc", "", ".", "d/../..", "x\0", "\ud800"]
)
HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
MOVES = st.lists(st.tuples(NAMES, st.booleans(), st.integers(0, 5), st.integers(0, 5)), max_size=4) | HOSTILE


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, changed=st.dictionaries(st.sampled_from(["into", "name", "nonce", "beside", "owner"]), HOSTILE))
def test_a_record_with_anything_in_it_never_reaches_outside_the_target(
    tmp_path_factory: pytest.TempPathFactory, moves: Any, changed: dict[str, Any]
) -> None:
    root = tmp_path_factory.mktemp("recover")
    target, home = root / "target", root / "home"
    write_files(root, {"victim/file": b"precious", "target/mine": b"mine", "target/d/mine": b"mine"})
    (target / "e").symlink_to(root / "victim")
    leave_a_dead_unpack(target, home)
    (record,) = (home / "unpacks").glob("*.json")
    head = {**json.loads(record.read_text().splitlines()[0]), **changed}
    record.write_text(f"{json.dumps(head)}\n{json.dumps(moves)}\n")
    recover(target, home)
    assert snapshot(root / "victim") == {"file": b"precious"}
    assert {"mine", "d/mine", "e"} <= snapshot(target).keys()


def leave_a_dead_unpack(target: Path, home: Path) -> None:
    """As a kill in the middle of a commit leaves it."""
    child = os.fork()
    if child == 0:
        staging = Staging(target, home, overwrite=True).__enter__()
        write_files(staging.tree, {"new/file": b"x", "other": b"x"})
        (staging.tree.parent / "kept").mkdir()
        os._exit(0)
    os.waitpid(child, 0)


def test_a_staging_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    target, home = tmp_path / "target", tmp_path / "home"
    target.mkdir()
    leave_a_dead_unpack(target, home)
    (box,) = target.glob(f"{PREFIX}*")
    (box / "ours").write_text("0" * 32)
    recover(target, home)
    assert (box / "tree" / "other").exists()
    assert not list((home / "unpacks").iterdir())
    recover(target, home)
    assert (box / "tree" / "other").exists()


def test_a_folder_for_records_that_others_can_write_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "home" / "unpacks").mkdir(parents=True)
    (tmp_path / "home" / "unpacks").chmod(0o777)
    target = tmp_path / "target"
    target.mkdir()
    with Staging(target, tmp_path / "home"):
        assert not list((tmp_path / "home" / "unpacks").iterdir())
        assert len(list((tmp_path / "tmp").glob("kitops_jupyter-*/unpacks/*.json"))) == 1
