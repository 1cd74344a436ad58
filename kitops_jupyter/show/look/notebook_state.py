"""`kit info NOTEBOOK`: what its result looks like."""

from __future__ import annotations

from kitops_jupyter.operations.look.notebook_state import NotebookState, State
from kitops_jupyter.show.cards import Card, Cell, Code
from kitops_jupyter.show.results import card_of

_TOLD: dict[State, str] = {
    "unknown": "no pack of it is known here",
    "unchanged": "unchanged since it was packed",
    "outputs": "only its outputs or metadata changed since it was packed",
    "changed": "changed since it was packed",
    "saved": "saved since it was packed, and too large to be compared",
}


@card_of.register
def _card_of_notebook_state(result: NotebookState) -> Card:
    facts: list[tuple[str, Cell]] = [("state", _TOLD[result.state])]
    if result.digest:
        kept = "" if result.is_here else " (not in the local store)"
        facts += [("kit", f"{result.reference}{kept}"), ("digest", Code(result.digest)), ("packed", result.packed)]
    return Card(title=result.path.name, facts=tuple(facts))
