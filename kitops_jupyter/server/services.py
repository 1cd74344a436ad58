"""What the routes of one server share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from kitops_jupyter.server.jobs import Jobs
from kitops_jupyter.server.paths import Root
from kitops_jupyter.server.tasks import Tasks
from kitops_jupyter.server.views.diff import Comparisons
from kitops_jupyter.server.views.files import Listings
from kitops_jupyter.server.views.registries import Names
from kitops_jupyter.server.views.search import Searches
from kitops_jupyter.server.workers import Workers

# Threads that answer requests; each may be waiting for a registry that is silent.
THREADS = 16


@dataclass(frozen=True)
class Services:
    """`workers` do what would stop the loop."""

    root: Root
    jobs: Jobs
    tasks: Tasks
    workers: Workers
    names: Names = field(default_factory=Names)
    listings: Listings = field(default_factory=Listings)
    comparisons: Comparisons = field(default_factory=Comparisons)

    @cached_property
    def searches(self) -> Searches:
        """Searches over the lists that `names` has."""
        return Searches(self.names)
