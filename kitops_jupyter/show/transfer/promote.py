"""`kit promote`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.lines import command
from kitops_jupyter.operations.transfer.promote import PromoteResult
from kitops_jupyter.show.cards import Card
from kitops_jupyter.show.results import card_of
from kitops_jupyter.show.transfer.promotion_plan import moves_table, short


@card_of.register
def _card_of_promote(result: PromoteResult) -> Card:
    undo = ""
    if result.moved and not result.is_undo:
        undo = command("promote", str(result.reference), "--to", result.moved[-1].tag, "--undo")
    stays = [f"{each.tag} stays, and names {short(each.digest)}: {each.reason}" for each in result.kept]
    return Card(
        title=f"{'Moved tags of' if result.moved else 'Nothing to move in'} {result.reference.shown_name}",
        tables=moves_table(("tag", "before", "now"), result.moved),
        notes=(*((f"{undo} restores the tags",) if undo else ()), *stays),
    )
