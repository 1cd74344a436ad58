"""The environment of a session: its Python and its packages, as files that install again."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kitops_jupyter import processes
from kitops_jupyter.capture import installed
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import KitError

FOLDER = "environment"
REQUIREMENTS, CONDA = "requirements.txt", "environment.yml"
MARK = "# Written by kit pack"  # what has it in its first line is ours to replace
ASK_TIMEOUT_S = 60.0

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!_-]{0,98}(?:\+[A-Za-z0-9][A-Za-z0-9._-]{0,98})?")
_PYTHON = re.compile(r"(\d+\.\d+\.\d+)([A-Za-z0-9.+-]*)")
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_NOT_PINNED = frozenset(("pip",))  # a file that pip installs should not replace pip on the way


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package; `origin` says where it came from if that was no package index, without any path."""

    name: str
    version: str
    origin: str = ""

    @property
    def line(self) -> str:
        """Its line of requirements.txt: pinned, or a comment where no index has what is installed."""
        if self.origin:
            return f"# {self.name}=={self.version} came from {self.origin}"
        public, _, local = self.version.partition("+")
        # A build of another index (`2.3.0+cu121`): without the local part the pin takes that build and the usual one.
        return f"{self.name}=={public}" + (f"  # installed: {self.version}" if local else "")


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python and its packages, by name. The same environment gives the same files, on any machine."""

    python: str
    implementation: str
    packages: tuple[Package, ...]

    @property
    def pinned(self) -> tuple[Package, ...]:
        """The packages that an index has."""
        return tuple(package for package in self.packages if not package.origin)

    @property
    def others(self) -> tuple[Package, ...]:
        """The packages that came from elsewhere: a folder, a repository, a URL."""
        return tuple(package for package in self.packages if package.origin)

    @property
    def summary(self) -> str:
        """For people: `Python 3.11.7 and 212 packages`."""
        count = len(self.packages)
        return f"Python {self.python} and {count} package{'' if count == 1 else 's'}"

    def requirements(self) -> str:
        """What `pip install -r` takes."""
        head = [
            f"{MARK} from the notebook's environment: {self.implementation} {self.python}.",
            f"# pip install -r {REQUIREMENTS}   installs it; environment.yml also installs Python, with conda.",
        ]
        lines = [package.line for package in self.pinned]
        if self.others:
            lines += ["", "# Not from a package index, so not installed by this file:"]
            lines += [package.line for package in self.others]
        return "\n".join([*head, *lines, ""])

    def conda(self) -> str:
        """What `conda env create -f` takes: the Python, and requirements.txt beside it."""
        release = _PYTHON.match(self.python)
        return "\n".join(
            [
                f"{MARK} from the notebook's environment.",
                f"# conda env create -f {CONDA}   recreates it",
                "name: notebook",
                "dependencies:",
                f"  - python={release[1] if release else self.python}",
                "  - pip",
                "  - pip:",
                f"      - -r {REQUIREMENTS}",
                "",
            ]
        )

    def files(self) -> dict[str, str]:
        """Every file of the folder `environment`, by name."""
        return {CONDA: self.conda(), REQUIREMENTS: self.requirements()}


def read_environment(python: str | Path | None = None) -> Environment:
    """The environment of this process, or of another interpreter, which is run for it.

    Packages are what is on the interpreter's path, not what this session has imported. Raises KitError where the other
    interpreter cannot be asked.
    """
    told = installed.describe() if python is None else _ask(python)
    return _read(told)


def _ask(python: str | Path) -> Mapping[str, Any]:
    command = [str(python), "-W", "ignore", str(Path(installed.__file__))]
    try:
        status, output = processes.run(command, within_s=ASK_TIMEOUT_S, cwd=sys.prefix)
        told = parse_json(output)
    except (OSError, ValueError) as problem:
        reason = type(problem).__name__
        raise KitError(
            f"{python} did not list its packages ({reason})", hint="--no-env packs without the environment"
        ) from None
    if status or not isinstance(told, dict):
        raise KitError(f"{python} did not list its packages", hint="--no-env packs without the environment")
    return told


def _read(told: Mapping[str, Any]) -> Environment:
    """Hostile metadata loses its place in the list, and nothing else."""
    python, implementation = str(told.get("python", "")), str(told.get("implementation", ""))
    if not _PYTHON.fullmatch(python) or not implementation.isalnum():
        raise KitError(f"unexpected interpreter: {implementation[:40]!r} {python[:40]!r}")
    found = (_package(entry) for entry in told.get("packages", ()))
    packages = sorted((package for package in found if package), key=lambda package: _canonical(package.name))
    return Environment(python, implementation, tuple(packages))


def _canonical(name: str) -> str:
    """PEP 503: by this, two spellings are one name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _package(entry: Mapping[str, Any]) -> Package | None:
    name, version = str(entry.get("name", "")), str(entry.get("version", ""))
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version) or _canonical(name) in _NOT_PINNED:
        return None
    # What conda installs says which folder it was built in, on another machine; the version is on an index, too.
    by_conda = str(entry.get("installer") or "").strip().lower() == "conda"
    return Package(name, version, "" if by_conda else _origin(entry.get("origin")))


def _origin(text: object) -> str:
    """Where a package came from, by PEP 610, without paths, credentials and queries; "" for an index."""
    if not isinstance(text, str) or not text.strip():
        return ""
    try:
        told = parse_json(text)
        url = urlsplit(str(told["url"]))
        host = (url.hostname or "") + (f":{url.port}" if url.port else "")
    except (ValueError, KeyError, TypeError):
        return "an unknown source"
    version_control = told.get("vcs_info")
    if isinstance(version_control, dict):
        return _from_repository(version_control, url.scheme, host, url.path)
    directory = told.get("dir_info")
    if isinstance(directory, dict) and directory.get("editable"):
        return "a folder on this machine, editable"
    if url.scheme == "file" or not host:
        return "a folder on this machine" if isinstance(directory, dict) else "a file on this machine"
    return _printed(f"{url.scheme}://{host}{url.path}")


def _from_repository(told: Mapping[str, Any], scheme: str, host: str, path: str) -> str:
    system, commit = str(told.get("vcs", "")), str(told.get("commit_id", ""))
    where = f"{scheme}://{host}{path}" if scheme != "file" and host else "a repository on this machine"
    at = f" at commit {commit}" if _COMMIT.fullmatch(commit) else ""
    return _printed(f"{system if system.isalnum() else 'a'} repository {where}{at}")


def _printed(text: str) -> str:
    """One line of visible characters: a line break would end the comment that this is written into."""
    return "".join(char if char.isascii() and char.isprintable() else "?" for char in text)[:500]


def is_ours(lines: Sequence[str]) -> bool:
    """Whether a file with these lines was written by us, and may be replaced."""
    return bool(lines) and lines[0].startswith(MARK)
