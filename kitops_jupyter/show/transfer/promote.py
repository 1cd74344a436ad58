"""`kit promote`: what its results look like."""

from __future__ import annotations

from collections.abc import Sequence

from kitops_jupyter.content import Digest
from kitops_jupyter.operations.transfer.promote import PromoteResult
from kitops_jupyter.operations.transfer.promotion_notes import Moved
from kitops_jupyter.operations.transfer.promotion_plan import Kept, PromotionPlan
from kitops_jupyter.show.cards import Card, Table
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_promote(result: PromoteResult) -> Card:
    can_undo = bool(result.moved) and not result.is_undo
    return Card(
        title=f"{'Moved tags of' if result.moved else 'Nothing to move in'} {result.reference.shown_name}",
        tables=_table(("tag", "before", "now"), result.moved),
        notes=(*(("--undo restores the tags",) if can_undo else ()), *_stay(result.kept)),
    )


@card_of.register
def _card_of_plan(plan: PromotionPlan) -> Card:
    return Card(
        title=f"{'Would move tags of' if plan.moves else 'Nothing to move in'} {plan.reference.shown_name}",
        tables=_table(("tag", "names", "would name"), plan.moves),
        notes=("a dry run moves nothing", *_stay(plan.kept)),
    )


def _table(columns: Sequence[str], moves: Sequence[Moved]) -> tuple[Table, ...]:
    rows = tuple((move.tag, _short(move.before), _short(move.after)) for move in moves)
    return (Table(columns, rows),) if rows else ()


def _stay(kept: Sequence[Kept]) -> list[str]:
    return [f"{each.tag} stays, and names {_short(each.digest)}: {each.reason}" for each in kept]


def _short(digest: Digest | None) -> str:
    return digest.short if digest else "–"
