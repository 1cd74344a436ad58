"""What a patch leaves out, and what does not run for it: a secret of the user's, and a stranger's program."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter import capture
from kitops_jupyter.capture import patch as patches
from kitops_jupyter.progress import watched
from tests.capture.git_repositories import git, own_git
from tests.operations.projects import write_files
from tests.operations.test_patch import LINES, PATH, Packing, applied, change, packed, patch_of, project, settings

__all__ = ["own_git", "packed", "project", "settings"]

TOKEN = "ghp_" + "a1B2" * 9


def test_files_with_the_name_of_a_secret_notebooks_binary_files_and_links_stay_out_and_are_named(
    project: Path, packed: Packing
) -> None:
    names = [".env", "id_rsa", "server.pem", ".npmrc", ".aws/config", "secrets/a.txt", "study.ipynb", "quiet.txt"]
    write_files(project, dict.fromkeys((*names, "latin.txt", "wide.js"), b"before\n") | {".kitignore": b"quiet.txt\n"})
    (project / "link").symlink_to("before")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "second")
    write_files(project, dict.fromkeys(names, b"hunter2\n") | {"raw": b"hunter2\0", "latin.txt": b"hunter2\xfc\n"})
    write_files(project, {"wide.js": b"hunter2" * 1000})
    (project / "link").unlink()
    (project / "link").symlink_to("hunter2")
    (project / "train.py").write_text("x = 2\n")
    result = packed()
    text = patch_of(project)
    left_out = (*names, "raw", "latin.txt", "link", "wide.js")
    assert "hunter2" not in text and "+x = 2" in text
    assert all(f"# {name} is not in it: " in text for name in left_out)
    notes = "\n".join(result.notes)
    assert "not in the patch: study.ipynb (is a notebook)" in notes and "look at it before you push" in notes


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("url = 'https://ada:hunter2@example.com/data'", "url = 'https://***@example.com/data'"),
        ("url = 'https://example.com/data?sig=hunter2'", "url = 'https://example.com/data?***'"),
        (f"use({TOKEN!r})", "use('***')"),
        ("key = 'AKIAABCDEFGHIJKLMNOP'", "key = '***'"),
        ('DB_PASSWORD = "hunter2"', 'DB_PASSWORD = "***"'),
        ("password: hunter2hunter2", "password: ***"),
        ('{"api_key": "hunter2", "a": 1}', '{"api_key": "***", "a": 1}'),
        ("token: str = 'hunter2'", "token: str = '***'"),
    ],
)
def test_a_secret_in_a_new_line_is_hidden_and_one_in_an_old_line_keeps_the_file_out(
    project: Path, packed: Packing, tmp_path: Path, line: str, shown: str
) -> None:
    (project / "train.py").write_text(f"{line}\n{LINES}")
    result = packed()
    text = patch_of(project)
    assert "hunter2" not in text and TOKEN not in text and "AKIA" not in text
    assert "what may be a secret is *** in the patch of train.py" in result.notes
    assert (applied(project, tmp_path) / "train.py").read_text() == f"{shown}\n{LINES}"
    git(project, "commit", "--quiet", "--all", "--message", "leaked")
    for changed in (f"x = 3\n{LINES}", f"{line}\nx = 4\n{LINES}", f"{line}\n{LINES}x = 5\n"):
        (project / "train.py").write_text(changed)
        (project / "old.py").write_text("else\n")
        packed()
        text = patch_of(project)
        assert "hunter2" not in text and TOKEN not in text and "AKIA" not in text and "+else" in text


@pytest.mark.parametrize(
    "line",
    [
        "pad_token = '<pad>'",
        "tokenizer = 'bert-base'",
        "token = os.environ['TOKEN']",
        "password = getpass()",
        "token: TokenList",
        "num_tokens = 100000000",
        "y = f(a @ b, x[1:])",
        "password = '${PASSWORD}'",
        "key = sorted(words, key=len)",
    ],
)
def test_ordinary_lines_stay_as_they_are(project: Path, packed: Packing, line: str) -> None:
    (project / "train.py").write_text(f"{line}\n{LINES}")
    packed()
    assert f"+{line}\n" in patch_of(project)


def test_the_line_that_git_shows_behind_a_hunks_numbers_is_not_in_it(project: Path, packed: Packing) -> None:
    (project / "train.py").write_text(f"def hidden(word='here'):\n{LINES}")
    git(project, "commit", "--quiet", "--all", "--message", "second")
    (project / "train.py").write_text(f"def hidden(word='here'):\n{LINES}more\n")
    packed()
    assert "hidden" not in patch_of(project) and "+more" in patch_of(project)


def test_a_private_key_keeps_its_file_out(project: Path, packed: Packing) -> None:
    (project / "train.py").write_text("KEY = '''-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2\n'''\n")
    assert "not in the patch: train.py (has a private key)" in packed().notes
    assert not (project / PATH).exists()


@pytest.mark.parametrize(
    "key",
    ["diff.external", "diff.trap.command", "diff.trap.textconv", "core.fsmonitor", "core.pager", "filter.trap.clean"],
)
def test_no_program_that_the_repository_names_is_run(project: Path, packed: Packing, tmp_path: Path, key: str) -> None:
    mark, trap = tmp_path / "ran", tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    trap.chmod(0o755)
    (project / ".gitattributes").write_text("* filter=trap diff=trap\n")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "attributes")
    git(project, "config", key, str(trap))
    (project / "train.py").write_text("x = 2\n")
    result = packed()
    assert not mark.exists()
    if key == "filter.trap.clean":  # what the files would be at a commit is not known then
        assert any("the patch was not recorded: only a filter" in warning for warning in result.warnings)
    else:
        assert "+x = 2" in patch_of(project)


@pytest.mark.parametrize("ends", ["cancelled", "given up"])
def test_a_git_that_hangs_is_ended_by_a_cancel_and_by_time(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    change(project)
    real = shutil.which("git")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(
        f'#!/bin/sh\ncase "$*" in *name-status*) echo $$ >"{tmp_path}/pid"; exec sleep 60;; esac\nexec "{real}" "$@"\n'
    )
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    started = time.monotonic()
    if ends == "cancelled":

        def watch() -> None:
            if (tmp_path / "pid").exists() and time.monotonic() - started > 0.5:
                raise kit.Cancelled("enough")

        with watched(watch), pytest.raises(kit.Cancelled):
            capture.read_patch(project, lambda _: "")
    else:
        monkeypatch.setattr(patches, "WITHIN_S", 1.0)
        with pytest.raises(kit.KitError, match="within 1 s"):
            capture.read_patch(project, lambda _: "")
    assert time.monotonic() - started < 10
    pid = int((tmp_path / "pid").read_text())
    assert subprocess.run(["ps", "-p", str(pid)], capture_output=True).returncode
