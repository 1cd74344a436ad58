"""`--filter TYPES[:NAMES]` in every spelling that was ever documented: which parts of a kit are meant.

`strict` is kit's own grammar to the letter; otherwise there are aliases (`dataset`, `config`, `notebook`), globs, and
names of files inside a layer (`code:*.ipynb`, `dataset:train/part-*`). Source: magics.md, "Filters"; kit-2026.md 9.
"""

from __future__ import annotations

import fnmatch
import functools
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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
_NOTEBOOKS = "*.ipynb"
_NAMED_BY_PATH_ONLY = ("code", "docs")


@dataclass(frozen=True, slots=True)
class _Clause:
    """One `--filter`: sections, and names; None is all of them."""

    text: str
    sections: tuple[str, ...]
    names: tuple[str, ...] | None
    takes_kitfile: bool
    is_strict: bool

    def matches(self, entry: Entry, name: str) -> bool:
        """Whether this name means the whole entry."""
        path = entry.path
        known = (path,) if entry.section in _NAMED_BY_PATH_ONLY else (entry.name, path)
        if name in known or self.is_strict:
            return name in known
        plain = clean_path(name)
        return plain == entry.clean_path or any(_glob(name).match(text) for text in (entry.name, entry.clean_path))

    def selects(self, entry: Entry) -> bool:
        if entry.section not in self.sections:
            return False
        return self.names is None or any(self.matches(entry, name) for name in self.names)


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry that is wanted: whole, or only the files that one of `patterns` matches."""

    entry: Entry
    patterns: tuple[str, ...] | None = None

    def takes(self, member: str) -> bool:
        """Whether this file of the layer is wanted; `member` is its name from the kit's top."""
        if self.patterns is None:
            return True
        inner = posixpath.relpath(member, self.entry.clean_path)
        names = (member, inner, posixpath.basename(member))
        return any(_glob(pattern).match(name) for pattern in self.patterns for name in names)


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
            return Filters((_Clause("model", _TYPES["model"], None, False, True),))
        kept = [
            replace(clause, sections=_TYPES["model"], takes_kitfile=False)
            for clause in self.clauses
            if "model" in clause.sections
        ]
        return Filters(tuple(kept)) if kept else None

    def choose(self, entries: Sequence[Entry], *, elsewhere: Sequence[Entry] = ()) -> list[Choice]:
        """The entries that are meant, in their order; a name that is no entry's means files inside layers.

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
        all_of_them = [entry for entry in (*entries, *elsewhere) if entry.section in clause.sections]
        inner = {name for name in clause.names or () if not any(clause.matches(entry, name) for entry in all_of_them)}
        if not clause.takes_kitfile and (not all_of_them or (clause.is_strict and inner == set(clause.names or (0,)))):
            raise nothing_matches(clause.text, [*entries, *elsewhere])
        for at, entry in enumerate(entries):
            if clause.selects(entry):
                patterns[at] = None
            elif entry.section in clause.sections and inner and not clause.is_strict:
                known = patterns.setdefault(at, set())
                if known is not None:
                    known |= inner


def parse(texts: Iterable[str], *, strict: bool = False) -> Filters:
    """Read filters. Raises FilterInvalid."""
    return Filters(tuple(_clause(text, strict) for text in texts))


def nothing_matches(text: str, entries: Sequence[Entry]) -> FilterInvalid:
    """The error for a filter that matches nothing; it lists what there is."""
    there = [f"{_type_of(entry)}:{entry.name or entry.path}" for entry in entries]
    return FilterInvalid(
        f"--filter {text} matches nothing in this kit", hint=f"it has {', '.join(['kitfile', *there])}"
    )


def _type_of(entry: Entry) -> str:
    return next(name for name, sections in _TYPES.items() if entry.section in sections)


def _clause(text: str, strict: bool) -> _Clause:
    if strict and text.count(":") > 1:
        raise FilterInvalid(f"--filter {text!r}: names cannot have a colon", hint="--filter TYPES[:NAMES]")
    types, colon, names = text.partition(":")
    sections: list[str] = []
    takes_kitfile = is_notebook = False
    for word in types.split(","):
        known = word if strict else _ALIASES.get(word.strip().lower(), word.strip().lower())
        if known not in _TYPES:
            raise FilterInvalid(
                f"--filter {text!r}: {word.strip()!r} is no type", hint=f"the types are {', '.join(_TYPES)}"
            )
        takes_kitfile |= known == "kitfile"
        is_notebook |= not strict and word.strip().lower().startswith("notebook")
        sections += _TYPES[known]
    wanted = tuple(name if strict else name.strip() for name in names.split(",")) if colon else None
    if is_notebook and wanted is None:
        wanted = (_NOTEBOOKS,)
    return _Clause(text, tuple(sections), wanted, takes_kitfile, strict)


@functools.lru_cache(256)
def _glob(pattern: str) -> re.Pattern[str]:
    """A pattern over names; `*` does not stop at a slash, so that `train/*` means all below."""
    return re.compile(fnmatch.translate(pattern.strip("/") or pattern))
