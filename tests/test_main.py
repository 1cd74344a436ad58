"""The terminal face: what goes where, and the exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from kitops_jupyter.__main__ import DONE, FAILED, INTERRUPTED, MISUSED, main
from kitops_jupyter.sizes import human_size
from tests.archives import extract
from tests.fakes.names_registry import Names, names_registry

GOLDEN = Path(__file__).parent / "golden"
DIGEST = re.compile(r"sha256:[0-9a-f]{10,}")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder and a home of its own."""
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(place: Path, *words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "kitops_jupyter", *words],
        cwd=place,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_a_result_goes_to_stdout(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == DONE
    out, err = capsys.readouterr()
    assert out.startswith("Version: ")
    assert err == ""


def test_without_words_there_is_help(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == DONE
    assert "unpack" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["nonsense"], ["pack"], ["pack", "--tga", "x"], ["tag", "only-one"]])
def test_a_line_that_does_not_fit_is_two_lines_on_stderr_and_2(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(words) == MISUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 2
    assert err.startswith("Error: ")


def test_what_cannot_be_done_is_1(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "no-such-kit:v1"]) == FAILED
    assert "no-such-kit:v1" in capsys.readouterr().err


def test_pack_without_a_kitfile_fails_as_kit_does_and_names_the_way_out(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "train.py").write_text("x = 1\n")
    assert main(["pack", "."]) == FAILED
    assert "--init" in capsys.readouterr().err
    assert not (place / "Kitfile").exists()


def test_verbose_says_where_an_error_arose(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "no-such-kit:v1", "-v"]) == FAILED
    assert "Traceback" in capsys.readouterr().err


def test_an_error_cannot_steer_the_terminal(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["\x1b[31mred"]) == MISUSED
    assert "\x1b" not in capsys.readouterr().err


def test_a_kitfile_that_is_not_valid_is_an_answer_and_1(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "Kitfile").write_text("manifestVersion: 1.0.0\nmodle: {}\n")
    assert main(["validate", "."]) == FAILED
    out, err = capsys.readouterr()
    assert "modle" in out
    assert err == ""


def test_a_kitfile_may_be_piped_in(place: Path) -> None:
    (place / "train.py").write_text("x = 1\n")
    kitfile = "manifestVersion: 1.0.0\ncode:\n  - path: train.py\n"
    done = run(place, "pack", ".", "-f", "-", "-t", "piped:v1", stdin=kitfile)
    assert done.returncode == DONE, done.stderr
    assert "piped" in run(place, "list").stdout


def test_output_is_utf_8_whatever_the_console_says(place: Path) -> None:
    (place / "Kitfile").write_text("manifestVersion: 1.0.0\npackage:\n  name: 模型\n", encoding="utf-8")
    done = run(place, "validate", ".", "--format", "json", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == DONE, done.stderr
    assert "模型" in json.loads(done.stdout)["config"]
    assert "模型" in run(place, "validate", "no-模型", PYTHONIOENCODING="ascii", LC_ALL="C").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_reader_that_leaves_early_is_no_error(place: Path) -> None:
    line = f"'{sys.executable}' -m kitops_jupyter help pack | (read line; exit 0); echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=place, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for another process there")
def test_an_interrupt_is_130_and_two_lines_at_most(place: Path) -> None:
    import signal
    import time

    code = (
        "import sys; from kitops_jupyter.__main__ import main\n"
        "class Told:\n    def __getattr__(self, name):\n"
        "        print('up', flush=True); return getattr(sys.__stdin__, name)\n"
        "sys.stdin = Told(); sys.exit(main(['validate', '-f', '-']))"
    )
    pipe = subprocess.PIPE
    started = subprocess.Popen([sys.executable, "-c", code], cwd=place, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "up\n"
    time.sleep(0.5)  # it waits for the Kitfile now
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=30)
    assert started.returncode == INTERRUPTED
    assert "interrupted; nothing was left half-done" in err
    assert len(err.splitlines()) <= 2


def test_jupyter_finds_the_command(place: Path) -> None:
    script = Path(sys.executable).with_name("jupyter-kit")
    assert script.exists() or script.with_suffix(".exe").exists()


def test_nothing_of_a_notebook_is_imported(place: Path) -> None:
    code = (
        "import sys; from kitops_jupyter.__main__ import main; main(['version']);"
        "print([m for m in ('IPython', 'ipywidgets', 'tqdm', 'requests', 'oras', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_terminal_prints_what_kit_printed_on_the_golden_home(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with tarfile.open(GOLDEN / "home.tar.gz") as home:
        extract(home, tmp_path / "golden")
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "golden" / "home"))
    compared = 0
    for step in json.loads((GOLDEN / "outputs.json").read_text("utf-8")):
        verb, *_ = step["argv"]
        status = main(step["argv"])
        out = capsys.readouterr().out
        if step["argv"] != ["info", "basic:v1", "--filter", ".datasets"]:  # kit cannot find it, we can
            assert bool(status) == bool(step["exit"]), step["argv"]
        if step["argv"] == ["list", "--format", "json"]:  # since 1.17, kit writes sizes in bytes
            rows = [{**row, "size": human_size(row["size"])} for row in json.loads(out)]
            assert rows == json.loads(step["stdout"])
            compared += 1
        elif status == DONE and not step["exit"] and verb in ("list", "info", "inspect", "tag"):
            assert sorted(out.split("\n")) == sorted(step["stdout"].split("\n")), step["argv"]
            compared += 1
        if status == DONE and not step["exit"] and verb in ("remove", "diff"):
            assert DIGEST.findall(out)[:1] == DIGEST.findall(step["stdout"])[:1], step["argv"]
            compared += 1
    assert compared > 15


@pytest.mark.parametrize("words", [["pack", "-t", "here:v1"], ["pack", "-f", "Kitfile", "-t", "here:v1"]])
def test_a_pack_with_a_name_and_no_folder_takes_the_current_one(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    (place / "a.txt").write_text("x")
    (place / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n- path: a.txt\n")
    assert main(words) == DONE
    assert "here:v1" in capsys.readouterr().out


def test_a_pack_ends_with_the_line_that_scripts_read_and_a_dry_run_does_not(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "Kitfile").write_text("manifestVersion: 1.0.0\npackage: {name: a}\n")
    assert main(["pack", ".", "-t", "here:v1"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"Model saved: {next(line.split()[1] for line in lines if 'digest' in line)}"
    assert main(["pack", ".", "-t", "here:v1", "--dry-run"]) == DONE
    assert "Model saved" not in capsys.readouterr().out


def test_a_search_prints_names_on_stdout_and_how_far_it_looked_on_stderr(place: Path) -> None:
    with names_registry(Names(["a", "b"], {"a": ["champion", "v1"]}, {"b": 403})) as names:
        found = run(place, "search", names.host, "champion", "--plain-http")
        nothing = run(place, "search", names.host, "no-such", "--plain-http")
    assert found.returncode == nothing.returncode == DONE
    assert found.stdout == f"{names.host}/a:champion\n" and nothing.stdout == ""
    assert "looked at the tags of 2 of 2 repositories" in found.stderr and "b: " in found.stderr


@pytest.mark.parametrize("form", [(), ("--format", "json"), ("--format", "{{ .Repo }}")])
def test_a_list_says_on_stderr_what_it_could_not_read(place: Path, form: tuple[str, ...]) -> None:
    (place / "a.py").touch()
    assert main(["pack", ".", "-t", "churn:v1", "--init"]) == DONE
    (index,) = (place.parent / "home" / "storage").glob("*-index.json")
    index.with_name("bG9jYWxob3N0L290aGVy-index.json").write_text("{")
    listed = run(place, "list", *form)
    assert "churn" in listed.stdout and "cannot be used" not in listed.stdout
    assert "bG9jYWxob3N0L290aGVy-index.json cannot be used" in listed.stderr
    if "json" in form:
        assert json.loads(listed.stdout)[0]["repo"] == "churn"
