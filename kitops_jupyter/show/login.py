"""`kit login` and `kit logout`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.login import LoginResult
from kitops_jupyter.show.cards import Card
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_login(result: LoginResult) -> Card:
    if result.is_out:
        return Card(title=f"{'Logged out of' if result.was_logged_in else 'Was not logged in to'} {result.registry}")
    return Card(title=f"Logged in to {result.registry} as {result.username}", facts=(("kept in", result.where),))
