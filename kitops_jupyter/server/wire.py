"""What travels between the panel and the server, as dataclasses; `labextension/src/wire.ts` is made from them.

Names are snake_case on both sides. Sizes are bytes, times ISO 8601 in UTC or "", paths posix and relative to the
server's root ("" is the root itself).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Change = Literal["added", "removed", "changed", "same"]
JobKind = Literal["pull", "push", "pack", "unpack", "copy", "remove"]
JobState = Literal["waiting", "running", "done", "cancelled", "failed"]


@dataclass(frozen=True)
class RegistryRow:
    name: str
    url: str
    plain_http: bool
    signed_in_as: str
    is_named: bool


@dataclass(frozen=True)
class Status:
    version: str
    epoch: str
    store: str
    browse_home: str
    registries: list[RegistryRow]
    default_repository: str
    extras: dict[str, bool]


@dataclass(frozen=True)
class LocalTag:
    tag: str
    reference: str
    digest: str
    size_bytes: int
    created: str
    kit_name: str
    problem: str


@dataclass(frozen=True)
class LocalRepository:
    name: str
    tags: list[LocalTag]


@dataclass(frozen=True)
class LocalList:
    stamp: str
    size_bytes: int
    repositories: list[LocalRepository]
    problems: list[str]


@dataclass(frozen=True)
class Page:
    items: list[str]
    next: str


@dataclass(frozen=True)
class Error:
    code: str
    message: str
    hint: str
    details: list[str]


@dataclass(frozen=True)
class Summary:
    reference: str
    digest: str
    size_bytes: int
    created: str
    kit_name: str
    is_local: bool
    layers_here: int
    layers: int
    error: Error | None


@dataclass(frozen=True)
class LayerRow:
    key: str
    section: str
    name: str
    path: str
    digest: str
    size_bytes: int
    media_type: str
    is_here: bool
    can_list: bool
    can_pick_files: bool
    filter: str
    remote_path: str


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
    layers: list[LayerRow]
    annotations: dict[str, str]
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
    items: list[FileRow]
    next: str
    total_files: int
    is_verified: bool


@dataclass(frozen=True)
class NotebookView:
    path: str
    size_bytes: int
    notebook: dict[str, object]
    is_verified: bool


@dataclass(frozen=True)
class DiffRow:
    section: str
    name: str
    path: str
    change: Change
    a_size: int
    b_size: int
    a_digest: str
    b_digest: str


@dataclass(frozen=True)
class DiffFile:
    path: str
    layer: str
    change: Change
    a_size: int
    b_size: int


@dataclass(frozen=True)
class DiffView:
    a: str
    b: str
    layers: list[DiffRow]
    files: list[DiffFile]
    kitfile: str
    truncated: bool


@dataclass(frozen=True)
class HistoryRow:
    tag: str
    digest: str
    created: str
    size_bytes: int
    kit_name: str
    problem: str


@dataclass(frozen=True)
class PullCheck:
    moved_bytes: int
    here_bytes: int
    files: int
    conflicts: list[str]
    command: str
    beside: str
    beside_command: str


@dataclass(frozen=True)
class PackLayer:
    section: str
    name: str
    path: str
    files: int
    size_bytes: int


@dataclass(frozen=True)
class Problem:
    line: int
    column: int
    field: str
    message: str
    hint: str


@dataclass(frozen=True)
class PackCheck:
    kitfile: str
    is_proposed: bool
    layers: list[PackLayer]
    left_out: list[list[str]]
    warnings: list[str]
    problems: list[Problem]
    command: str


@dataclass(frozen=True)
class JobItem:
    name: str
    done_bytes: int
    total_bytes: int | None
    state: str
    note: str


@dataclass(frozen=True)
class JobResult:
    digest: str
    moved_bytes: int
    here_bytes: int
    directory: str
    files: int
    text: str


@dataclass(frozen=True)
class Job:
    id: str
    seq: int
    kind: JobKind
    title: str
    reference: str
    command: str
    state: JobState
    started: str
    ended: str
    done_bytes: int
    total_bytes: int | None
    bytes_per_s: int
    items: list[JobItem]
    result: JobResult | None
    error: Error | None


@dataclass(frozen=True)
class JobList:
    epoch: str
    seq: int
    jobs: list[Job]


@dataclass(frozen=True)
class Done:
    command: str
    text: str


@dataclass(frozen=True)
class Removed:
    freed_bytes: int
    references: list[str]
    text: str


@dataclass(frozen=True)
class Validated:
    accepted: bool
    problems: list[Problem]
    config: str
    yaml: str


# In the order in which they are written out.
TYPES: tuple[type, ...] = (
    RegistryRow,
    Status,
    LocalTag,
    LocalRepository,
    LocalList,
    Page,
    Error,
    Summary,
    LayerRow,
    KitView,
    FileRow,
    FilePage,
    NotebookView,
    DiffRow,
    DiffFile,
    DiffView,
    HistoryRow,
    PullCheck,
    PackLayer,
    Problem,
    PackCheck,
    JobItem,
    JobResult,
    Job,
    JobList,
    Done,
    Removed,
    Validated,
)
