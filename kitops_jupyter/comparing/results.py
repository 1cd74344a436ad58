"""What comparing inside a file finds: one type a kind of file, each with `kind` for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class TextChange:
    """Lines of a unified diff without the names of files: a blank begins a line that is the same, as in GNU diff.

    `added` and `removed` count all lines of the file; `cut` lines of the diff are not in `lines`.
    """

    lines: tuple[str, ...]
    added: int
    removed: int
    cut: int = 0
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that differs, by its path (`a.b[3]`), as JSON; None for no value. `difference` is after less before."""

    path: str
    before: str | None
    after: str | None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class ValuesChange:
    """Values of a JSON or YAML file that differ, the first of `total`; none where only the way of writing does."""

    values: tuple[ValueChange, ...]
    total: int
    kind: Literal["values"] = "values"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that differs; `before` and `after` are its places, from 1, None for a notebook that lacks it.

    `moved` says that its order among the others changed; `source` is None where the source did not.
    """

    cell_type: str
    before: int | None
    after: int | None
    source: TextChange | None
    outputs: bool
    metadata: bool
    moved: bool

    @property
    def change(self) -> Change:
        """What happened to it."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class NotebookChange:
    """Cells that differ, in their order; `same` cells do not, `cut` more are not in `cells`. `metadata` is the file's.

    Counts of executions are not compared.
    """

    cells: tuple[CellChange, ...]
    same: int
    metadata: tuple[ValueChange, ...]
    cut: int = 0
    kind: Literal["notebook"] = "notebook"


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column that differs: by its type, or in so many `values`; None where these could not be counted."""

    name: str
    change: Change
    before_type: str
    after_type: str
    values: int | None = None


@dataclass(frozen=True, slots=True)
class TableChange:
    """Rows of both tables, and the columns that differ. `same` columns do not; `unknown` ones were not compared.

    `added` and `removed` count whole rows, None where they were not counted. `note` says what else is known.
    """

    rows: tuple[int, int]
    columns: tuple[ColumnChange, ...]
    same: int
    unknown: int = 0
    added: int | None = None
    removed: int | None = None
    note: str = ""
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class TensorChange:
    """A tensor that differs. Shapes and types are empty where it is not there.

    Of one whose values differ: how many of its `elements` do, the largest difference, and the norm (L2) of all
    differences; None where they are not known, `not_finite` counts those that are left out of both. `changed_bytes`
    is None for another shape or type.
    """

    name: str
    change: Change
    before_dtype: str
    after_dtype: str
    before_shape: tuple[int, ...]
    after_shape: tuple[int, ...]
    changed_bytes: int | None = None
    elements: int | None = None
    norm: float | None = None
    largest: float | None = None
    not_finite: int = 0


@dataclass(frozen=True, slots=True)
class TensorsChange:
    """Tensors that differ, the first of `total`; `same` are the same, byte by byte. `metadata` is the file's own.

    `unknown` ones have the same shape and type, and were not compared: that would move `would_move_bytes`.
    """

    tensors: tuple[TensorChange, ...]
    same: int
    total: int
    metadata: tuple[ValueChange, ...] = ()
    unknown: int = 0
    would_move_bytes: int = 0
    kind: Literal["tensors"] = "tensors"


Content: TypeAlias = TextChange | ValuesChange | NotebookChange | TableChange | TensorsChange
