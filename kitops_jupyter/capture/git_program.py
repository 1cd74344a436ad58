"""The git program, asked about a folder so that it runs nothing that the repository names.

A repository may be anyone's: its configuration names programs (a monitor of files, hooks, filters, helpers) and its
remote may have a password. Whoever packs a folder agreed to neither.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter import processes
from kitops_jupyter.settings import environment_with

WITHIN_S = 2.0  # of each question; git answers in 20 ms in a repository of some thousand files

# What the repository's own configuration could run, each with nothing in its place. Source: git-config(1), git 2.50.
_QUIET = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "diff.external=",
    "diff.trustExitCode=false",
    "status.submoduleSummary=false",
    "submodule.recurse=false",
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",  # the index is not written: nobody's `git add` fails because of us
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone fetches nothing
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EXTERNAL_DIFF": None,
    # They turn git to another repository, as they do while a hook of that one runs.
    **dict.fromkeys(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX")),
    **dict.fromkeys(("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_LITERAL_PATHSPECS")),
}
_FILTER = re.compile(r"filter\.(?P<driver>.+)\.(?:clean|smudge|process|required)", re.DOTALL)
_DRIVER = re.compile(r"[\w.-]{1,100}", re.ASCII)
OWN_SCOPES = ("local", "worktree")  # the repository's; "system" and "global" are the user's own


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that holds, and whose it is: `local`, `global`, ..."""

    scope: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Git:
    """The git program in one folder."""

    program: str
    folder: Path

    def ask(self, *words: str, quiet: Sequence[str] = ()) -> bytes | None:
        """What git prints; None if it fails, or takes longer than WITHIN_S. `quiet` are more settings."""
        try:
            status, output = processes.run(
                self._command(words, quiet),
                within_s=WITHIN_S,
                cwd=self.folder,
                environment=environment_with(_ENVIRONMENT),
            )
        except OSError:  # TimeoutError is one
            return None
        return None if status else output

    def stream(self, *words: str, quiet: Sequence[str], within_s: float) -> Generator[bytes, None, None]:
        """What git prints, in pieces. Raises OSError if it fails, TimeoutError after `within_s`."""
        environment = environment_with(_ENVIRONMENT)
        return processes.stream(
            self._command(words, quiet), within_s=within_s, cwd=self.folder, environment=environment
        )

    def _command(self, words: Sequence[str], quiet: Sequence[str]) -> list[str]:
        settings = [word for setting in (*_QUIET, *quiet) for word in ("-c", setting)]
        return [self.program, "--no-pager", *settings, *words]

    def config(self) -> list[Setting]:
        """Every setting that holds here."""
        parts = (self.ask("config", "--list", "--show-scope", "-z") or b"").decode("utf-8", "replace").split("\0")
        pairs = zip(parts[::2], parts[1::2], strict=False)
        return [Setting(scope, *_split(text)) for scope, text in pairs]


@dataclass(frozen=True, slots=True)
class Head:
    """A folder at a commit. `branch` is a full name of a ref, or HEAD."""

    git: Git
    commit: str
    branch: str


def head_of(folder: Path) -> Head | None:
    """The commit that `folder` is part of.

    None without git, without a repository that git trusts (`safe.directory`), and where the commit does not have the
    folder. Raises Cancelled.
    """
    top = _top_of(folder)
    program = shutil.which("git") if top else None
    if top is None or program is None or Path(program).resolve().is_relative_to(top.resolve()):
        return None
    git = Git(program, folder)
    # The tree is asked for, too: a home folder may be a repository, and a notebook in it none of its files.
    answer = git.ask("rev-parse", "--show-toplevel", "HEAD", "HEAD:./", "--symbolic-full-name", "HEAD")
    *place, commit, _, branch = (answer or b"").decode("utf-8", "replace").splitlines() or [""] * 4
    if not answer or not _is_same("\n".join(place), top):  # core.worktree may name any folder of this machine
        return None
    return Head(git, commit, branch)


def filters_off(config: Sequence[Setting]) -> list[str] | None:
    """The settings that keep the repository's own filters from running; None if that cannot be told.

    A file that one of them would change then looks changed.
    """
    filters = {match["driver"] for each in config if each.scope in OWN_SCOPES if (match := _filter_of(each))}
    if not config or not all(map(_DRIVER.fullmatch, filters)):
        return None
    names = ("clean=", "process=", "required=false")
    return [f"filter.{driver}.{name}" for driver in sorted(filters) for name in names]


def _filter_of(setting: Setting) -> re.Match[str] | None:
    return _FILTER.fullmatch(setting.name)


def _split(text: str) -> tuple[str, str]:
    name, _, value = text.partition("\n")
    return name, value


def _top_of(folder: Path) -> Path | None:
    """The nearest folder with a `.git`, from here upwards."""
    return next((place for place in (folder, *folder.absolute().parents) if _exists(place / ".git")), None)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _is_same(shown: str, top: Path) -> bool:
    try:
        return Path(shown).samefile(top)
    except (OSError, ValueError):
        return False
