"""`kit promote`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.transfer.promote import PromoteResult
from kitops_jupyter.show.cards import Card, Code, Table
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_promote(result: PromoteResult) -> Card:
    rows = tuple(
        (move.tag, Code(move.before.short) if move.before else "–", Code(move.after.short)) for move in result.moved
    )
    return Card(
        title=f"{'Moved tags of' if rows else 'Nothing to move in'} {result.reference.shown_name}",
        tables=(Table(("tag", "before", "now"), rows),) if rows else (),
        notes=("--undo puts the tags back",) if rows else (),
    )
