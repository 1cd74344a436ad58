"""`kit promote --dry-run`: what its result looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kitops_jupyter.content import Digest
from kitops_jupyter.manifest import subject_of
from kitops_jupyter.operations.transfer.promotion_notes import Moved
from kitops_jupyter.operations.transfer.promotion_plan import PromotionPlan
from kitops_jupyter.show.cards import Card, Cell, Code, Table
from kitops_jupyter.show.results import card_of

_NO_MESSAGES: Mapping[Digest, str] = {}


@card_of.register
def _card_of_plan(plan: PromotionPlan) -> Card:
    kept = tuple((each.tag, short(each.digest), each.reason) for each in plan.kept)
    return Card(
        title=f"{'Would move tags of' if plan.moves else 'Nothing to move in'} {plan.reference.shown_name}",
        tables=(
            *moves_table(("tag", "names", "would name"), plan.moves, plan.messages),
            *((Table(("tag", "keeps naming", "because"), kept),) if kept else ()),
        ),
        notes=("a dry run moves nothing",),
    )


def moves_table(
    columns: Sequence[str], moves: Sequence[Moved], messages: Mapping[Digest, str] = _NO_MESSAGES
) -> tuple[Table, ...]:
    """What each tag names before and after, and the message of the kit that it names then, if one of them has one.

    There is no table for no moves.
    """
    told = [subject_of(messages.get(move.after, "")) if move.after else "" for move in moves]
    rows = [(move.tag, short(move.before), short(move.after)) for move in moves]
    if any(told):
        with_message = tuple((*row, message) for row, message in zip(rows, told, strict=True))
        return (Table((*columns, "message"), with_message),)
    return (Table(columns, tuple(rows)),) if rows else ()


def short(digest: Digest | None) -> Cell:
    """A digest for people; a dash for nothing."""
    return Code(digest.short) if digest else "–"
