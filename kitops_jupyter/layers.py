"""Kitfile and folder to the ordered plan of layers and their files; reads no file's contents.

Source: format.md, "A layer's tar" and "Raw layers".
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from kitops_jupyter.errors import NotFound, PathInvalid
from kitops_jupyter.ignore import FILE_NAME as IGNORE_FILE
from kitops_jupyter.ignore import Rules, is_within
from kitops_jupyter.kitfile import Entry, Kitfile

Layout = Literal["tar", "raw"]
_MODE_BITS = 0o7777  # permissions, set-id, sticky
_BLOCK = 512
_LEFT_LIMIT = 1000  # files that no layer takes: enough to show, and to stop looking
_LOOK_LIMIT = 20_000  # folders' entries that are looked at for them


class Member(NamedTuple):
    """A file or folder of a layer: its name in the archive, where it is, and what `lstat` said of it."""

    name: str
    source: str
    mode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int
    is_dir: bool


@dataclass(frozen=True, slots=True)
class PlannedLayer:
    """One layer; `size_bytes` is the archive's, before compression, but for headers of long names."""

    entry: Entry
    path: str
    members: Sequence[Member]
    layout: Layout
    subtype: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The layers in the manifest's order, what to warn of, and files that no layer takes (at most 1,000)."""

    layers: tuple[PlannedLayer, ...]
    warnings: tuple[str, ...]
    untaken: tuple[str, ...]


def plan(
    kitfile: Kitfile,
    root: Path,
    *,
    patterns: Sequence[str],
    parent_paths: Sequence[str] = (),
    layout: Layout = "tar",
) -> Plan:
    """Decide which files go into which layer. `parent_paths` are layer paths of kits that this one refers to.

    Raises NotFound for a path that is not there, PathInvalid for one of the wrong kind, or that cannot be read.
    """
    entries = kitfile.entries()
    own_paths = [entry.path for entry in entries if not (entry.section == "model" and not entry.has_layer)]
    rules = Rules(patterns, [*own_paths, *parent_paths])
    planned, warnings = [], []
    for entry in entries:
        if not entry.has_layer:
            continue
        is_raw = layout == "raw" or entry.section == "mcpserver"
        walk = _Walk(root, entry, rules)
        members = [walk.single()] if is_raw else walk.members()
        warnings += walk.warnings
        size_bytes = sum(member.size for member in members) if is_raw else _tar_bytes(members)
        subtype = "prompt" if entry.section == "prompt" else ""
        planned.append(PlannedLayer(entry, entry.clean_path, members, "raw" if is_raw else "tar", subtype, size_bytes))
    untaken = tuple(_untaken(root, planned, rules)) if planned else ()
    if untaken:
        shown = ", ".join(untaken[:5]) + (f" and {len(untaken) - 5} more" if len(untaken) > 5 else "")
        warnings.append(f"no layer takes {shown}")
    if not planned:
        warnings.append("the Kitfile names no files: the kit is empty")
    return Plan(tuple(planned), tuple(warnings), untaken)


def _tar_bytes(members: Sequence[Member]) -> int:
    return sum(_BLOCK + -(-member.size // _BLOCK) * _BLOCK for member in members) + 2 * _BLOCK


class _Walk:
    """One layer's files, as kit's walk from the top of the folder finds them."""

    def __init__(self, root: Path, entry: Entry, rules: Rules) -> None:
        self._root = os.fspath(root)
        self._entry = entry
        self._layer = entry.clean_path
        self._rules = rules
        self._members: list[Member] = []
        self._links: list[str] = []
        self._others: list[str] = []
        self._dotted: list[str] = []
        self.warnings: list[str] = []

    def single(self) -> Member:
        """The one regular file of a raw layer."""
        path, there = self._look()
        if not stat.S_ISREG(there.st_mode):
            what = "a link" if stat.S_ISLNK(there.st_mode) else "a folder" if stat.S_ISDIR(there.st_mode) else "special"
            hint = "the layer format tar takes folders" if self._entry.section != "mcpserver" else "name one .mcpb file"
            raise PathInvalid(f"{self._entry.label}: {self._entry.path} is {what}, a raw layer is one file", hint=hint)
        return _member(self._layer, path, there)

    def members(self) -> list[Member]:
        """The files and folders of the layer's archive, in its order."""
        path, there = self._look()
        if stat.S_ISLNK(there.st_mode):
            self._warn("is a link: links are not followed, so the layer is empty")
            return []
        if self._enter_parents():
            if self._layer == ".":
                self._fill(path, "")
            elif self._take(self._layer, path, there):
                self._fill(path, self._layer)
        self._tell(there)
        return self._members

    def _look(self) -> tuple[str, os.stat_result]:
        path = self._root if self._layer == "." else os.path.join(self._root, *self._layer.split("/"))  # noqa: PTH118
        try:
            os.stat(path)  # noqa: PTH116 (links are followed here, as kit does; a broken one is not there)
            return path, os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(
                f"{self._entry.label}: path {self._entry.path} does not exist",
                hint=f"paths are relative to {self._root}; correct the Kitfile, or make the file",
            ) from None
        except (OSError, ValueError) as problem:
            raise PathInvalid(f"{self._entry.label}: {self._entry.path!r} cannot be read: {problem}") from None

    def _enter_parents(self) -> bool:
        """The folders on the way get entries too; False where the walk does not come through."""
        parts = self._layer.split("/")
        for count in range(1, len(parts)):
            folder, rest = "/".join(parts[:count]), "/".join(parts[count:])
            path = os.path.join(self._root, folder)  # noqa: PTH118
            there = os.lstat(path)
            if ".." in rest:
                self._warn("has '..' inside a name: kit leaves it out, and so the layer is empty")
                return False
            if not stat.S_ISDIR(there.st_mode):
                self._warn(f"lies behind {folder}, which is a link: links are not followed, so the layer is empty")
                return False
            if self._rules.ignores(folder, layer=self._layer):
                if not self._rules.has_exclusions:
                    self._warn(f"lies in {folder}, which is ignored: the layer is empty")
                    return False
            else:
                self._members.append(_member(folder, path, there))
        return True

    def _take(self, name: str, path: str, there: os.stat_result) -> bool:
        """One entry; whether to look into it, as it is a folder with something to take."""
        is_dir = stat.S_ISDIR(there.st_mode)
        if not is_dir and not stat.S_ISREG(there.st_mode):
            (self._links if stat.S_ISLNK(there.st_mode) else self._others).append(name)
            return False
        if self._rules.ignores(name, layer=self._layer):
            return is_dir and self._rules.has_exclusions
        self._members.append(_member(name, path, there))
        return is_dir

    def _fill(self, path: str, name: str) -> None:
        """All that is in a folder, depth first; a stack of its own, as folders may be nested deeper than calls."""
        opened = [_entries_of(path)]
        names = [name]
        while opened:
            for entry in opened[-1]:
                inner = f"{names[-1]}/{entry.name}" if names[-1] else entry.name
                if ".." in entry.name:
                    self._dotted.append(inner)
                elif self._take(inner, entry.path, _stat_of(entry)):
                    opened.append(_entries_of(entry.path))
                    names.append(inner)
                    break
            else:
                opened.pop()
                names.pop()

    def _warn(self, reason: str) -> None:
        self.warnings.append(f"{self._entry.label}: {self._entry.path or '.'} {reason}")

    def _tell(self, there: os.stat_result) -> None:
        """What was dropped: kit drops it in silence."""
        for names, reason in (
            (self._links, "a link: links are not packed"),
            (self._others, "neither a file nor a folder"),
            (self._dotted, "named with '..' inside, which kit leaves out"),
        ):
            if names:
                more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
                self.warnings.append(f"{self._entry.label}: left out {names[0]}{more}, {reason}")
        has_file = any(not member.is_dir for member in self._members)
        if has_file or self.warnings:
            return
        if self._layer != "." and self._rules.ignores(self._layer, layer=self._layer):
            self._warn("is ignored as a whole: the layer is empty")
        elif stat.S_ISDIR(there.st_mode):
            self._warn("has no files that are not ignored: the layer is empty")


def _entries_of(path: str) -> Iterator[os.DirEntry[str]]:
    """A folder's entries in byte order of their names, which for UTF-8 is the order of the characters."""
    try:
        with os.scandir(path) as found:
            return iter(sorted(found, key=lambda entry: entry.name))
    except OSError as problem:
        raise _unreadable(path, problem) from problem


def _stat_of(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError as problem:
        raise _unreadable(entry.path, problem) from problem


def _unreadable(path: str, problem: OSError) -> PathInvalid:
    return PathInvalid(
        f"{path} cannot be read: {problem.strerror}",
        hint=f"correct its permissions, or leave it out with a line in {IGNORE_FILE}",
    )


def _member(name: str, path: str, there: os.stat_result) -> Member:
    if not name.isascii():
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            raise PathInvalid(f"{os.fsencode(path)!r}: the name is not UTF-8", hint="rename the file") from None
    is_dir = stat.S_ISDIR(there.st_mode)
    return Member(
        name,
        path,
        there.st_mode & _MODE_BITS,
        0 if is_dir else there.st_size,
        there.st_mtime_ns,
        there.st_ctime_ns,
        there.st_ino,
        there.st_dev,
        is_dir,
    )


def _untaken(root: Path, planned: Sequence[PlannedLayer], rules: Rules) -> Iterator[str]:
    """Files that are in no layer and are not ignored; hidden ones are not looked for."""
    paths = [layer.path for layer in planned]
    waiting, looked, found = [""], 0, 0
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as there:
                entries = sorted(there, key=lambda entry: entry.name, reverse=True)
        except OSError:
            continue
        for entry in entries:
            looked += 1
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith(".") or any(is_within(name, path) for path in paths) or rules.matches(name):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            elif entry.is_file(follow_symlinks=False):
                found += 1
                yield name
            if looked > _LOOK_LIMIT or found >= _LEFT_LIMIT:
                return
