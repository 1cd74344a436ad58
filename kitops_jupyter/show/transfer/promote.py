"""`kit promote`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.transfer.promote import PromoteResult
from kitops_jupyter.show.cards import Card
from kitops_jupyter.show.results import card_of
from kitops_jupyter.show.transfer.promotion_plan import moves_table, short


@card_of.register
def _card_of_promote(result: PromoteResult) -> Card:
    can_undo = bool(result.moved) and not result.is_undo
    stays = [f"{each.tag} stays, and names {short(each.digest)}: {each.reason}" for each in result.kept]
    return Card(
        title=f"{'Moved tags of' if result.moved else 'Nothing to move in'} {result.reference.shown_name}",
        tables=moves_table(("tag", "before", "now"), result.moved),
        notes=(*(("--undo restores the tags",) if can_undo else ()), *stays),
    )
