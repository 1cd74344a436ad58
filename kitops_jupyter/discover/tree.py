"""A folder's tree as a proposal needs it: each file's kind, and what must be left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kitops_jupyter.discover.kinds import (
    Hint,
    Kind,
    file_kind,
    file_stays_out,
    folder_stays_out,
    hint_of,
    settle,
)
from kitops_jupyter.disk import SIDECAR, Links
from kitops_jupyter.errors import PathInvalid
from kitops_jupyter.ignore import IGNORE_FILE, Rules, read_patterns
from kitops_jupyter.kitfile import NAMES
from kitops_jupyter.progress import in_beats

_DEPTH_LIMIT = 100
_PROJECT = frozenset((*NAMES, ".git"))  # a folder that has one of them is a project of its own
_FILES_LIMIT = 2_000_000  # of files and folders looked at: a home folder by mistake must end, too


class File(NamedTuple):
    """A file that may be taken."""

    name: str
    path: str
    size: int
    kind: Kind


@dataclass(slots=True, eq=False)
class Folder:
    """A folder that may be taken, and the place where it is read.

    `blemish` is something below it that must be left out, but that packing would take or fail on.
    """

    name: str
    path: str
    level: int
    place: str
    around: Folder | None = None
    hint: Hint = ""
    files: list[File] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    blemish: str = ""
    count: int = 0
    size: int = 0
    kinds: frozenset[Kind] = frozenset()


@dataclass(slots=True)
class Tree:
    """The whole folder, and what is left out of it, with the reasons; `projects` are folders below that are others'."""

    root: Folder
    left_out: list[tuple[str, str]]
    links: list[str]
    projects: list[str]


def look(root: Path, *, follow_links: bool = False) -> Tree:
    """Read the names below `root`; a link is left out unless it may be followed.

    Raises PathInvalid where the folder itself, or its `.kitignore`, cannot be read.
    """
    return _Look(root, follow_links).tree()


class _Look:
    def __init__(self, root: Path, follow_links: bool) -> None:
        self._links = Links(root) if follow_links else None
        self._root = self._links.root if self._links else os.fspath(root)
        self._patterns = read_patterns(root)
        self._rules = Rules(self._patterns, [])
        self._left_out: list[tuple[str, str]] = []
        self._passed: list[str] = []
        self._looked = 0
        self._projects: list[str] = []

    def tree(self) -> Tree:
        top = Folder("", "", 0, self._root)
        order, waiting = [], [top]
        while waiting:
            folder = waiting.pop()
            if self._fill(folder):
                order.append(folder)
                waiting += folder.folders
        for folder in reversed(order):  # what is below a folder comes before it
            _sum_up(folder)
        return Tree(top, self._left_out, self._passed, sorted(self._projects))

    def _leave(self, folder: Folder, path: str, reason: str, *, packed: bool = True) -> None:
        """`packed`: packing the folder as a whole would take it."""
        if packed:
            folder.blemish = folder.blemish or path
        self._left_out.append((path, reason))

    def _fill(self, folder: Folder) -> bool:
        """List one folder; False if it must be left out."""
        try:
            with os.scandir(folder.place) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as problem:
            if not folder.level:
                raise PathInvalid(f"{self._root} cannot be read: {problem.strerror}") from problem
            self._leave(folder, folder.path, f"cannot be read: {problem.strerror}")
            return True
        names = {entry.name for entry in entries}
        if folder.level:
            if reason := folder_stays_out("", names):
                self._leave(folder, folder.path, reason)
                return True
            folder.hint = hint_of(folder.name, names, folder.hint)
            if not _PROJECT.isdisjoint(names):
                self._projects.append(folder.path)
        self._looked += len(entries)
        unsettled: list[tuple[str, str, int]] = []
        for entry in in_beats(entries):
            self._take(folder, entry, unsettled)
        settled = settle(
            [name for name, _, _ in unsettled], {file.kind for file in folder.files}, is_root=not folder.level
        )
        folder.files += [File(name, path, size, settled[name]) for name, path, size in unsettled]
        folder.files = sorted(_with_variables(folder, names))
        return True

    def _take(self, folder: Folder, entry: os.DirEntry[str], unsettled: list[tuple[str, str, int]]) -> None:
        name = entry.name
        path = f"{folder.path}/{name}" if folder.path else name
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            self._leave(folder, shown, "the name is not UTF-8: rename it")
            return
        try:
            there = entry.stat(follow_symlinks=False)
        except OSError as problem:
            self._leave(folder, path, f"cannot be read: {problem.strerror}")
            return
        place = entry.path
        if stat.S_ISLNK(there.st_mode) or getattr(entry, "is_junction", bool)():
            if self._links is None:
                self._passed.append(path)
                self._leave(folder, path, "a link: --follow-links packs what it points to", packed=False)
                return
            if self._is_ignored(path, is_dir=False):
                self._leave(folder, path, "matched by .kitignore", packed=False)
                return
            try:
                place, there = self._links.target(place, _places(folder))
            except PathInvalid as problem:
                self._leave(folder, path, problem.message)
                return
        is_dir = stat.S_ISDIR(there.st_mode)
        if not is_dir and not stat.S_ISREG(there.st_mode):
            self._leave(folder, path, "neither a file nor a folder", packed=False)
        elif ".." in name:
            self._leave(folder, path, "named with '..' inside, which a kit cannot hold", packed=False)
        elif not folder.level and name in NAMES:
            self._leave(folder, path, "the kit always has the Kitfile", packed=False)
        elif path == IGNORE_FILE:
            self._leave(folder, path, "lists what to ignore", packed=False)
        elif self._is_ignored(path, is_dir):
            self._leave(folder, path, "matched by .kitignore", packed=False)
        elif reason := folder_stays_out(name) if is_dir else file_stays_out(name):
            self._leave(folder, path, reason)
        elif self._looked > _FILES_LIMIT or folder.level >= _DEPTH_LIMIT:
            limit = f"{_DEPTH_LIMIT} folders deep" if folder.level >= _DEPTH_LIMIT else f"{_FILES_LIMIT} files"
            self._leave(folder, path, f"beyond the limit of {limit}")
        elif is_dir:
            folder.folders.append(Folder(name, path, folder.level + 1, place, folder, folder.hint))
        elif kind := file_kind(name, folder.hint):
            folder.files.append(File(name, path, there.st_size, kind))
        else:
            unsettled.append((name, path, there.st_size))

    def _is_ignored(self, path: str, is_dir: bool) -> bool:
        if not self._patterns or (is_dir and self._rules.has_exclusions):
            return False
        return self._rules.matches(path)


def _with_variables(folder: Folder, names: Collection[str]) -> list[File]:
    """The files, those of packed variables as what their folder says: a `.npy` among models is a model."""
    variables = {name.removesuffix(SIDECAR) for name in names if name.endswith(SIDECAR)}
    if not variables or folder.hint not in ("model", "dataset"):
        return folder.files

    def settled(file: File) -> File:
        if file.name.endswith(SIDECAR):
            return file._replace(kind="part" if folder.hint == "model" else "dataset")
        is_one = any(file.name.startswith(f"{name}.") for name in variables)
        return file._replace(kind="model" if folder.hint == "model" else "dataset") if is_one else file

    return [settled(file) for file in folder.files]


def _places(folder: Folder) -> Iterator[str]:
    """Where a folder and all those around it are."""
    at: Folder | None = folder
    while at is not None:
        yield at.place
        at = at.around


def _sum_up(folder: Folder) -> None:
    folder.count = len(folder.files) + sum(inner.count for inner in folder.folders)
    folder.size = sum(file.size for file in folder.files) + sum(inner.size for inner in folder.folders)
    folder.kinds = frozenset(file.kind for file in folder.files).union(*(inner.kinds for inner in folder.folders))
    if not folder.blemish:
        folder.blemish = next((inner.blemish for inner in folder.folders if inner.blemish), "")
