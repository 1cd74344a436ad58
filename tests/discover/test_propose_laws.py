"""What holds for every tree: packing the proposal takes each file that is not told, and none that is."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest

from kitops_jupyter import discover, ignore, kitfile, layers

FOLDERS = [
    *("data", "models", "src", "docs", "prompts", "train", "nb", "a b", "é", ".hid", "__pycache__", "x:y", "v1..2"),
    *("s3:", "img", ".git", "secrets"),
]
NAMES = [
    *("a.py", "b.ipynb", "c.csv", "d.parquet", "m.pt", "n.pkl", "config.json", "notes.txt", "README.md", "p.prompt"),
    *("SKILL.md", "t.mcpb", "u.mcpb", "i.png", "j.jpg", ".env", "id_rsa", "k.pyc", "Kitfile", "reg.io:tag", "c:d.csv"),
    *(
        "a..b",
        "saved_model.pb",
        "MLmodel",
        "x.zip",
        "noext",
        "#odd#",
        "-dash",
        "s3:x",
        "pyvenv.cfg",
        "LICENSE",
        "-x.md",
    ),
]
IGNORES = ["", "", "**/*.csv\n", "src\n!src/a.py\n", "*\n!data\n", "docs/**\n"]


def grow(root: Path, chance: random.Random, level: int = 0) -> None:
    """A random tree of names that mean something."""
    root.mkdir(exist_ok=True)
    for name in chance.sample(NAMES, chance.choice([0, 1, 2, 4, 8])):
        (root / name).write_bytes(b"x" * chance.randrange(9))
    if chance.random() < 0.2:
        for at in range(chance.choice([12, 30, 60])):
            (root / f"many{at}{chance.choice(['.py', '.csv', '.png', '.pt', '.txt'])}").touch()
    if chance.random() < 0.2:
        (root / "link.py").symlink_to("a.py")
    for name in chance.sample(FOLDERS, chance.choice([0, 1, 2, 3]) if level < 3 else 0):
        grow(root / name, chance, level + 1)


def files_below(root: Path) -> set[str]:
    """Every file and link."""
    return {
        (Path(folder) / name).relative_to(root).as_posix()
        for folder, folders, names in os.walk(root)
        for name in [*names, *(inner for inner in folders if (Path(folder) / inner).is_symlink())]
    }


@pytest.mark.skipif(sys.platform == "win32", reason="has names that Windows does not take")
@pytest.mark.parametrize("seed", range(60))
def test_what_is_packed_and_what_is_told_is_everything_and_nothing_twice(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    root = tmp_path / "in"
    grow(root, chance)
    if rules := chance.choice(IGNORES):
        (root / ".kitignore").write_text(rules)
    proposal = discover.propose(root, depth=chance.choice([None, None, None, 0, 1, 2, -1]))
    assert kitfile.validate(proposal.kitfile) == []
    assert kitfile.read(kitfile.to_yaml(proposal.kitfile)) == proposal.kitfile
    assert all(entry.clean_path != "." for entry in proposal.kitfile.entries())

    plan = layers.plan(proposal.kitfile, root, patterns=ignore.read_patterns(root))
    packed = [member.name for layer in plan.layers for member in layer.members if not member.is_dir]
    told = [path for path, _ in proposal.left_out]
    assert len(packed) == len(set(packed)) and len(told) == len(set(told))
    out = {name for name in files_below(root) if any(name == path or name.startswith(f"{path}/") for path in told)}
    assert set(packed) == files_below(root) - out
    empty = [layer.path for layer in plan.layers if all(member.is_dir for member in layer.members)]
    assert empty == []


def test_very_many_files_take_seconds_and_few_entries(tmp_path: Path) -> None:
    for folder in range(20):
        place = tmp_path / "set" / f"{folder:03}"
        place.mkdir(parents=True)
        for at in range(1000):
            os.close(os.open(place / f"{at}.txt", os.O_CREAT | os.O_WRONLY))
    begun = time.perf_counter()
    proposal = discover.propose(tmp_path)
    assert time.perf_counter() - begun < 10  # about 0.4 on a quiet machine
    assert [entry.path for entry in proposal.kitfile.entries()] == ["set"]


def test_a_top_with_very_many_files_stays_within_what_a_kit_can_hold(tmp_path: Path) -> None:
    for at in range(1500):
        (tmp_path / f"{at:04}.csv").touch()
    proposal = discover.propose(tmp_path)
    assert len(proposal.kitfile.datasets) + len(proposal.left_out) == 1500
    assert len(proposal.kitfile.datasets) == 200
    assert "move them into a folder" in proposal.left_out[0][1]


def test_very_deep_folders_end_with_a_reason(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 150)
    deep.mkdir(parents=True)
    (deep / "a.py").touch()
    proposal = discover.propose(tmp_path)
    assert proposal.kitfile.entries() == ()
    assert "100 folders deep" in proposal.left_out[0][1]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_utf8_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").touch()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/src/m\xff.py")).touch()
    proposal = discover.propose(tmp_path)
    assert [entry.path for entry in proposal.kitfile.entries()] == ["src/a.py"]
    assert proposal.left_out == (("src/m\\xff.py", "the name is not UTF-8: rename it"),)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_told_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.csv")
    assert discover.propose(tmp_path).left_out == (("p.csv", "neither a file nor a folder"),)
