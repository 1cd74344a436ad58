"""The git commit that a folder is at, with its branch, its remote without secrets, and how much differs from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from kitops_jupyter.capture.git_program import OWN_SCOPES, Git, Setting, filters_off, head_of
from kitops_jupyter.errors import printable
from kitops_jupyter.manifest import TEXT_LIMIT, CodeState
from kitops_jupyter.redaction import has_user_part

_SCHEMES = ("https", "http", "ssh", "git", "git+ssh")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_SHORT = re.compile(r"(?:[^@/:\s]+@)?(?P<host>[^@/:\s]{2,}):(?P<path>[^:\s][^\s]*)")  # git@host:team/project.git


def read_code_state(folder: Path) -> CodeState | None:
    """The commit that `folder` is part of, with its branch, its remote and whether tracked files differ from it.

    None without git, without a repository that git trusts (`safe.directory`), and where the commit does not have the
    folder. No program that the repository names is run, nothing is fetched and nothing is written. Raises Cancelled.
    """
    head = head_of(folder)
    if head is None:
        return None
    config = head.git.config()
    name = head.branch.removeprefix("refs/heads/") if head.branch.startswith("refs/heads/") else ""
    changed = _changed_files(head.git, config)
    return CodeState(
        head.commit,
        printable(name[:TEXT_LIMIT]),
        _remote(config, name),
        None if changed is None else changed > 0,
        changed or 0,
    )


def _changed_files(git: Git, config: Sequence[Setting]) -> int | None:
    """How many tracked files differ from the commit; None if that cannot be told."""
    off = filters_off(config)
    if off is None:
        return None
    answer = git.ask(
        "status", "--porcelain=v1", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames", "-z",
        quiet=off,
    )  # fmt: skip
    if answer is None or (answer and off):
        return None
    return answer.count(b"\0")


def _remote(config: Sequence[Setting], branch: str) -> str:
    """The address of the branch's remote, else of `origin`, else of the only one; "" for a folder of this machine."""
    found = {each.name: each.value for each in config if each.scope in OWN_SCOPES}
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
