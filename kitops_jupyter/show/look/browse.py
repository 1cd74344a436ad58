"""`kit browse`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.look.browse import BrowseResult
from kitops_jupyter.show.cards import Card, Table
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_browse(result: BrowseResult) -> Card:
    more = result.count - len(result.rows)
    return Card(
        title=result.title,
        tables=(Table(("name", ""), result.rows),) if result.rows else (),
        notes=(*((f"and {more:,} more",) if more else ()), result.hint),
    )
