"""Tab on a terminal: real bash, with the script that the program prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs import Context
from kitops_jupyter.verbs.core.shell import completion, offers
from tests.operations.projects import write_files

PROGRAM = Path(sys.executable).with_name("jupyter-kit")
TYPED = """
eval "$("$1" completion bash)"
COMP_LINE="jupyter-kit $2"; COMP_POINT=${#COMP_LINE}
_jupyter_kit "$1"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_files(tmp_path / "project", {"m.bin": b"1", "my data/a.csv": b"x"})
    text = "model: {path: m.bin}\ndatasets: [{path: my data}]"
    settings = Settings(tmp_path / "home")
    kit.pack(tmp_path / "project", text=text, tag="localhost:5000/team/churn:v1,v1-b", settings=settings)
    return tmp_path


@pytest.mark.skipif(not shutil.which("bash") or not PROGRAM.exists(), reason="no bash, or not installed")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("unp", ["unpack"]),
        ("pull localhost:5000/te", ["5000/team/churn:"]),
        ("info localhost:5000/team/churn:v1", ["v1", "v1-b"]),
        ("unpack localhost:5000/team/churn:v1 --filter model:", ["m.bin"]),
        ("pack --compression=gz", ["gzip", "gzip-fastest"]),
        ("validate my", ["my\\ data/"]),
        ("validate 'my", []),
        ("nonsense ", []),
    ],
)
def test_bash_offers_what_follows_its_own_cut_of_the_word(home: Path, typed: str, offered: list[str]) -> None:
    ran = subprocess.run(
        ["bash", "--norc", "-c", TYPED, "bash", str(PROGRAM), typed],
        cwd=home / "project",
        env={**os.environ, "KITOPS_HOME": str(home / "home")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout.split("\n")[:-1] if ran.stdout.strip() else []) == offered


def test_a_shell_that_is_not_known_is_refused_with_the_line_for_bash(tmp_path: Path) -> None:
    with pytest.raises(kit.Usage) as caught:
        completion(["tcsh"], tmp_path)
    assert "completion bash" in caught.value.hint


def test_a_name_that_a_shell_would_run_is_quoted_or_not_offered(home: Path) -> None:
    for name in ("$(touch ran)", "`id`", "a;b", "a*", "plain"):
        (home / "project" / name).touch()
    found = offers("validate ", Context(Settings(home / "home"), home / "project"))
    shown = subprocess.run(
        ["bash", "-c", "printf '%s\\n' " + " ".join(found)], cwd=home, capture_output=True, text=True, check=True
    ).stdout
    assert "plain" in shown and "a;b" in shown.split("\n")
    assert not (home / "ran").exists() and "uid=" not in shown
