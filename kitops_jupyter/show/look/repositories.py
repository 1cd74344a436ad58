"""`kit list REGISTRY`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.look.repositories import RepositoriesResult
from kitops_jupyter.show.cards import Card, Table
from kitops_jupyter.show.results import card_of, text_of
from kitops_jupyter.sizes import counted


@text_of.register
def _text_of_repositories(result: RepositoriesResult) -> str:
    return "\n".join(f"{result.registry}/{name}" for name in result.repositories)


@card_of.register
def _card_of_repositories(result: RepositoriesResult) -> Card:
    count = counted(len(result.repositories), "repository", "repositories")
    return Card(
        title=f"{count}{'' if result.is_complete else ' and more'} in {result.registry}",
        tables=(Table(("repository",), tuple((f"{result.registry}/{name}",) for name in result.repositories)),),
        notes=(f"kit list {result.registry}/REPOSITORY lists its tags",),
    )
