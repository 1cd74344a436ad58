"""The git commit that a folder is at, asked of the git program, which runs nothing that the repository names.

A repository may be anyone's: its configuration names programs (a monitor of files, hooks, filters, helpers) and its
remote may have a password. Whoever packs a folder agreed to neither.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kitops_jupyter import processes
from kitops_jupyter.errors import printable
from kitops_jupyter.manifest import TEXT_LIMIT, CodeState
from kitops_jupyter.redaction import has_user_part
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
_OWN_SCOPES = ("local", "worktree")  # the repository's; "system" and "global" are the user's own
_SCHEMES = ("https", "http", "ssh", "git", "git+ssh")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_SHORT = re.compile(r"(?:[^@/:\s]+@)?(?P<host>[^@/:\s]{2,}):(?P<path>[^:\s][^\s]*)")  # git@host:team/project.git


def read_code_state(folder: Path) -> CodeState | None:
    """The commit that `folder` is part of, with its branch, its remote and whether tracked files differ from it.

    None without git, without a repository that git trusts (`safe.directory`), and where the commit does not have the
    folder. No program that the repository names is run, nothing is fetched and nothing is written. Raises Cancelled.
    """
    top = _top_of(folder)
    program = shutil.which("git") if top else None
    if top is None or program is None or Path(program).resolve().is_relative_to(top.resolve()):
        return None
    git = _Git(program, folder)
    # The tree is asked for, too: a home folder may be a repository, and a notebook in it none of its files.
    answer = git.ask("rev-parse", "--show-toplevel", "HEAD", "HEAD:./", "--symbolic-full-name", "HEAD")
    *place, commit, _, branch = (answer or b"").decode("utf-8", "replace").splitlines() or [""] * 4
    if not answer or not _is_same("\n".join(place), top):  # core.worktree may name any folder of this machine
        return None
    config = git.config()
    name = branch.removeprefix("refs/heads/") if branch.startswith("refs/heads/") else ""
    changed = git.changed_files(config)
    return CodeState(
        commit,
        printable(name[:TEXT_LIMIT]),
        _remote(config, name),
        None if changed is None else changed > 0,
        changed or 0,
    )


@dataclass(frozen=True, slots=True)
class _Setting:
    scope: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class _Git:
    """The git program in one folder."""

    program: str
    folder: Path

    def ask(self, *words: str, quiet: Sequence[str] = ()) -> bytes | None:
        """What git prints; None if it fails, or takes longer than WITHIN_S."""
        settings = [word for setting in (*_QUIET, *quiet) for word in ("-c", setting)]
        command = [self.program, "--no-pager", *settings, *words]
        try:
            environment = environment_with(_ENVIRONMENT)
            status, output = processes.run(command, within_s=WITHIN_S, cwd=self.folder, environment=environment)
        except OSError:  # TimeoutError is one
            return None
        return None if status else output

    def config(self) -> list[_Setting]:
        """Every setting that holds here."""
        parts = (self.ask("config", "--list", "--show-scope", "-z") or b"").decode("utf-8", "replace").split("\0")
        pairs = zip(parts[::2], parts[1::2], strict=False)
        return [_Setting(scope, *_split(text)) for scope, text in pairs]

    def changed_files(self, config: Sequence[_Setting]) -> int | None:
        """How many tracked files differ from the commit; None if that cannot be told.

        The repository's own filters do not run. A file that one of them would change then looks changed: not known.
        """
        filters = {match["driver"] for each in config if each.scope in _OWN_SCOPES if (match := _filter_of(each))}
        if not config or not all(map(_DRIVER.fullmatch, filters)):
            return None
        off = [f"filter.{driver}.{name}" for driver in filters for name in ("clean=", "process=", "required=false")]
        answer = self.ask(
            "status", "--porcelain=v1", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames", "-z",
            quiet=off,
        )  # fmt: skip
        if answer is None or (answer and filters):
            return None
        return answer.count(b"\0")


def _filter_of(setting: _Setting) -> re.Match[str] | None:
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


def _remote(config: Sequence[_Setting], branch: str) -> str:
    """The address of the branch's remote, else of `origin`, else of the only one; "" for a folder of this machine."""
    found = {each.name: each.value for each in config if each.scope in _OWN_SCOPES}
    known = dict(_remotes(found))
    only = list(known) if len(known) == 1 else []
    names = [name for name in (found.get(f"branch.{branch}.remote", ""), "origin", *only) if name in known]
    return _address(known[names[0]]) if names else ""


def _remotes(found: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        if name.startswith("remote.") and name.endswith(".url"):
            yield name.removeprefix("remote.").removesuffix(".url"), value


def _address(url: str) -> str:
    """The address without user, password, query and fragment; "" for anything but a host and a path."""
    if "://" not in url and (short := _SHORT.fullmatch(url)):
        host, path, shown = short["host"], short["path"], f"{short['host']}:{short['path']}"
    else:
        try:
            parts = urlsplit(url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return ""
        host, path = parts.hostname or "", parts.path
        shown = f"{parts.scheme}://{host}{port}{path}"
        if parts.scheme not in _SCHEMES:
            return ""
    is_plain = _HOST.fullmatch(host) and path.strip("/") and not has_user_part(shown) and "?" not in path
    return shown[:TEXT_LIMIT] if is_plain and printable(shown) == shown else ""
