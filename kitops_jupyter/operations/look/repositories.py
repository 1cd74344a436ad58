"""`kit list REGISTRY`: the repositories of a registry."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from kitops_jupyter import targets
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

SHOWN_LIMIT = 1000  # a catalog may have a million names, and nobody reads them


@dataclass(frozen=True, slots=True)
class RepositoriesResult(Result):
    """Names of repositories, without their registry's, as the registry sorts them; `is_complete` if these are all."""

    registry: str
    repositories: tuple[str, ...]
    is_complete: bool


def list_repositories(
    registry: str,
    *,
    limit: int = SHOWN_LIMIT,
    connection: Connection | None = None,
    settings: Settings | None = None,
) -> RepositoriesResult:
    """The first `limit` repositories of a registry that has a catalog, as not every one does.

    Raises Unauthorized, RegistryError (also for one that does not list them). Source: `_catalog` of the API before OCI.
    """
    with targets.registry(registry, settings or Settings.load(), connection) as opened:
        names = tuple(islice(opened.catalog(), limit + 1))
    return RepositoriesResult(registry, names[:limit], len(names) <= limit)
