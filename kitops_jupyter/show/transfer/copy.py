"""`kit copy`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.transfer.copy import CopyResult
from kitops_jupyter.show.cards import Card, Cell, Code
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import counted, human_size


@card_of.register
def _card_of_copy(result: CopyResult) -> Card:
    speed = f", {human_size(int(result.moved_bytes / result.elapsed_s))}/s" if result.moved_bytes > 1 << 20 else ""
    there = f"{human_size(result.skipped_bytes)} in {result.skipped_blobs} blobs" if result.skipped_blobs else "nothing"
    blobs = counted(result.moved_blobs, "blob")
    facts: list[tuple[str, Cell]] = [
        ("to", result.destination),
        ("digest", Code(result.digest)),
        ("tags", ", ".join(result.tags) or "none"),
        ("copied", f"{human_size(result.moved_bytes)} in {blobs}, {result.elapsed_s:.1f} s{speed}"),
        ("already there", there),
    ]
    if result.kits != 1:
        facts.append(("kits", result.kits))
    if result.referrers:
        facts.append(("with it", f"{counted(result.referrers, 'attached artifact')} (signatures, file indexes)"))
    return Card(title=f"Copied {result.source}", facts=facts, notes=result.notes)
