"""What the server answers and reports, as dataclasses; `labextension/src/wire.ts` is generated from them.

Names are snake_case on both sides. Sizes are bytes, times ISO 8601 in UTC or "", paths posix and relative to the
server's root ("" is the root itself).
"""

from kitops_jupyter.server.wire.deeds import (
    ConflictingPath,
    Done,
    KeptTag,
    PackCheck,
    PackLayer,
    Problem,
    PromotionPlan,
    PullCheck,
    Removed,
    TagMove,
    Validated,
)
from kitops_jupyter.server.wire.error import Error
from kitops_jupyter.server.wire.jobs import Job, JobEvent, JobItem, JobKind, JobList, JobProgress, JobResult, JobState
from kitops_jupyter.server.wire.kits import (
    Change,
    DiffFile,
    DiffRow,
    DiffView,
    FilePage,
    FileRow,
    HistoryRow,
    KitView,
    LayerRow,
    LocalList,
    LocalRepository,
    LocalTag,
    NotebookView,
    Page,
    RegistryCheck,
    RegistryRow,
    Status,
    Summary,
)
from kitops_jupyter.server.wire.line import Line

__all__ = [
    "Change",
    "ConflictingPath",
    "DiffFile",
    "DiffRow",
    "DiffView",
    "Done",
    "Error",
    "FilePage",
    "FileRow",
    "HistoryRow",
    "Job",
    "JobEvent",
    "JobItem",
    "JobKind",
    "JobList",
    "JobProgress",
    "JobResult",
    "JobState",
    "KeptTag",
    "KitView",
    "LayerRow",
    "Line",
    "LocalList",
    "LocalRepository",
    "LocalTag",
    "NotebookView",
    "PackCheck",
    "PackLayer",
    "Page",
    "Problem",
    "PromotionPlan",
    "PullCheck",
    "RegistryCheck",
    "RegistryRow",
    "Removed",
    "Status",
    "Summary",
    "TagMove",
    "Validated",
]
