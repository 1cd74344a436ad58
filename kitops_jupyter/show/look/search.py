"""`kit search`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.lines import command
from kitops_jupyter.operations.look.search import SearchResult
from kitops_jupyter.show.cards import Card, Table
from kitops_jupyter.show.results import aside_of, card_of, text_of
from kitops_jupyter.sizes import counted


def _names(result: SearchResult) -> list[str]:
    return [
        name
        for each in result.found
        for place in [f"{result.registry}/{each.repository}"]
        for name in ([f"{place}:{tag}" for tag in each.tags] or [place])
    ]


@text_of.register
def _text_of_search(result: SearchResult) -> str:
    return "\n".join(_names(result))


@aside_of.register
def _aside_of_search(result: SearchResult) -> str:
    return "\n".join([_how_far(result), *result.problems])


@card_of.register
def _card_of_search(result: SearchResult) -> Card:
    names = _names(result)
    rows = tuple((name,) for name in names)
    return Card(
        title=f"{counted(len(names), 'name')} with {result.text} in {result.registry}",
        tables=(Table(("found",), rows),) if rows else (),
        notes=(_how_far(result),),
        warnings=result.problems,
    )


def _how_far(result: SearchResult) -> str:
    every = counted(result.repository_count, "repository", "repositories")
    looked = f"looked at the tags of {result.looked_at:,} of {every}"
    stopped = f" ({result.stopped})" if result.stopped else ""
    if not result.next:
        return looked + stopped
    further = command("search", result.registry, result.text, "--after", result.next)
    return f"{looked}{stopped}; {further} looks further"
