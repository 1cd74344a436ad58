"""One layer's files, as kit's walk finds them."""

from __future__ import annotations

import operator
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from kitops_jupyter.disk import Links, LinkTarget
from kitops_jupyter.errors import NotFound, PathInvalid
from kitops_jupyter.ignore import IGNORE_FILE, Rules
from kitops_jupyter.kitfile import Entry
from kitops_jupyter.layers.member import Member, member_of
from kitops_jupyter.lines import command
from kitops_jupyter.progress import in_beats

_FOLLOW_HINT = "kit pack FOLDER --follow-links packs what the links point to"


class Walk:
    """One layer's files, as kit's walk from the top of the folder finds them; with `follow`, also what links lead to.

    A file that a link leads to has the link's name, and is read where it is: no link is left to be followed then.
    """

    def __init__(
        self, root: Path, entry: Entry, rules: Rules, *, follow: bool = False, within: Path | None = None
    ) -> None:
        self._follow = Links(root, within=within) if follow else None
        self._root = self._follow.root if self._follow else os.fspath(root)
        self._entry = entry
        self._layer = entry.clean_path
        self._rules = rules
        self._members: list[Member] = []
        self._opened: list[str] = []
        self._links: list[str] = []
        self._refused: list[str] = []
        self._others: list[str] = []
        self._dotted: list[str] = []
        self.warnings: list[str] = []

    def single(self) -> Member:
        """The one regular file of a raw layer."""
        path, there = self._look()
        is_link = stat.S_ISLNK(there.st_mode)
        if is_link and self._follow:
            path, there = self._named(self._follow, path)
        if not stat.S_ISREG(there.st_mode):
            what = "a link" if is_link else "a folder" if stat.S_ISDIR(there.st_mode) else "special"
            hint = "the layer format tar takes folders" if self._entry.section != "mcpserver" else "name one .mcpb file"
            raise PathInvalid(
                f"{self._entry.label}: {self._entry.path} is {what}, but a raw layer is one file",
                hint=_FOLLOW_HINT if is_link and not self._follow else hint,
            )
        return member_of(self._layer, path, there)

    def members(self) -> list[Member]:
        """The files and folders of the layer's archive, in its order."""
        path, there = self._look()
        if stat.S_ISLNK(there.st_mode) and not self._follow:
            raise self._would_be_empty("is a link")
        around = self._enter_parents()
        if around is not None:
            if self._layer == ".":
                self._fill(path, "")
            else:
                path = os.path.join(around, self._layer.rpartition("/")[2])  # noqa: PTH118
                if stat.S_ISLNK(there.st_mode) and self._follow:
                    path, there = self._named(self._follow, path)
                if inner := self._take(self._layer, path, there):
                    self._fill(inner, self._layer)
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
                hint=f"paths are relative to {self._root}; create the file, correct the Kitfile, or write a new one: "
                f"{command('init', self._root, '--force')}",
            ) from None
        except (OSError, ValueError) as problem:
            raise PathInvalid(
                f"{self._entry.label}: {self._entry.path!r} cannot be read: {problem}", hint="correct it in the Kitfile"
            ) from None

    def _named(self, follow: Links, path: str) -> LinkTarget:
        """What a link leads to that the Kitfile names, or that is on the way there: it may be anywhere."""
        try:
            found = follow.named(path)
        except PathInvalid as problem:
            raise PathInvalid(f"{self._entry.label}: {path} {problem.message}", hint="correct the link") from None
        if stat.S_ISDIR(found.there.st_mode):
            follow.allow(found.path)
        return found

    def _enter_parents(self) -> str | None:
        """The folders on the way get entries too; where the last of them is, None if the walk does not come there."""
        parts, place = self._layer.split("/"), self._root
        for count in range(1, len(parts)):
            folder, rest = "/".join(parts[:count]), "/".join(parts[count:])
            place = os.path.join(place, parts[count - 1])  # noqa: PTH118
            there = os.lstat(place)
            if ".." in rest:
                self._warn("has '..' inside a name: kit leaves it out, so the layer is empty")
                return None
            if stat.S_ISLNK(there.st_mode) and self._follow:
                place, there = self._named(self._follow, place)
            if not stat.S_ISDIR(there.st_mode):
                raise self._would_be_empty(f"is below {folder}, which is a link")
            if self._rules.ignores(folder, layer=self._layer):
                if not self._rules.has_exclusions:
                    self._warn(f"is in {folder}, which is ignored: the layer is empty")
                    return None
            else:
                self._members.append(member_of(folder, place, there))
        return place

    def _take(self, name: str, path: str, there: os.stat_result) -> str:
        """One entry; where the folder is that is to be looked into, if it is one with something to take."""
        if stat.S_ISLNK(there.st_mode):
            return self._take_link(name, path)
        is_dir = stat.S_ISDIR(there.st_mode)
        if not is_dir and not stat.S_ISREG(there.st_mode):
            self._others.append(name)
            return ""
        if self._rules.ignores(name, layer=self._layer):
            return path if is_dir and self._rules.has_exclusions else ""
        self._members.append(member_of(name, path, there))
        return path if is_dir else ""

    def _take_link(self, name: str, path: str) -> str:
        if self._rules.ignores(name, layer=self._layer):
            return ""
        if self._follow is None:
            self._links.append(name)
            return ""
        try:
            return self._take(name, *self._follow.target(path, self._opened))
        except PathInvalid as problem:
            self._refused.append(f"{name} {problem.message}")
            return ""

    def _fill(self, path: str, name: str) -> None:
        """All that is in a folder, depth first; a stack of its own, as folders may be nested deeper than calls."""
        self._opened = [path]
        listed = [_entries_of(path)]
        names = [name]
        ignores, keep = self._rules.ignores, self._members.append
        while listed:
            above = f"{names[-1]}/" if names[-1] else ""
            may_ignore = self._rules.may_ignore_in(names[-1], layer=self._layer)
            for entry in listed[-1]:
                inner = above + entry.name
                if ".." in entry.name:
                    self._dotted.append(inner)
                    continue
                there = _stat_of(entry)
                if stat.S_ISREG(there.st_mode):  # nearly all of them: `_take`, cut short
                    if not may_ignore or not ignores(inner, layer=self._layer):
                        keep(member_of(inner, entry.path, there))
                elif folder := self._take(inner, entry.path, there):
                    self._opened.append(folder)
                    listed.append(_entries_of(folder))
                    names.append(inner)
                    break
            else:
                listed.pop()
                names.pop()
                self._opened.pop()

    def _warn(self, reason: str) -> None:
        self.warnings.append(f"{self._entry.label}: {self._entry.path or '.'} {reason}")

    def _would_be_empty(self, reason: str) -> PathInvalid:
        return PathInvalid(
            f"{self._entry.label}: {self._entry.path or '.'} {reason}: links are not packed, so the layer is empty",
            hint=_FOLLOW_HINT,
        )

    def _tell(self, there: os.stat_result) -> None:
        """What was dropped: kit drops it in silence. Raises PathInvalid where that is all that there is."""
        if self._refused:
            count = len(self._refused)
            raise PathInvalid(
                f"{self._entry.label}: {count} link{'s' if count > 1 else ''} below {self._entry.path or '.'} "
                f"cannot be followed",
                details=self._refused,
                hint=f"name the link itself as a path in the Kitfile, correct it, or add a line to {IGNORE_FILE}",
            )
        has_file = any(not member.is_dir for member in self._members)
        if self._links and not has_file:
            raise self._would_be_empty(f"has only links ({_some(self._links)})")
        if self._links:
            some = f"{len(self._links)} links" if len(self._links) > 1 else "a link"
            self.warnings.append(
                f"{self._entry.label}: left out {some}: {_some(self._links)}; --follow-links packs what links point to"
            )
        if self._others and not has_file:
            raise PathInvalid(
                f"{self._entry.label}: {self._entry.path or '.'} has no file ({_some(self._others)}: "
                f"neither a file nor a folder), so the layer is empty",
                hint="name a file or a folder in the Kitfile: pipes, sockets and devices are not packed",
            )
        for names, reason in (
            (self._others, "neither a file nor a folder"),
            (self._dotted, "named with '..' inside, which kit leaves out"),
        ):
            if names:
                more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
                self.warnings.append(f"{self._entry.label}: left out {names[0]}{more}, {reason}")
        if has_file or self.warnings:
            return
        if self._layer != "." and self._rules.ignores(self._layer, layer=self._layer):
            self._warn("is ignored completely: the layer is empty")
        elif stat.S_ISDIR(there.st_mode):
            self._warn("has only ignored files: the layer is empty")


def _some(names: list[str]) -> str:
    """The first few of them."""
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _entries_of(path: str) -> Iterator[os.DirEntry[str]]:
    """A folder's entries in byte order of their names, which for UTF-8 is the order of the characters."""
    try:
        with os.scandir(path) as found:
            return in_beats(sorted(found, key=operator.attrgetter("name")))
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
