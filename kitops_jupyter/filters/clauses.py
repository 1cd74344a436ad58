"""One `--filter` as it is read, and what it selects of the entries of a Kitfile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kitops_jupyter.disk import clean_path, is_notebook
from kitops_jupyter.errors import FilterInvalid
from kitops_jupyter.filters.names import Names, Pattern, folded
from kitops_jupyter.kitfile import Entry

TYPES: dict[str, tuple[str, ...]] = {
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
EXCLUSION = "!"
NAMED_BY_PATH_ONLY = ("code", "docs")
_COMMA = re.compile(r"(?<!\[),|,(?!\])")  # `[,]` is a comma of a name


@dataclass(frozen=True, slots=True)
class Clause:
    """One `--filter`: sections, each with names; None is all of them. Notebooks are also meant inside of layers."""

    text: str
    names: Mapping[str, tuple[str, ...] | None] = field(hash=False)
    takes_kitfile: bool = False
    is_strict: bool = False
    notebooks: tuple[str, ...] = ()
    is_exclusion: bool = False


def read_clause(text: str, strict: bool) -> Clause:
    """Read one filter. Raises FilterInvalid."""
    if strict and text.count(":") > 1:
        raise FilterInvalid(f"--filter {text!r}: names cannot contain a colon", hint="--filter TYPES[:NAMES]")
    is_exclusion = not strict and text.lstrip().startswith(EXCLUSION)
    types, colon, listed = (text.lstrip().removeprefix(EXCLUSION) if is_exclusion else text).partition(":")
    split = listed.split(",") if strict else [name.strip() for name in _COMMA.split(listed)]
    wanted = tuple(split) if colon else None
    notebooks: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...] | None] = {}
    takes_kitfile = False
    for word in types.split(","):
        plain = word if strict else word.strip().lower()
        known = plain if strict else _ALIASES.get(plain, plain)
        if known not in TYPES:
            raise FilterInvalid(
                f"--filter {text!r}: {word.strip()!r} is not a type", hint=f"the types are {', '.join(TYPES)}"
            )
        takes_kitfile |= known == "kitfile"
        if known != plain and known == "code":
            notebooks = tuple(name if is_notebook(name) else f"{name}.ipynb" for name in wanted or ("*",))
        else:
            names.update(dict.fromkeys(TYPES[known], wanted))
    if notebooks:
        known_code = names.get("code", ())
        names["code"] = None if known_code is None else (*known_code, *notebooks)
    return Clause(text, names, takes_kitfile, strict, notebooks, is_exclusion)


def type_of(section: str) -> str:
    """The type that selects a section of the Kitfile, as kit spells it."""
    return next(name for name, sections in TYPES.items() if section in sections)


class Selection:
    """What any of several clauses selects, of whatever kit."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self.clauses = tuple(clauses)
        self.takes_kitfile = any(clause.takes_kitfile for clause in self.clauses)
        sections = {section for clause in self.clauses for section in clause.names}
        self._sections = {section: _Names(section, self.clauses) for section in sections}

    def selects(self, entry: Entry) -> bool:
        """Whether the whole entry is selected, by its section, name or path."""
        names = self._sections.get(entry.section)
        return names is not None and names.mean(entry)

    def inside(self, entries: Sequence[Entry]) -> dict[str, set[str]]:
        """By section, the names that are no entry's: they mean files inside layers.

        Raises FilterInvalid, with what there is, for a clause that can match nothing.
        """
        sections = {entry.section for entry in entries}
        known: dict[str, _Known] = {section: _Known(section, entries) for section in sections}
        found: dict[str, set[str]] = {}
        for clause in self.clauses:
            is_meant = clause.takes_kitfile
            for section, names in clause.names.items():
                inner = _inner(clause, names or (), known)
                is_meant |= section in known and (
                    names is None or bool(inner) or any(known[section].has(name, clause.is_strict) for name in names)
                )
                found.setdefault(section, set()).update(inner)
            if not is_meant:
                raise nothing_matches(clause.text, entries)
        return found


def _inner(clause: Clause, names: Iterable[str], known: Mapping[str, _Known]) -> list[str]:
    """Those of the names that mean no entry of any of the clause's sections, and notebooks in any case."""
    if clause.is_strict:
        return []
    there = [known[section] for section in clause.names if section in known]
    return [name for name in names if name in clause.notebooks or not any(each.has(name, False) for each in there)]


class _Names:
    """The names that clauses have for one section."""

    def __init__(self, section: str, clauses: Iterable[Clause]) -> None:
        mine = [clause for clause in clauses if section in clause.names]
        self._is_all = any(clause.names[section] is None for clause in mine)
        self._exact = {name for clause in mine for name in clause.names[section] or ()}
        friendly = {name for clause in mine if not clause.is_strict for name in clause.names[section] or () if name}
        self._clean = {clean_path(name) for name in friendly}
        self._patterns = Names(friendly)

    def mean(self, entry: Entry) -> bool:
        return (
            self._is_all
            or not self._exact.isdisjoint(_texts_of(entry))
            or entry.clean_path in self._clean
            or any(map(self._patterns.match, (entry.name, entry.clean_path)))
        )


class _Known:
    """The entries of one section, to be asked whether a name means one of them."""

    def __init__(self, section: str, entries: Iterable[Entry]) -> None:
        mine = [entry for entry in entries if entry.section == section]
        self._exact = {text for entry in mine for text in _texts_of(entry)}
        self._clean = {entry.clean_path for entry in mine}
        self._names = {text for entry in mine for text in (entry.name, entry.clean_path)}
        self._folded = {folded(text) for text in self._names}

    def has(self, name: str, is_strict: bool) -> bool:
        if name in self._exact or is_strict or not name:
            return name in self._exact
        if clean_path(name) in self._clean:
            return True
        pattern = Pattern(name)
        return pattern.head in self._folded if pattern.is_plain else any(map(pattern.match, self._names))


def _texts_of(entry: Entry) -> tuple[str, ...]:
    return (entry.path,) if entry.section in NAMED_BY_PATH_ONLY else (entry.name, entry.path)


_SHOWN_LIMIT = 20  # entries of a kit that an error lists


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
    named = entry.name if entry.section not in NAMED_BY_PATH_ONLY else ""
    by_path = f" or {type_of(entry.section)}:{entry.path}" if named and entry.path not in ("", named) else ""
    return f"{type_of(entry.section)}:{named or entry.path}{by_path}"
