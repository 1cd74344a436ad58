"""`kit push` and `kit pull`: what their results look like."""

from __future__ import annotations

from kitops_jupyter.operations.transfer.results import TransferResult
from kitops_jupyter.show.cards import Card, Code
from kitops_jupyter.show.results import card_of, text_of
from kitops_jupyter.show.text import to_line
from kitops_jupyter.sizes import human_size


@text_of.register
def _text_of_transfer(result: TransferResult) -> str:
    """One line: a log has many of them."""
    return to_line(card_of(result))


@card_of.register
def _card_of_transfer(result: TransferResult) -> Card:
    speed = f", {human_size(int(result.moved_bytes / result.elapsed_s))}/s" if result.moved_bytes > 1 << 20 else ""
    there = f"{human_size(result.skipped_bytes)} in {result.skipped_blobs} blobs" if result.skipped_blobs else "nothing"
    is_pull = result.verb == "Pulled"
    moved = f"{human_size(result.moved_bytes)} in {result.moved_blobs} blobs"
    return Card(
        title=f"{result.verb} {result.reference.full_name.removeprefix('localhost/')}",
        facts=(
            ("digest", Code(result.digest)),
            ("tags", ", ".join(result.tags) or "none"),
            ("downloaded" if is_pull else "uploaded", f"{moved}, {result.elapsed_s:.1f} s{speed}"),
            ("already here" if is_pull else "already there", there),
        ),
        notes=(*result.notes, *((result.hint,) if result.hint else ())),
        warnings=result.warnings,
    )
