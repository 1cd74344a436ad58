"""Jobs and the events that report on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kitops_jupyter.server.wire.error import Error
from kitops_jupyter.server.wire.line import Line

JobKind = Literal["pull", "unpack", "push", "pack", "copy", "index"]
JobState = Literal["waiting", "running", "done", "cancelled", "failed"]


@dataclass(frozen=True)
class JobItem:
    name: str
    done_bytes: int
    total_bytes: int | None
    state: str
    note: str


@dataclass(frozen=True)
class JobResult:
    """What came of a job: `files` of `size_bytes` together that were written, packed or indexed, or what a copy of a
    whole kit moved, and what of it was there already.
    """

    digest: str
    files: int
    size_bytes: int
    moved_bytes: int
    here_bytes: int
    directory: str
    text: str


@dataclass(frozen=True)
class Job:
    """`destination` is the name of a kit that is pushed or copied under another one than `reference`, else ""."""

    id: str
    seq: int
    kind: JobKind
    title: str
    reference: str
    destination: str
    command: Line
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
class JobProgress:
    id: str
    state: JobState
    done_bytes: int
    total_bytes: int | None


@dataclass(frozen=True)
class JobEvent:
    """What the event bus carries: that a job changed. `GET jobs` is the truth; `seq` orders the events of an epoch."""

    epoch: str
    seq: int
    job: JobProgress
