"""What a person sees of a result, before it is text or HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kitops_jupyter.sizes import human_size


@dataclass(frozen=True, slots=True)
class Size:
    """A number of bytes: read as kit prints it, and drawn as a bar beside the other sizes of its column."""

    size_bytes: int

    def __str__(self) -> str:
        return human_size(self.size_bytes)


@dataclass(frozen=True, slots=True)
class Code:
    """Text in the font of code, such as a digest."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Number:
    """A number with at most six digits; the best of its column stands out."""

    value: float
    is_best: bool = False

    def __str__(self) -> str:
        return f"{self.value:.6g}{' *' if self.is_best else ''}"


@dataclass(frozen=True, slots=True)
class Lines:
    """A text of several lines, which stay lines as the value of a fact."""

    text: str

    def __str__(self) -> str:
        return self.text


Cell: TypeAlias = str | int | Size | Code | Number | Lines
"""What stands in a card: `str()` is its text; what it is says how HTML shows it, never what its text looks like."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names; numbers stand right, and the first column of sizes gets bars in HTML."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines of a unified diff, or a table, under a title; HTML shows it folded unless it `is_open`."""

    title: str
    lines: Sequence[str] = ()
    table: Table | None = None
    notes: Sequence[str] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Numbers in their order, each with a label; a picture in HTML, nothing in text."""

    name: str
    points: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Curves:
    """Several lines in one picture, each a label and its points (x, y); nothing in text."""

    name: str
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]]


@dataclass(frozen=True, slots=True)
class Card:
    """A title, facts (name, value), tables, plots, a block of text, folds, then what to know and to worry about."""

    title: str
    facts: Sequence[tuple[str, Cell]] = ()
    tables: Sequence[Table] = ()
    plots: Sequence[Plot | Curves] = ()
    text: str = ""
    folds: Sequence[Fold] = ()
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
