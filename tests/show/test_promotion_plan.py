"""What `kit promote --dry-run` shows: the moves in their order, and what an undo leaves where it is."""

from __future__ import annotations

from kitops_jupyter.content import Digest
from kitops_jupyter.operations.transfer.promotion_notes import Moved
from kitops_jupyter.operations.transfer.promotion_plan import Kept, PromotionPlan
from kitops_jupyter.reference import Reference

OLD, NEW = (Digest("sha256:" + char * 64) for char in "ab")
REFERENCE = Reference.parse("registry.example.com/team/churn:v2")


def rows(plan: PromotionPlan) -> list[list[str]]:
    """The words of every line that a terminal shows."""
    return [line.split() for line in str(plan).splitlines() if line]


def test_a_dry_run_shows_the_moves_in_their_order() -> None:
    moves = (Moved("rollback", None, OLD), Moved("champion", OLD, NEW))
    shown = rows(PromotionPlan(REFERENCE, moves))
    assert shown[2:4] == [["rollback", "–", OLD.short], ["champion", OLD.short, NEW.short]]
    assert shown[-1] == ["note:", "a", "dry", "run", "moves", "nothing"]


def test_a_dry_run_of_an_undo_shows_what_stays_and_why() -> None:
    plan = PromotionPlan(REFERENCE, (Moved("champion", NEW, OLD),), (Kept("rollback", NEW, "it was moved since"),))
    assert ["champion", NEW.short, OLD.short] in rows(plan)
    assert ["rollback", NEW.short, *["it", "was", "moved", "since"]] in rows(plan)


def test_a_dry_run_says_when_nothing_would_move() -> None:
    plan = PromotionPlan(REFERENCE, (), (Kept("champion", None, "it was moved since"),))
    assert str(plan).startswith("Nothing to move in registry.example.com/team/churn\n")
    assert ["champion", "–", *["it", "was", "moved", "since"]] in rows(plan)


def test_a_dry_run_says_why_the_kits_were_packed_if_one_of_them_says_it() -> None:
    moves = (Moved("rollback", None, OLD), Moved("champion", OLD, NEW))
    shown = rows(PromotionPlan(REFERENCE, moves, messages={NEW: "deeper trees\n\nand more of them"}))
    assert shown[1] == ["TAG", "NAMES", "WOULD", "NAME", "MESSAGE"]
    assert shown[2:4] == [["rollback", "–", OLD.short], ["champion", OLD.short, NEW.short, "deeper", "trees"]]
