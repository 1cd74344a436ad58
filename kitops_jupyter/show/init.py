"""`kit init`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.init import InitResult
from kitops_jupyter.show.cards import Card
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_init(result: InitResult) -> Card:
    return Card(
        title=f"Wrote {result.path}" if result.path else "Proposed Kitfile",
        text=result.yaml,
        notes=(*result.notes, *(f"left out {path}: {reason}" for path, reason in result.left_out)),
    )
