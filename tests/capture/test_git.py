"""The commit of a folder: what git says, without running what a repository names and without a secret of its remote."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kitops_jupyter.capture import read_code_state
from tests.capture.git_repositories import git, make_repository, own_git

__all__ = ["own_git"]

TRAP = "#!/bin/sh\ntouch '{mark}'\ncat\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "work")


def test_commit_branch_and_changed_files_are_those_of_git(repository: Path) -> None:
    clean = read_code_state(repository)
    assert clean and (clean.commit, clean.branch) == (git(repository, "rev-parse", "HEAD"), "main")
    assert (clean.is_dirty, clean.changed_files, clean.remote) == (False, 0, "")
    (repository / "train.py").write_text("x = 2\n")
    (repository / "notes.txt").write_text("what pack itself writes is not tracked either")
    dirty = read_code_state(repository)
    assert dirty and (dirty.is_dirty, dirty.changed_files) == (True, 1)
    assert dirty.told == f"{dirty.commit[:12]} (main), 1 file changed"


def test_a_folder_below_the_top_has_the_commit_and_a_detached_head_no_branch(repository: Path) -> None:
    (repository / "study").mkdir()
    (repository / "study" / "a.py").write_text("")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "second")
    git(repository, "checkout", "--quiet", "--detach")
    found = read_code_state(repository / "study")
    assert found and (found.commit, found.branch) == (git(repository, "rev-parse", "HEAD"), "")


def test_a_linked_worktree_has_its_own_branch(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    found = read_code_state(tmp_path / "linked")
    assert found and found.branch == "other"


def test_there_is_no_commit_outside_git_without_a_first_commit_and_for_a_folder_that_the_commit_lacks(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "--quiet")
    (repository / "scratch").mkdir()
    places = (tmp_path / "plain", tmp_path / "new", repository / "scratch", tmp_path / "missing")
    assert [read_code_state(place) for place in places] == [None] * 4


def test_there_is_no_commit_without_the_git_program(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert read_code_state(repository) is None


def test_a_git_program_inside_the_repository_is_not_run(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "git").write_text(TRAP.format(mark=repository / "ran"))
    (repository / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{repository}{os.pathsep}{os.environ['PATH']}")
    read_code_state(repository)
    assert not (repository / "ran").exists()


def test_a_repository_that_git_does_not_trust_has_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own switch for tests of safe.directory
    assert read_code_state(repository) is None


def test_a_git_that_hangs_is_given_up(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text("#!/bin/sh\nsleep 60\n")
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    started = time.monotonic()
    assert read_code_state(repository) is None
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "key",
    [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.trap.command",
        "diff.trap.textconv",
        "filter.trap.clean",
        "filter.trap.process",
        "credential.helper",
        "gpg.program",
        "alias.status",
        "alias.rev-parse",
    ],
)
def test_no_program_that_the_repository_names_is_run(repository: Path, tmp_path: Path, key: str) -> None:
    mark, trap = tmp_path / "ran", tmp_path / "trap"
    trap.write_text(TRAP.format(mark=mark))
    trap.chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=trap diff=trap\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "attributes")
    git(repository, "config", key, f"!{trap}" if key.startswith("alias") else str(trap))
    os.utime(repository / "train.py", (1, 1))  # git must look into the file
    found = read_code_state(repository)
    assert found and found.commit and not mark.exists()


@pytest.mark.parametrize("key", ["core.fsmonitor", "filter.trap.clean", "diff.external"])
def test_the_traps_are_run_by_a_git_that_nobody_restrains(repository: Path, tmp_path: Path, key: str) -> None:
    mark, trap = tmp_path / "ran", tmp_path / "trap"
    trap.write_text(TRAP.format(mark=mark))
    trap.chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=trap\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "attributes")
    git(repository, "config", key, str(trap))
    (repository / "train.py").write_text("x = 9\n")
    git(repository, "diff", "HEAD")
    assert mark.exists()


def test_no_hook_is_run_and_the_index_is_not_written(repository: Path, tmp_path: Path) -> None:
    for name in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        hook = repository / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(TRAP.format(mark=tmp_path / "ran"))
        hook.chmod(0o755)
    os.utime(repository / "train.py", (1, 1))
    before = (repository / ".git" / "index").read_bytes()
    found = read_code_state(repository)
    assert found and found.is_dirty is False
    assert (repository / ".git" / "index").read_bytes() == before and not (tmp_path / "ran").exists()


def test_changes_are_unknown_where_only_the_repositorys_own_filter_could_tell(repository: Path) -> None:
    git(repository, "config", "filter.strip.clean", "tr -d 9")
    (repository / ".gitattributes").write_text("*.py filter=strip\n")
    (repository / "train.py").write_text("x = 199\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "stripped")
    os.utime(repository / "train.py", (1, 1))
    found = read_code_state(repository)
    assert found and found.is_dirty is None and found.told.endswith("changes unknown")


def test_the_users_own_filter_tells_what_changed(repository: Path) -> None:
    git(repository, "config", "--global", "filter.strip.clean", "tr -d 9")
    test_file = repository / "train.py"
    (repository / ".gitattributes").write_text("*.py filter=strip\n")
    test_file.write_text("x = 199\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "stripped")
    os.utime(test_file, (1, 1))
    found = read_code_state(repository)
    assert found and found.is_dirty is False


def test_a_work_tree_that_is_elsewhere_is_not_looked_at(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "core.worktree", str(tmp_path))
    assert read_code_state(repository) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/team/churn.git", "https://github.com/team/churn.git"),
        ("https://ada:hunter2@github.com/team/churn.git", "https://github.com/team/churn.git"),
        ("https://ghp_0123456789abcdef@github.com/team/churn", "https://github.com/team/churn"),
        (
            "https://git.example.com:8443/team/churn?private_token=s3cret#s3cret",
            "https://git.example.com:8443/team/churn",
        ),
        ("https://ada:hun/ter2@github.com/team/churn.git", ""),
        ("https://ada:hun@ter2@github.com/team/churn.git", "https://github.com/team/churn.git"),
        ("ssh://git@git.example.com:2222/team/churn.git", "ssh://git.example.com:2222/team/churn.git"),
        ("git@github.com:team/churn.git", "github.com:team/churn.git"),
        ("/home/ada/secret project/churn.git", ""),
        ("file:///home/ada/churn.git", ""),
        ("C:/Users/ada/churn.git", ""),
        ("ext::sh -c evil", ""),
        ("../churn.git", ""),
    ],
)
def test_a_remote_is_shown_without_user_password_query_and_local_path(repository: Path, url: str, shown: str) -> None:
    git(repository, "config", "remote.origin.url", url)
    found = read_code_state(repository)
    assert found and found.remote == shown


def test_the_remote_is_that_of_the_branch(repository: Path) -> None:
    for name in ("fork", "origin"):
        git(repository, "remote", "add", name, f"https://example.com/{name}")
    found = read_code_state(repository)
    assert found and found.remote == "https://example.com/origin"
    git(repository, "config", "branch.main.remote", "fork")
    found = read_code_state(repository)
    assert found and found.remote == "https://example.com/fork"
