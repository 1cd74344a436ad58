"""`kit registry check`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.check_registry import RegistryCheck
from kitops_jupyter.show.cards import Card
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_check(result: RegistryCheck) -> Card:
    hints = (result.hint,) if result.hint else ()
    if result.is_usable:
        return Card(title=result.message, notes=hints)
    return Card(title=f"{result.registry} cannot be used", warnings=(result.message,), notes=hints)
