"""What an action would do, and what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kitops_jupyter.server.wire.error import Error
from kitops_jupyter.server.wire.line import Line


@dataclass(frozen=True)
class ConflictingPath:
    """A path in the chosen folder that conflicts with the kit, and why."""

    path: str
    why: str


@dataclass(frozen=True)
class PullCheck:
    """What a pull would bring: `files` of `size_bytes` together, null where only a download tells of some part.

    `moved_bytes` are to download, `here_bytes` are those of layers in the local store. `conflicts` are the first of
    `conflict_count`; `beside` is a new folder that has none. `kind` is the job for it: a kit of the local store is
    unpacked, without its registry. Each command is the line of one answer to the conflicts.
    """

    kind: Literal["pull", "unpack"]
    files: int | None
    size_bytes: int | None
    moved_bytes: int
    here_bytes: int
    conflicts: list[ConflictingPath]
    conflict_count: int
    beside: str
    command: Line
    keep_command: Line
    overwrite_command: Line
    beside_command: Line


@dataclass(frozen=True)
class PackLayer:
    """`key` is SECTION:INDEX, as in the kit that is packed."""

    key: str
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
    """`kitfile` is without what was dropped; `kept` are keys whose entries cannot be taken out alone.

    `added` is the notebook's path, where the folder's Kitfile has no entry for it and `kitfile` now has one.
    Layers of more than `large_bytes` in all are more than most people mean to pack; `warnings` do not speak of it."""

    kitfile: str
    is_proposed: bool
    layers: list[PackLayer]
    left_out: list[list[str]]
    warnings: list[str]
    problems: list[Problem]
    command: Line
    kept: list[str]
    added: str
    large_bytes: int


@dataclass(frozen=True)
class Done:
    command: Line
    text: str


@dataclass(frozen=True)
class TagMove:
    """One tag: what it names, and what it will name, with that kit's message; "" for nothing."""

    tag: str
    before: str
    after: str
    message: str


@dataclass(frozen=True)
class KeptTag:
    """A tag that an undo leaves as it is, and why."""

    tag: str
    digest: str
    reason: str


@dataclass(frozen=True)
class PromotionPlan:
    moves: list[TagMove]
    kept: list[KeptTag]
    command: Line


@dataclass(frozen=True)
class NotRemoved:
    reference: str
    error: Error


@dataclass(frozen=True)
class Removed:
    """What went, or would go, and the ones that could not be removed, or looked at."""

    freed_bytes: int
    references: list[str]
    text: str
    failed: list[NotRemoved]


@dataclass(frozen=True)
class UntaggedKit:
    reference: str
    size_bytes: int
    created: str


@dataclass(frozen=True)
class DiskUse:
    """What takes space; `stamp` is of the kits without a tag, and `untagged_bytes` what removing them frees."""

    store: str
    store_bytes: int
    kits: int
    untagged: list[UntaggedKit]
    untagged_bytes: int
    cache: str
    cache_files: int
    cache_bytes: int
    stamp: str


@dataclass(frozen=True)
class Freed:
    freed_bytes: int


@dataclass(frozen=True)
class Validated:
    """`warnings` are accepted."""

    accepted: bool
    problems: list[Problem]
    warnings: list[Problem]
    config: str
    yaml: str
