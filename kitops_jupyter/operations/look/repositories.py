"""`kit list REGISTRY`: the repositories of a registry."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from kitops_jupyter import targets
from kitops_jupyter.cards import Card, Table
from kitops_jupyter.operations.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

SHOWN_LIMIT = 1000  # a catalog may have a million names, and nobody reads them


@dataclass(frozen=True, slots=True)
class RepositoriesResult(Result):
    """Names of repositories, without their registry's, as the registry sorts them; `is_complete` if these are all."""

    registry: str
    repositories: tuple[str, ...]
    is_complete: bool

    def __str__(self) -> str:
        return "\n".join(f"{self.registry}/{name}" for name in self.repositories)

    def card(self) -> Card:
        count = f"{len(self.repositories)}{'' if self.is_complete else ' and more'}"
        return Card(
            title=f"{count} repositories in {self.registry}",
            tables=(Table(("repository",), tuple((f"{self.registry}/{name}",) for name in self.repositories)),),
            notes=(f"kit list {self.registry}/REPOSITORY lists its tags",),
        )


def list_repositories(
    registry: str,
    *,
    limit: int = SHOWN_LIMIT,
    connection: Connection | None = None,
    settings: Settings | None = None,
) -> RepositoriesResult:
    """The first `limit` repositories of a registry that has a catalog, as not every one does.

    Raises Unauthorized, RegistryError (also for one that does not tell). Source: `_catalog` of the API before OCI.
    """
    with targets.registry(registry, settings or Settings.load(), connection) as place:
        names = tuple(islice(place.catalog(), limit + 1))
    return RepositoriesResult(registry, names[:limit], len(names) <= limit)
