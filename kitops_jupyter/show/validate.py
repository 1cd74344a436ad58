"""`kit validate`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.validate import ValidateResult
from kitops_jupyter.show.cards import Card, Table
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_validate(result: ValidateResult) -> Card:
    count = len(result.problems)
    verdict = "is valid" if result.accepted else f"has {count} problem{'s' if count > 1 else ''}"
    rows = tuple((finding.line or "", finding.field, finding.message, finding.hint) for finding in result.problems)
    return Card(
        title=f"{result.name} {verdict}",
        tables=(Table(("line", "field", "problem", "suggestion"), rows),) if rows else (),
        warnings=tuple(str(finding) for finding in result.warnings),
    )
