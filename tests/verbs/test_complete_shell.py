"""Tab on a terminal: real shells, each with the script that the program prints."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs import Context
from kitops_jupyter.verbs.core.shell import completion, offers, whole_words
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
        env=_environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout.split("\n")[:-1] if ran.stdout.strip() else []) == offered


def test_a_shell_that_is_not_known_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(kit.Usage) as caught:
        completion(["tcsh"], tmp_path)
    assert "bash, zsh, fish" in str(caught.value) and "completion bash" in caught.value.hint


def test_a_name_that_a_shell_would_run_is_quoted_or_not_offered(home: Path) -> None:
    for name in ("$(touch ran)", "`id`", "a;b", "a*", "plain"):
        (home / "project" / name).touch()
    found = offers("validate ", Context(Settings(home / "home"), home / "project"))
    shown = subprocess.run(
        ["bash", "-c", "printf '%s\\n' " + " ".join(found)], cwd=home, capture_output=True, text=True, check=True
    ).stdout
    assert "plain" in shown and "a;b" in shown.split("\n")
    assert not (home / "ran").exists() and "uid=" not in shown


@pytest.mark.skipif(not shutil.which("fish") or not PROGRAM.exists(), reason="no fish, or not installed")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("unp", ["unpack"]),
        ("pull localhost:5000/te", ["localhost:5000/team/churn:"]),
        ("info localhost:5000/team/churn:v1", ["localhost:5000/team/churn:v1", "localhost:5000/team/churn:v1-b"]),
        ("unpack localhost:5000/team/churn:v1 --filter model:", ["model:m.bin"]),
        ("pack --compression=gz", ["--compression=gzip", "--compression=gzip-fastest"]),
        ("validate my", ["my data/"]),
        ("validate 'my", ["my data/"]),
        ("nonsense ", []),
    ],
)
def test_fish_offers_whole_words(home: Path, typed: str, offered: list[str]) -> None:
    script = 'source $argv[1]; complete -C "jupyter-kit $argv[2]"'
    (home / "kit.fish").write_text(completion(["fish"], home))
    words = ["fish", "--no-config", "-c", script, str(home / "kit.fish"), typed]
    ran = subprocess.run(
        words, env=_environment(home), cwd=home / "project", capture_output=True, text=True, timeout=60
    )
    assert ran.stderr == ""
    assert [line.partition("\t")[0] for line in ran.stdout.splitlines()] == offered


def test_whole_words_say_what_a_layer_is(home: Path) -> None:
    found = whole_words("unpack localhost:5000/team/churn:v1 --filter model:", Context(Settings(home / "home"), home))
    assert found == {"model:m.bin": "model 2.0 KiB"}


@pytest.mark.skipif(not shutil.which("zsh") or not PROGRAM.exists(), reason="no zsh, or not installed")
@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("unp", "unpack "),
        ("pull localhost:5000/te", "pull localhost:5000/team/churn:"),  # no blank: a tag follows
        ("unpack localhost:5000/team/churn:v1 --filter mod", "unpack localhost:5000/team/churn:v1 --filter model"),
        ("pack --compression=gz", "pack --compression=gzip"),
        ("validate my", "validate my\\ data/"),
        ("validate 'my", "validate 'my data/"),
        ("validate so", "validate some\\;\\`id\\` "),
        ("nonsense ", "nonsense "),
    ],
)
def test_zsh_completes_the_line_as_it_is_quoted(home: Path, typed: str, line: str) -> None:
    (home / "project" / "some;`id`").touch()
    assert _after_tab(home, f"jupyter-kit {typed}") == f"jupyter-kit {line}"


def _after_tab(home: Path, typed: str) -> str:
    """What stands on the line of an interactive zsh in the project's folder, after Tab."""
    ours, theirs = pty.openpty()
    shell = ["zsh", "-f", "-i"]
    process = subprocess.Popen(
        shell, stdin=theirs, stdout=theirs, stderr=theirs, cwd=home / "project", env=_environment(home), close_fds=True
    )
    os.close(theirs)
    script, line = home / "kit.zsh", home / "line"
    script.write_text(completion(["zsh"], home))
    look = (
        f"look() {{ print -rn -- \"$BUFFER\" > {line}.new && mv {line}.new {line} }}; zle -N look; bindkey '^X^L' look"
    )
    try:
        os.write(ours, f"source {script}; {look}; print ready''now\n".encode())
        _read_until(ours, lambda said: b"readynow" in said)
        os.write(ours, f"{typed}\t\x18\x0c".encode())
        _read_until(ours, lambda said: line.exists())
        return line.read_text()
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read_until(terminal: int, is_done: Callable[[bytes], bool]) -> None:
    said, end = b"", time.monotonic() + 60
    while not is_done(said):
        assert time.monotonic() < end, said
        if select.select([terminal], [], [], 0.1)[0]:
            said += os.read(terminal, 4096)


def _environment(home: Path) -> dict[str, str]:
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    own = {"KITOPS_HOME": str(home / "home"), "HOME": str(home), "TERM": "dumb", "PATH": path}
    return {**os.environ, **own}
