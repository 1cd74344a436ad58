"""What a person sees of a result, before it is text or HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under column names; a column named `size` gets bars in HTML."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A title, facts (name, value), tables, a block of text, then what to know and what to worry about."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()
    text: str = ""
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
