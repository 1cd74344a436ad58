"""All or nothing on disk: commit, undo, and what a kill leaves for the next to clean."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kitops_jupyter.errors import Conflict, PathInvalid
from kitops_jupyter.operations.staging import PREFIX, Staging, recover


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
        "from pathlib import Path; from kitops_jupyter.operations.staging import Staging\n"
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
from kitops_jupyter.operations.staging import Staging
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


def test_what_a_living_unpack_does_is_left_alone(tmp_path: Path, home: Path) -> None:
    with Staging(tmp_path, home) as first:
        fill(first.tree, ["a"])
        with Staging(tmp_path, home) as second:
            fill(second.tree, ["b"])
            second.commit()
        first.commit()
    assert names_in(tmp_path) == ["a", "b"]
