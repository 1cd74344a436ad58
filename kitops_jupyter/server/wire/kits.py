"""What the panel shows of a kit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kitops_jupyter.operations.look.notebook_state import State


@dataclass(frozen=True)
class LayerRow:
    """`size_bytes` is what is stored, `file_bytes` what its one file has: null for an archive, whose list tells."""

    key: str
    section: str
    name: str
    path: str
    digest: str
    size_bytes: int
    file_bytes: int | None
    media_type: str
    is_here: bool
    can_list: bool
    can_pick_files: bool
    filter: str
    remote_path: str


@dataclass(frozen=True)
class Parameter:
    """`name` has dots where the Kitfile has levels."""

    name: str
    value: str


@dataclass(frozen=True)
class EntryFacts:
    """What the Kitfile says of one entry beside its name and path."""

    section: str
    name: str
    path: str
    facts: dict[str, str]
    parameters: list[Parameter]


@dataclass(frozen=True)
class KitView:
    reference: str
    digest: str
    size_bytes: int
    created: str
    kit_name: str
    kit_version: str
    description: str
    authors: list[str]
    license: str
    is_local: bool
    kitfile_yaml: str
    entries: list[EntryFacts]
    layers: list[LayerRow]
    annotations: dict[str, str]
    message: str
    tags: list[str]


@dataclass(frozen=True)
class FileRow:
    name: str
    path: str
    is_dir: bool
    size_bytes: int
    files: int
    filter: str


@dataclass(frozen=True)
class FilePage:
    """Names right below a folder; `total_files` and `total_bytes` are of all files of the layer."""

    items: list[FileRow]
    next: str
    total_files: int
    total_bytes: int
    is_verified: bool


@dataclass(frozen=True)
class FoundFile:
    """A file or folder, and the key of its layer."""

    key: str
    file: FileRow


@dataclass(frozen=True)
class Unlisted:
    """A layer that was not searched, and why."""

    key: str
    why: str


@dataclass(frozen=True)
class FoundFiles:
    """Some of `total` files that were found, with all folders that these are in; `total_bytes` are of all."""

    items: list[FoundFile]
    folders: list[FoundFile]
    total: int
    total_bytes: int
    unlisted: list[Unlisted]


@dataclass(frozen=True)
class NotebookView:
    path: str
    size_bytes: int
    notebook: dict[str, object]
    is_verified: bool


@dataclass(frozen=True)
class FilePreview:
    """A file, or its start, to look at: `text`, `rows` of a table, or a picture as base64 (`data`).

    `kind` "binary" and "large" have nothing to show. The path is "" if no README was found, and then `is_whole` says
    whether all of the kit was looked through.
    """

    key: str
    path: str
    size_bytes: int
    kind: Literal["text", "markdown", "table", "image", "binary", "large"]
    text: str
    rows: list[list[str]]
    media_type: str
    data: str
    is_whole: bool
    is_verified: bool


@dataclass(frozen=True)
class Snapshot:
    """A notebook's last pack from here; `reference` and `packed` are empty where none is known ("unknown").

    "outputs": the same cells with other outputs or metadata; "saved": written since, and too large to be compared.
    `place` is where the kit can be opened: one that was pushed while it was packed, or removed here, may be in its
    registry alone.
    """

    state: State
    reference: str
    packed: str
    place: Literal["store", "registry", "gone"]


@dataclass(frozen=True)
class CodeState:
    """The git commit that a kit was packed at; `is_dirty` is null if it is unknown whether files differed from it."""

    commit: str
    branch: str
    remote: str
    is_dirty: bool | None
    changed_files: int


@dataclass(frozen=True)
class CellsRan:
    """Of so many code cells of the packed notebook: those that ran as saved, and what else was found."""

    cells: int
    as_saved: int
    edited: int
    failed: int
    never_ran: int
    out_of_order: int
    gone: int


@dataclass(frozen=True)
class HistoryRow:
    """A tag; `can_undo` where a promotion from here moved it, and nobody did since. `metrics` are its numbers."""

    tag: str
    digest: str
    created: str
    size_bytes: int
    kit_name: str
    problem: str
    can_undo: bool
    message: str
    metrics: dict[str, float | None]
    code: CodeState | None
    ran: CellsRan | None
