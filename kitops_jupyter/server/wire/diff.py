"""What the panel shows of two kits against each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Change = Literal["added", "removed", "changed", "same", "unknown"]


@dataclass(frozen=True)
class DiffRow:
    section: str
    path: str
    change: Change
    a_size: int
    b_size: int
    a_digest: str
    b_digest: str


@dataclass(frozen=True)
class DiffField:
    """A field of the Kitfile that differs, "" where it is not there; `difference` is that of two numbers."""

    name: str
    a: str
    b: str
    difference: float | None


@dataclass(frozen=True)
class DiffFold:
    """Lines as `diff -u` has them, or a table, under a title that is "" for the only fold of a file."""

    title: str
    lines: list[str]
    columns: list[str]
    rows: list[list[str]]
    notes: list[str]


@dataclass(frozen=True)
class DiffInside:
    """What differs inside a file; `summary` says it on one line."""

    summary: str
    folds: list[DiffFold]


@dataclass(frozen=True)
class DiffFile:
    """A file that differs. Without `inside` it was not looked into yet, or `why` says why that is not possible.

    Where the limit of what is downloaded ended it, `would_move_bytes` is what comparing all of it would download.
    """

    path: str
    change: Change
    a_size: int
    b_size: int
    inside: DiffInside | None
    why: str
    would_move_bytes: int


@dataclass(frozen=True)
class DiffView:
    """From `a` to `b`. `kitfile` has the lines of `diff -u` without the two that name files.

    `parameters` are metrics and parameters by value. What could not be compared for little is in `warnings`, and in
    the files that are `unknown`.
    """

    a: str
    b: str
    layers: list[DiffRow]
    files: list[DiffFile]
    parameters: list[DiffField]
    kitfile: str
    truncated: bool
    warnings: list[str]


@dataclass(frozen=True)
class Comparing:
    """How many bytes a comparison has read, and whether it still runs."""

    read_bytes: int
    is_running: bool
