"""`--filter TYPES[:NAMES]` in every spelling that was ever documented: which parts of a kit are meant.

`strict` is kit's own grammar to the letter; otherwise there are aliases (`dataset`, `config`, `notebook`), globs, and
names of files inside a layer (`code:*.ipynb`, `dataset:train/part-*`). Source: magics.md, "Filters"; kit-2026.md 9.
"""

from __future__ import annotations

import fnmatch
import functools
import glob
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kitops_jupyter.disk import is_notebook
from kitops_jupyter.errors import FilterInvalid
from kitops_jupyter.kitfile import Entry, clean_path

_TYPES: dict[str, tuple[str, ...]] = {
    "kitfile": (),
    "model": ("model", "part"),
    "datasets": ("dataset",),
    "code": ("code",),
    "docs": ("docs",),
    "prompts": ("prompt",),
    "mcpservers": ("mcpserver",),
}
_ALIASES = {
    "config": "kitfile",
    "models": "model",
    "modelparts": "model",
    "dataset": "datasets",
    "data": "datasets",
    "doc": "docs",
    "prompt": "prompts",
    "mcpserver": "mcpservers",
    "mcp": "mcpservers",
    "notebook": "code",
    "notebooks": "code",
}
_SHOWN_LIMIT = 20  # entries of a kit that an error lists
_NAMED_BY_PATH_ONLY = ("code", "docs")


@dataclass(frozen=True, slots=True)
class _Clause:
    """One `--filter`: sections, each with names; None is all of them. Notebooks are also meant inside of layers."""

    text: str
    names: Mapping[str, tuple[str, ...] | None] = field(hash=False)
    takes_kitfile: bool = False
    is_strict: bool = False
    notebooks: tuple[str, ...] = ()

    def matches(self, entry: Entry, name: str) -> bool:
        """Whether this name means the whole entry."""
        path = entry.path
        known = (path,) if entry.section in _NAMED_BY_PATH_ONLY else (entry.name, path)
        if name in known or self.is_strict or not name:
            return name in known
        plain = clean_path(name)
        return plain == entry.clean_path or any(_glob(name).match(text) for text in (entry.name, entry.clean_path))

    def selects(self, entry: Entry) -> bool:
        names = self.names.get(entry.section, ())
        return names is None or any(self.matches(entry, name) for name in names)

    def names_of_no_entry(self, entries: Sequence[Entry]) -> dict[str, list[str]]:
        """By section, the names that may only mean files inside layers."""
        found: dict[str, list[str]] = {}
        unknown = {
            name: not any(self.matches(entry, name) for entry in entries if entry.section in self.names)
            for names in self.names.values()
            for name in names or ()
        }
        for section, names in self.names.items():
            found[section] = [name for name in names or () if unknown[name] or name in self.notebooks]
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry that is wanted: whole, or only the files that one of `patterns` matches."""

    entry: Entry
    patterns: tuple[str, ...] | None = None

    def takes(self, member: str) -> bool:
        """Whether this file of the layer is wanted; `member` is its name from the kit's top."""
        if self.patterns is None:
            return True
        folder = f"{self.entry.clean_path}/"
        inner = member[len(folder) :] if member.startswith(folder) else member
        names = [member, inner, posixpath.basename(member)]
        if self.entry.name and self.entry.section not in _NAMED_BY_PATH_ONLY:  # `dataset:NAME/pattern`
            names.append(f"{self.entry.name}/{inner}")
        return any(glob.match(name) for pattern in self.patterns for glob in _covering(pattern) for name in names)


@dataclass(frozen=True, slots=True)
class Filters:
    """Several filters: what any of them selects is meant; none at all means everything."""

    clauses: tuple[_Clause, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is meant."""
        return not self.clauses

    @property
    def selects_kitfile(self) -> bool:
        """Whether the Kitfile itself is meant."""
        return self.is_empty or any(clause.takes_kitfile for clause in self.clauses)

    def selects(self, entry: Entry) -> bool:
        """Whether the whole entry is meant, by its section, name or path."""
        return self.is_empty or any(clause.selects(entry) for clause in self.clauses)

    def narrowed_to_model(self) -> Filters | None:
        """For the kit that `model.path` refers to: only what may be its model; None when nothing of it is wanted."""
        if self.is_empty:
            return Filters((_Clause("model", dict.fromkeys(_TYPES["model"]), is_strict=True),))
        kept = [
            _Clause(
                clause.text, {section: clause.names[section] for section in _TYPES["model"]}, False, clause.is_strict
            )
            for clause in self.clauses
            if "model" in clause.names
        ]
        return Filters(tuple(kept)) if kept else None

    def choose(self, entries: Sequence[Entry], *, elsewhere: Sequence[Entry] = ()) -> list[Choice]:
        """The entries that are meant, in their order; a name that is not an entry's means files inside layers.

        `elsewhere` are entries of other kits that a name may mean as well.
        Raises FilterInvalid, with what there is, for a filter that can match nothing.
        """
        if self.is_empty:
            return [Choice(entry) for entry in entries]
        patterns: dict[int, set[str] | None] = {}
        for clause in self.clauses:
            self._choose(clause, entries, elsewhere, patterns)
        return [
            Choice(entry, tuple(sorted(found)) if (found := patterns[at]) is not None else None)
            for at, entry in enumerate(entries)
            if at in patterns
        ]

    def _choose(
        self,
        clause: _Clause,
        entries: Sequence[Entry],
        elsewhere: Sequence[Entry],
        patterns: dict[int, set[str] | None],
    ) -> None:
        everything = [*entries, *elsewhere]
        inner = {} if clause.is_strict else clause.names_of_no_entry(everything)
        is_meant = any(clause.selects(entry) or inner.get(entry.section) for entry in everything)
        if not clause.takes_kitfile and not is_meant:
            raise nothing_matches(clause.text, everything)
        for at, entry in enumerate(entries):
            if clause.selects(entry):
                patterns[at] = None
            elif names := inner.get(entry.section):
                known = patterns.setdefault(at, set())
                if known is not None:
                    known.update(names)


def parse(texts: Iterable[str], *, strict: bool = False) -> Filters:
    """Read filters. Raises FilterInvalid."""
    return Filters(tuple(_clause(text, strict) for text in texts))


def text_for(section: str, path: str) -> str:
    """The filter that selects this path of a section: a layer, or a file or folder inside one.

    It selects no other path, with the exceptions that the language has: a comma is written `?`, which any letter
    matches; `.ipynb` has no case; a file at the kit's top has namesakes in the folders of its layer; and a path can
    be spelled like the pattern itself. An empty path is the whole folder.
    """
    inner = path.strip() if path else "."
    begin = len(path) - len(path.lstrip())
    end = path[begin + len(inner) :]
    escaped = glob.escape(inner).replace(",", "?")
    return f"{type_of(section)}:{_kept(path[:begin])}{escaped}{_kept(end)}"


def _kept(blanks: str) -> str:
    """Blanks at the ends of a name, which reading would strip."""
    return "".join(f"[{blank}]" for blank in blanks)


def nothing_matches(text: str, entries: Sequence[Entry]) -> FilterInvalid:
    """The error for a filter that matches nothing; it lists what there is."""
    there = [_shown(entry) for entry in entries[:_SHOWN_LIMIT]]
    if len(entries) > _SHOWN_LIMIT:
        there.append(f"and {len(entries) - _SHOWN_LIMIT} more")
    return FilterInvalid(
        f"--filter {text} matches nothing in this kit", hint=f"it has {', '.join(['kitfile', *there])}"
    )


def _shown(entry: Entry) -> str:
    """What selects the entry: by its name, and by its path where that is another."""
    named = entry.name if entry.section not in _NAMED_BY_PATH_ONLY else ""
    by_path = f" or {type_of(entry.section)}:{entry.path}" if named and entry.path not in ("", named) else ""
    return f"{type_of(entry.section)}:{named or entry.path}{by_path}"


def type_of(section: str) -> str:
    """The type that selects a section of the Kitfile, as kit spells it."""
    return next(name for name, sections in _TYPES.items() if section in sections)


def _clause(text: str, strict: bool) -> _Clause:
    if strict and text.count(":") > 1:
        raise FilterInvalid(f"--filter {text!r}: names cannot contain a colon", hint="--filter TYPES[:NAMES]")
    types, colon, listed = text.partition(":")
    wanted = tuple(name if strict else name.strip() for name in listed.split(",")) if colon else None
    notebooks: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...] | None] = {}
    takes_kitfile = False
    for word in types.split(","):
        plain = word if strict else word.strip().lower()
        known = plain if strict else _ALIASES.get(plain, plain)
        if known not in _TYPES:
            raise FilterInvalid(
                f"--filter {text!r}: {word.strip()!r} is not a type", hint=f"the types are {', '.join(_TYPES)}"
            )
        takes_kitfile |= known == "kitfile"
        if known != plain and known == "code":
            notebooks = tuple(name if is_notebook(name) else f"{name}.ipynb" for name in wanted or ("*",))
        else:
            names.update(dict.fromkeys(_TYPES[known], wanted))
    if notebooks:
        known_code = names.get("code", ())
        names["code"] = None if known_code is None else (*known_code, *notebooks)
    return _Clause(text, names, takes_kitfile, strict, notebooks)


@functools.lru_cache(256)
def _glob(pattern: str) -> re.Pattern[str]:
    """A pattern over names; `*` does not stop at a slash, so that `train/*` means all below; `.ipynb` has no case."""
    plain = clean_path(pattern.strip("/")) if pattern.strip("/") else pattern
    if is_notebook(plain):
        plain = f"{plain[:-5]}[iI][pP][yY][nN][bB]"
    return re.compile(fnmatch.translate(plain))


@functools.lru_cache(256)
def _covering(pattern: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The pattern, and all that is below what it matches: a folder's name means its files."""
    return _glob(pattern), _glob(f"{pattern.rstrip('/')}/*")
