"""A pack with --patch: what differs from the commit goes along, a secret and a stranger's program do not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.capture import patch as patches
from kitops_jupyter.settings import Settings
from tests.capture.git_repositories import git, make_repository, own_git
from tests.operations.projects import write_files

__all__ = ["own_git"]

PATH = "environment/changes.patch"
KITFILE = "code:\n- path: train.py\n"
Packing = Callable[[], kit.PackResult]
LINES = "".join(f"line {at}\n" for at in range(40))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_repository(
        tmp_path / "project",
        **{"Kitfile": KITFILE, "train.py": f"x = 1\n{LINES}", "old.py": "gone\n", "a b.py": "ü = 1\n", "raw": "a\0b\n"},
    )


@pytest.fixture
def packed(project: Path, settings: Settings) -> Packing:
    return lambda: kit.pack(project, tag="churn:v1", record_patch=True, settings=settings)


def patch_of(project: Path) -> str:
    return (project / PATH).read_bytes().decode()


def change(project: Path) -> None:
    """Some of all that a patch can have."""
    (project / "train.py").write_text(f"x = 2\n{LINES}no line feed at the end")
    (project / "old.py").unlink()
    (project / "a b.py").write_text("ü = 2\r\n")
    (project / "new.py").write_text("new\n")
    (project / "Kitfile").write_text(KITFILE + "- path: new.py\n")
    git(project, "add", "new.py")
    (project / "train.py").chmod(0o755)


def applied(project: Path, tmp_path: Path, *options: str) -> Path:
    """A checkout of the commit with the patch on it."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(project if (project / ".git").exists() else project.parent), str(clone))
    git(clone, "apply", *options, str(project / PATH))
    return clone


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    names = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    found = {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode) for path in names}
    return {name: value for name, value in found.items() if not name.endswith(PATH)}


def test_the_patch_on_the_commit_gives_the_files_that_were_packed(
    project: Path, packed: Packing, tmp_path: Path, settings: Settings
) -> None:
    change(project)
    result = packed()
    assert tree(applied(project, tmp_path)) == tree(project)
    kit.unpack("churn:v1", tmp_path / "out", settings=settings)
    assert (tmp_path / "out" / PATH).read_bytes() == (project / PATH).read_bytes()
    assert result.facts.code and result.facts.code.told.endswith("5 files changed, with the patch")
    assert "with the patch" in str(kit.info("churn:v1", settings=settings))
    assert "with the patch" in str(kit.lineage("churn:v1", settings=settings))
    assert (project / "Kitfile").read_text() == KITFILE + "- path: new.py\n"


def test_the_patch_of_a_folder_below_the_top_has_its_files_alone_and_says_how_to_apply_it(
    project: Path, tmp_path: Path, settings: Settings
) -> None:
    write_files(project / "my study", {"Kitfile": b"code:\n- path: a.py\n", "a.py": b"a = 1\n"})
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "second")
    (project / "my study" / "a.py").write_text("a = 2\n")
    (project / "train.py").write_text("elsewhere\n")
    kit.pack(project / "my study", tag="churn:v1", record_patch=True, settings=settings)
    text = patch_of(project / "my study")
    assert "git apply --directory='my study' changes.patch" in text and "train.py" not in text
    assert (applied(project / "my study", tmp_path, "--directory=my study") / "my study" / "a.py").read_text() == (
        "a = 2\n"
    )


def test_the_bytes_are_the_same_whatever_the_configuration_says(project: Path, packed: Packing) -> None:
    change(project)
    first = packed()
    before = patch_of(project)
    for key, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "9",
        "diff.algorithm": "patience",
        "diff.renames": "copies",
        "diff.orderFile": "order",
        "color.ui": "always",
        "core.quotePath": "true",
        "core.abbrev": "4",
        "diff.wsErrorHighlight": "all",
        "diff.suppressBlankEmpty": "true",
        "diff.interHunkContext": "5",
        "diff.relative": "false",
    }.items():
        git(project, "config", key, value)
    (project / "order").write_text("train.py\n*\n")
    again = packed()
    assert patch_of(project) == before and again.digest == first.digest


def test_what_does_not_fit_is_named_and_smaller_files_behind_it_are_taken(
    project: Path, packed: Packing, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "old.py").write_text("a long line of text\n" * (patches.LIMIT_BYTES // 10))
    (project / "train.py").write_text("x = 2\n")
    assert "not in the patch: old.py (is too large)" in packed().notes
    assert "+x = 2" in patch_of(project) and len(patch_of(project)) < patches.LIMIT_BYTES
    monkeypatch.setattr(patches, "READ_LIMIT_BYTES", 1000)
    packed()
    assert not (project / PATH).exists()


def test_a_clean_tree_has_no_patch_and_loses_the_old_one(project: Path, packed: Packing, settings: Settings) -> None:
    clean = packed()
    assert not (project / "environment").exists()
    change(project)
    assert packed().digest != clean.digest
    later = kit.pack(project, tag="churn:v2", settings=settings)
    assert PATH not in [entry.path for entry in later.kitfile.docs]
    git(project, "stash", "--quiet")
    again = packed()
    assert again.digest == clean.digest and not (project / "environment").exists()
    assert again.facts.code and not again.facts.code.has_patch


def test_a_kitfile_that_has_the_folder_packs_the_patch_and_packs_without_it(
    project: Path, packed: Packing, settings: Settings
) -> None:
    (project / "Kitfile").write_text("code:\n- path: .\n")
    result = packed()
    assert result.facts.code and result.facts.code.has_patch and not result.kitfile.docs
    plain = kit.pack(project, tag="churn:v2", settings=settings)
    assert f"{PATH} is the patch of an earlier pack; --patch makes it anew" in plain.notes
    git(project, "commit", "--quiet", "--all", "--message", "second")
    assert packed().digest and not (project / PATH).exists()


def test_a_proposed_kitfile_does_not_name_a_file_that_a_clean_tree_lacks(
    project: Path, tmp_path: Path, settings: Settings
) -> None:
    git(project, "rm", "--quiet", "Kitfile")
    for _ in range(2):
        kit.pack(project, tag="churn:v1", propose=True, record_patch=True, settings=settings)
        assert (project / PATH).exists()
    git(project, "commit", "--quiet", "--all", "--message", "second")
    kit.pack(project, tag="churn:v1", propose=True, record_patch=True, settings=settings)
    assert not (project / PATH).exists()


def test_a_file_of_the_users_own_is_left_alone(project: Path, packed: Packing) -> None:
    change(project)
    write_files(project, {PATH: b"mine\n"})
    assert any(f"{PATH} is your own file" in warning for warning in packed().warnings)
    assert patch_of(project) == "mine\n"


def test_a_patch_that_git_tracks_does_not_have_itself(project: Path, packed: Packing) -> None:
    change(project)
    packed()
    git(project, "add", "--force", PATH)
    git(project, "commit", "--quiet", "--message", "patch")
    (project / "train.py").write_text("x = 3\n")
    packed()
    first = patch_of(project)
    packed()
    assert patch_of(project) == first and "diff --git a/environment" not in first


def test_without_git_there_is_no_patch_and_no_failure(
    project: Path, packed: Packing, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(project)
    monkeypatch.setenv("PATH", "")
    assert packed().digest and not (project / PATH).exists()
    monkeypatch.undo()
    shutil.rmtree(project / ".git")
    assert packed().digest and not (project / PATH).exists()


def test_a_dry_run_writes_nothing(project: Path, settings: Settings) -> None:
    change(project)
    result = kit.pack(project, tag="churn:v1", record_patch=True, dry_run=True, settings=settings)
    assert f"{PATH} will contain what differs from the commit: 5 files" in result.notes
    assert not (project / "environment").exists()


@pytest.mark.parametrize(("was_packed", "is_clean"), [(False, False), (True, False), (True, True)])
def test_a_pack_that_is_cancelled_leaves_the_patch_as_it_was(
    project: Path, packed: Packing, settings: Settings, was_packed: bool, is_clean: bool
) -> None:
    change(project)
    if was_packed:
        packed()
    (project / "train.py").write_text("x = 7\n")
    if is_clean:
        git(project, "commit", "--quiet", "--all", "--message", "second")
    before = (project / PATH).read_bytes() if was_packed else None

    def stop(event: kit.Event) -> None:
        is_there = (project / PATH).exists()
        if is_there != was_packed or (is_there and (project / PATH).read_bytes() != before):
            raise kit.Cancelled("enough")

    with pytest.raises(kit.Cancelled):
        kit.pack(project, tag="other:v1", record_patch=True, settings=settings, observe=stop)
    assert ((project / PATH).read_bytes() if (project / PATH).exists() else None) == before


def test_a_file_with_a_conflict_comes_as_it_is(project: Path, packed: Packing, tmp_path: Path) -> None:
    git(project, "checkout", "--quiet", "-b", "other")
    (project / "old.py").write_text("theirs\n")
    git(project, "commit", "--quiet", "--all", "--message", "theirs")
    git(project, "checkout", "--quiet", "main")
    (project / "old.py").write_text("ours\n")
    (project / "train.py").write_text("x = 2\n")
    git(project, "commit", "--quiet", "--all", "--message", "ours")
    with pytest.raises(subprocess.CalledProcessError):
        git(project, "merge", "other")
    (project / "train.py").write_text("x = 3\n")
    packed()
    clone = applied(project, tmp_path)
    assert (clone / "old.py").read_text() == (project / "old.py").read_text() != "ours\n"


def test_a_file_with_an_odd_name_is_named_so_that_it_steers_no_terminal(project: Path, packed: Packing) -> None:
    write_files(project, dict.fromkeys(("\x1b[31mred", 'quo"te', "back\\slash", "\u202eabc"), b"a\n"))
    git(project, "add", "--all")
    (project / "train.py").write_text("x = 2\n")
    notes = "\n".join(packed().notes)
    assert "quo" in notes and "(has an odd name)" in notes and "\x1b" not in notes and "\u202e" not in notes
    text = patch_of(project)
    assert "+x = 2" in text and "\x1b" not in text and "\u202e" not in text and text.count("has an odd name") == 4
