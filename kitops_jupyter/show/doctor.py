"""`kit doctor`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.doctor import DoctorResult
from kitops_jupyter.show.cards import Card, Table
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_doctor(result: DoctorResult) -> Card:
    rows = tuple((check.verdict, check.name, check.message, check.hint) for check in result.checks)
    return Card(
        title="No problems found" if result.is_well else "Problems found",
        tables=(Table(("", "what", "finding", "fix"), rows),),
    )
