"""Every question that the panel can ask: how, with which fields, what is answered, and who answers.

A new route is a line here, a dataclass in `bodies` and one in `wire`, and its view: the handlers and the panel's client
(`labextension/src/wire.ts`) follow from this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import UnionType
from typing import Any, Generic, Literal, TypeVar

from kitops_jupyter.server import bodies, compare_bodies, deeds, previews, wire
from kitops_jupyter.server.services import Services
from kitops_jupyter.server.views import (
    compared,
    disk,
    files,
    finding,
    history,
    kit,
    local,
    reading,
    registries,
    snapshot,
)

B = TypeVar("B")
A = TypeVar("A")
NOTHING = type(None)


@dataclass(frozen=True)
class Route(Generic[B, A]):
    """One question. `{id}` in the path is a field of `asks`; `answer` is a dataclass, a list of one, or no content.

    The view runs in a thread, or on the loop (`on_loop`) where it neither waits nor reads: the threads may all be
    waiting for registries that are silent.
    """

    name: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    asks: type[B] | UnionType
    answer: type[A]
    view: Callable[[B, Services], A]
    status: int = 200
    on_loop: bool = False

    @property
    def is_question(self) -> bool:
        """Whether it changes nothing, so that it is given up when nobody waits for the answer."""
        return self.method == "GET" or self.path.startswith("check/")


def alone(view: Callable[[B], A]) -> Callable[[B, Services], A]:
    """A view that needs nothing but the question."""
    return lambda asked, _: view(asked)


def _limit(asked: bodies.Limits, our: Services) -> None:
    our.jobs.turns.at_once = asked.transfers_at_once


_START: Route[bodies.JobRequest, wire.Job] = Route(
    "start_job",
    "POST",
    "jobs",
    bodies.JobRequest,
    wire.Job,
    lambda asked, our: our.jobs.start(our.tasks.make(asked)),
    status=201,
)

ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        "status",
        "GET",
        "status",
        bodies.Nothing,
        wire.Status,
        lambda _, our: registries.status(our.jobs.epoch, our.root.folder),
    ),
    Route(
        "add_registry",
        "POST",
        "registries",
        bodies.RegistryEntry,
        wire.RegistryRow,
        lambda asked, our: deeds.add_registry(asked, our.root),
        status=201,
    ),
    Route(
        "check_registry",
        "POST",
        "check/registry",
        bodies.RegistryEntry,
        wire.RegistryCheck,
        lambda asked, our: deeds.try_registry(asked, our.root),
    ),
    Route("remove_registry", "DELETE", "registries", bodies.RemoveRegistry, NOTHING, alone(deeds.forget_registry)),
    Route("local", "GET", "local", bodies.Nothing, wire.LocalList, lambda _, our: local.local()),
    Route(
        "repositories",
        "GET",
        "repositories",
        bodies.ListRepositories,
        wire.Page,
        lambda asked, our: our.names.repositories(asked.registry, asked.after, asked.limit),
    ),
    Route(
        "tags",
        "GET",
        "tags",
        bodies.ListTags,
        wire.Page,
        lambda asked, our: our.names.tags(asked.repository, asked.after, asked.limit),
    ),
    Route("search", "GET", "search", bodies.Search, wire.SearchPage, lambda asked, our: our.searches.page(asked)),
    Route("summaries", "POST", "summaries", bodies.References, list[wire.Summary], alone(history.summaries)),
    Route("kit", "GET", "kit", bodies.ShowKit, wire.KitView, alone(kit.kit)),
    Route("files", "GET", "files", bodies.ListFiles, wire.FilePage, lambda asked, our: our.listings.page(asked)),
    Route(
        "find_files",
        "GET",
        "files/found",
        bodies.FindFiles,
        wire.FoundFiles,
        lambda asked, our: finding.find_files(asked, our.listings),
    ),
    Route("notebook", "GET", "notebook", bodies.ReadFile, wire.NotebookView, alone(files.notebook)),
    Route("preview", "GET", "preview", bodies.ReadFile, wire.FilePreview, alone(reading.preview)),
    Route(
        "readme",
        "GET",
        "readme",
        bodies.ShowKit,
        wire.FilePreview,
        lambda asked, our: reading.readme(asked, our.listings),
    ),
    Route(
        "snapshot",
        "GET",
        "snapshot",
        bodies.OneNotebook,
        wire.Snapshot,
        lambda asked, our: snapshot.snapshot(asked, our.root),
    ),
    Route(
        "diff",
        "GET",
        "diff",
        compare_bodies.Compare,
        wire.DiffView,
        lambda asked, our: our.comparisons.whole(asked, our.root),
    ),
    Route(
        "diff_file",
        "GET",
        "diff/file",
        compare_bodies.CompareFile,
        wire.DiffFile,
        lambda asked, our: our.comparisons.inside(asked, our.root),
    ),
    Route(
        "diff_read",
        "GET",
        "diff/read",
        compare_bodies.OneComparison,
        wire.Comparing,
        lambda asked, our: our.comparisons.read(asked),
        on_loop=True,
    ),
    Route(
        "compare_tags",
        "GET",
        "compare",
        compare_bodies.CompareTags,
        wire.ComparePage,
        lambda asked, our: compared.page(asked, our.names),
    ),
    Route(
        "compare_series",
        "GET",
        "compare/series",
        compare_bodies.CompareSeries,
        list[wire.KitSeries],
        alone(compared.series),
    ),
    Route("history", "GET", "history", bodies.ShowHistory, list[wire.HistoryRow], alone(history.history)),
    Route(
        "check_pull",
        "POST",
        "check/pull",
        bodies.CheckPull,
        wire.PullCheck,
        lambda asked, our: previews.check_pull(asked, our.root),
    ),
    Route(
        "check_pack",
        "POST",
        "check/pack",
        bodies.CheckPack,
        wire.PackCheck,
        lambda asked, our: previews.check_pack(asked, our.root),
    ),
    Route(
        "jobs",
        "GET",
        "jobs",
        bodies.ListJobs,
        wire.JobList,
        lambda asked, our: our.jobs.list(asked.since, asked.epoch),
        on_loop=True,
    ),
    _START,
    Route("end_job", "DELETE", "jobs/{id}", bodies.OneJob, NOTHING, lambda asked, our: our.jobs.end(asked.id)),
    Route(
        "retry_job",
        "POST",
        "jobs/{id}/retry",
        bodies.OneJob,
        wire.Job,
        lambda asked, our: our.jobs.retry(asked.id, our.tasks.make),
        status=201,
    ),
    Route("limit", "POST", "limits", bodies.Limits, NOTHING, _limit, on_loop=True),
    Route("login", "POST", "login", bodies.Login, wire.RegistryRow, alone(deeds.sign_in)),
    Route("logout", "POST", "logout", bodies.Logout, NOTHING, alone(deeds.sign_out)),
    Route("tag", "POST", "tag", bodies.Tag, wire.Done, alone(deeds.tag_kit)),
    Route("plan_promotion", "GET", "promotion", bodies.Promote, wire.PromotionPlan, alone(deeds.plan_promotion)),
    Route("promote", "POST", "promote", bodies.Promote, wire.Done, alone(deeds.promote_kit)),
    Route("remove", "POST", "remove", bodies.Remove, wire.Removed, alone(deeds.remove_kits)),
    Route("disk_use", "GET", "disk", bodies.Nothing, wire.DiskUse, lambda _, our: disk.use_of_disk()),
    Route("clean_up", "POST", "disk", bodies.CleanUp, wire.Freed, alone(disk.clean_up)),
    Route("validate", "POST", "validate", bodies.Validate, wire.Validated, alone(deeds.validate_text)),
)
