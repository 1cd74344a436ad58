"""All or nothing on disk: commit, undo, and what a kill leaves for the next to clean."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kitops_jupyter.errors import Conflict, PathInvalid, StorageFull
from kitops_jupyter.operations.unpack.staging import PREFIX, Staging, recover
from kitops_jupyter.operations.unpack.staging.moves import Move, Moves


def fill(tree: Path, names: list[str]) -> None:
    for name in names:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(f"new {name}")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def names_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_folder_gets_everything_and_nothing_else(tmp_path: Path, home: Path) -> None:
    target = tmp_path / "deep" / "out"
    with Staging(target, home) as staging:
        fill(staging.tree, ["a", "b/c"])
        assert not target.exists()
        staging.commit()
    assert names_in(tmp_path) == ["deep/out/a", "deep/out/b/c"]


def test_a_folder_with_files_keeps_them(tmp_path: Path, home: Path) -> None:
    fill(tmp_path, ["mine", "b/mine"])
    with Staging(tmp_path, home) as staging:
        fill(staging.tree, ["a", "b/c"])
        staging.commit()
    assert names_in(tmp_path) == ["a", "b/c", "b/mine", "mine"]


def test_without_commit_nothing_stays_not_even_the_folders_that_were_made(tmp_path: Path, home: Path) -> None:
    with pytest.raises(ZeroDivisionError), Staging(tmp_path / "x" / "y", home) as staging:
        fill(staging.tree, ["a"])
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_replaced_file_keeps_its_mode(tmp_path: Path, home: Path) -> None:
    fill(tmp_path, ["a"])
    (tmp_path / "a").chmod(0o600)
    with Staging(tmp_path, home, overwrite=True) as staging:
        fill(staging.tree, ["a", "z"])
        (staging.tree / "a").write_text("other")
        staging.commit()
    assert (tmp_path / "a").read_text() == "other"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_conflict_in_the_middle_undoes_every_move(tmp_path: Path, home: Path) -> None:
    fill(tmp_path, ["a"])
    (tmp_path / "a").write_text("mine")
    (tmp_path / "z").symlink_to("nowhere")
    with pytest.raises(Conflict, match="z"), Staging(tmp_path, home, overwrite=True) as staging:
        fill(staging.tree, ["a", "b", "c/d", "z"])
        staging.commit()
    assert (tmp_path / "a").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "z"]


def test_a_file_is_no_folder_to_unpack_into(tmp_path: Path, home: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PathInvalid, match="not a folder"), Staging(tmp_path / "file", home):
        pass


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="root can be anyone")
def test_a_folder_that_cannot_be_written_is_said_so() -> None:
    code = (
        "import os, sys\n"
        "from pathlib import Path; from kitops_jupyter.operations.unpack.staging import Staging\n"
        "from kitops_jupyter.errors import StorageFull\n"
        "os.setgid(65534); os.setuid(65534)  # after the imports: nobody may read them\n"
        "try:\n    Staging(Path(sys.argv[1]) / 'x', Path(sys.argv[1]) / 'home').__enter__()\n"
        "except StorageFull as problem: print(problem)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, "/"], capture_output=True, text=True, check=False)
    assert "cannot be written: Permission denied" in done.stdout, done.stderr


KILLED = """
import sys
from pathlib import Path
from kitops_jupyter.operations.unpack.staging import Staging
target, home = Path(sys.argv[1]), Path(sys.argv[2])
with Staging(target, home, overwrite=True) as staging:
    for name in range(60):
        (staging.tree / f"d{name % 7}").mkdir(exist_ok=True)
        (staging.tree / f"d{name % 7}" / f"f{name}").write_text("new")
    print("ready", flush=True)
    staging.commit()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_kill_at_any_moment_is_undone_by_the_next_one(tmp_path: Path, home: Path) -> None:
    cut_short = 0
    for seed in range(30):
        target = tmp_path / str(seed)
        mine = [f"d{at}/mine" for at in range(7)] + [f"d{at % 7}/f{at}" for at in range(0, 60, 2)]
        fill(target, mine)
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(target), str(home)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.Random(seed).random() * 0.006)
        process.kill()
        process.communicate()
        recover(target, home)
        found = {name: (target / name).read_text() for name in names_in(target)}
        assert not list(target.glob(f"{PREFIX}*"))
        if all(f"d{at % 7}/f{at}" in found for at in range(60)):
            assert all(found[f"d{at % 7}/f{at}"] == "new" for at in range(60))
        else:
            cut_short += 1
            assert found == {name: f"new {name}" for name in mine}
    assert cut_short, "no kill came in time: this test has shown nothing"


HALF_DONE = """
import os, sys
from pathlib import Path
from kitops_jupyter.operations.unpack.staging import Staging, moves
target, home = Path(sys.argv[1]), Path(sys.argv[2])
with Staging(target, home, overwrite=True) as staging:
    for name in ("a", "b", "new/c", "new/d", "z"):
        (staging.tree / name).parent.mkdir(exist_ok=True)
        (staging.tree / name).write_text("kit")
    make = moves.Moves.make
    def stop(self, move):
        os._exit(9) if move.path == "z" else make(self, move)
    moves.Moves.make = stop
    staging.commit()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("spelling", ["as before", "by a link", "renamed"])
def test_what_was_changed_since_a_kill_stays_and_the_rest_is_undone(tmp_path: Path, home: Path, spelling: str) -> None:
    target = tmp_path / "target"
    fill(target, ["a", "b"])
    assert subprocess.run([sys.executable, "-c", HALF_DONE, str(target), str(home)], check=False).returncode == 9
    assert (target / "a").read_text() == "kit"
    (target / "new" / "mine").write_text("added since")
    (target / "new" / "d").write_text("changed since")
    if spelling == "by a link":
        (tmp_path / "link").symlink_to(target)
        recover(tmp_path / "link", home)
    elif spelling == "renamed":
        target = target.rename(tmp_path / "other")
        recover(target, home)
    else:
        recover(target, home)
    found = {name: (target / name).read_text() for name in names_in(target)}
    assert found == {"a": "new a", "b": "new b", "new/mine": "added since", "new/d": "changed since"}
    assert not list((home / "unpacks").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_without_a_place_for_the_record_only_a_new_folder_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    with Staging(tmp_path / "new", tmp_path / "file" / "home") as staging:
        fill(staging.tree, ["a"])
        staging.commit()
    with pytest.raises(StorageFull, match="cannot be recorded") as caught, Staging(tmp_path / "new", tmp_path / "file"):
        pass
    assert "KITOPS_HOME" in caught.value.hint
    assert names_in(tmp_path) == ["file", "new/a"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_file_that_cannot_be_put_back_is_kept_and_named(tmp_path: Path, home: Path) -> None:
    target = tmp_path / "target"
    fill(target, ["d/a", "z"])
    with pytest.raises(Conflict, match="z") as caught, Staging(target, home, overwrite=True) as staging:
        fill(staging.tree, ["d/a", "z"])
        planned = staging.commit
        replaced = Moves.make

        def make(self: Moves, move: Move) -> None:
            replaced(self, move)
            if move.path == "d/a":
                self.target.close()  # as where many folders are open
                (target / "d").rename(tmp_path / "aside")
                (target / "d").symlink_to(tmp_path / "aside")
                (target / "z").unlink()
                (target / "z").mkdir()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Moves, "make", make)
            planned()
    assert "d/a could not be put back" in caught.value.hint
    (kept,) = target.glob(f"{PREFIX}*/kept/d/a")
    assert kept.read_text() == "new d/a"
    assert len(list((home / "unpacks").glob("*.json"))) == 1


def test_what_a_living_unpack_does_is_left_alone(tmp_path: Path, home: Path) -> None:
    with Staging(tmp_path, home) as first:
        fill(first.tree, ["a"])
        with Staging(tmp_path, home) as second:
            fill(second.tree, ["b"])
            second.commit()
        first.commit()
    assert names_in(tmp_path) == ["a", "b"]
