"""Several filters together: what any of them selects, without what an exclusion names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kitops_jupyter.filters.clauses import NAMED_BY_PATH_ONLY, TYPES, Clause, Selection, read_clause
from kitops_jupyter.filters.names import Names
from kitops_jupyter.kitfile import Entry

_SHOWN_LIMIT = 10  # filters that an error names


@dataclass(frozen=True)
class Choice:
    """An entry that is wanted: whole, or only the files that one of `patterns` matches; none that `without` matches."""

    entry: Entry
    patterns: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every file of it is wanted."""
        return self.patterns is None and not self.without

    def takes(self, member: str) -> bool:
        """Whether this file of the layer is wanted; `member` is its name from the kit's top."""
        if self.is_whole:
            return True
        names = self._names_of(member)
        return (self.patterns is None or self._wanted.mean(names)) and not self._unwanted.mean(names)

    def _names_of(self, member: str) -> list[str]:
        """What the file may be called: from the kit's top, from the layer's, after the entry's name; its own last."""
        inner = member.removeprefix(self._folder)
        names = [member] if inner is member else [member, inner]
        if self._name and (inner is member or self._name != self._folder):
            names.append(f"{self._name}{inner}")
        return [*names, member.rpartition("/")[2]]

    @cached_property
    def _folder(self) -> str:
        return f"{self.entry.clean_path}/"

    @cached_property
    def _name(self) -> str:
        """Before a file's name, for `dataset:NAME/pattern`."""
        is_named = self.entry.name and self.entry.section not in NAMED_BY_PATH_ONLY
        return f"{self.entry.name}/" if is_named else ""

    @cached_property
    def _wanted(self) -> _Files:
        return _Files(self.patterns or ())

    @cached_property
    def _unwanted(self) -> _Files:
        return _Files(self.without)


class _Files:
    """Patterns for files: one with a slash is for paths, any other also for a file's own name, wherever it is."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._paths = Names(patterns)
        self._own = Names(pattern for pattern in patterns if "/" not in pattern.rstrip("/"))
        self._is_empty = not patterns

    def mean(self, names: Sequence[str]) -> bool:
        if self._is_empty:
            return False
        *paths, own = names
        return self._own.match(own) or any(map(self._paths.covers, paths))


@dataclass(frozen=True)
class Filters:
    """What any filter selects is meant, everything without one; what an exclusion names is never meant."""

    clauses: tuple[Clause, ...] = ()

    @cached_property
    def _meant(self) -> Selection:
        return Selection(clause for clause in self.clauses if not clause.is_exclusion)

    @cached_property
    def _left_out(self) -> Selection:
        return Selection(clause for clause in self.clauses if clause.is_exclusion)

    @property
    def is_empty(self) -> bool:
        """Whether everything is meant."""
        return not self.clauses

    @property
    def exclusions(self) -> Filters:
        """The exclusions alone: everything but what they name."""
        return Filters(self._left_out.clauses)

    @property
    def text(self) -> str:
        """For people: the filters, the first of many."""
        shown = [clause.text for clause in self.clauses[:_SHOWN_LIMIT]]
        more = len(self.clauses) - len(shown)
        return ", ".join([*shown, f"and {more} more"] if more else shown)

    @property
    def selects_kitfile(self) -> bool:
        """Whether the Kitfile itself is meant."""
        return (self._meant.takes_kitfile or not self._meant.clauses) and not self._left_out.takes_kitfile

    def selects(self, entry: Entry) -> bool:
        """Whether the entry is meant, by its section, name or path, at most without some of its files."""
        return (not self._meant.clauses or self._meant.selects(entry)) and not self._left_out.selects(entry)

    def narrowed_to_model(self) -> Filters | None:
        """For the kit that `model.path` refers to: only what may be its model; None when nothing of it is wanted."""
        if self._meant.clauses:
            kept = [_of_model(clause) for clause in self._meant.clauses if "model" in clause.names]
        else:
            kept = [Clause("model", dict.fromkeys(TYPES["model"]), is_strict=True)]
        if not kept:
            return None
        return Filters((*kept, *(_of_model(clause) for clause in self._left_out.clauses if "model" in clause.names)))

    def choose(self, entries: Sequence[Entry], *, elsewhere: Sequence[Entry] = ()) -> list[Choice]:
        """The entries that are meant, in their order; a name that is not an entry's means files inside layers.

        `elsewhere` are entries of other kits that a name may mean as well.
        Raises FilterInvalid, with what there is, for a filter that can match nothing.
        """
        everything = [*entries, *elsewhere]
        inside, left_out = self._meant.inside(everything), self._left_out.inside(everything)
        found = []
        for entry in entries:
            without = tuple(sorted(left_out.get(entry.section, ())))
            if self._left_out.selects(entry):
                continue
            if not self._meant.clauses or self._meant.selects(entry):
                found.append(Choice(entry, None, without))
            elif patterns := inside.get(entry.section):
                found.append(Choice(entry, tuple(sorted(patterns)), without))
        return found

    def choose_inherited(self, entries: Sequence[Entry], *, beside: Sequence[Entry] = ()) -> list[Choice]:
        """Of the entries of kits that this one builds on those that are meant themselves, with what is left of each.

        `beside` are the kit's own entries: their names mean no files inside these.
        """
        if not entries:
            return []
        left_out = self._left_out.inside([*entries, *beside])
        return [
            Choice(entry, None, tuple(sorted(left_out.get(entry.section, ()))))
            for entry in entries
            if self.selects(entry)
        ]


def _of_model(clause: Clause) -> Clause:
    return replace(clause, names={section: clause.names[section] for section in TYPES["model"]}, takes_kitfile=False)


def parse_filters(texts: Iterable[str], *, strict: bool = False) -> Filters:
    """Read filters. Raises FilterInvalid."""
    return Filters(tuple(read_clause(text, strict) for text in texts))
