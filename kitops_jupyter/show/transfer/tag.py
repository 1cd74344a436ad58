"""`kit tag`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.transfer.tag import TagResult
from kitops_jupyter.show.cards import Card, Code
from kitops_jupyter.show.results import card_of, text_of


@text_of.register
def _text_of_tag(result: TagResult) -> str:
    return f"Modelkit {result.source.full_name} tagged as {result.target.full_name}" + _moved(result)


@card_of.register
def _card_of_tag(result: TagResult) -> Card:
    return Card(
        title=f"Tagged {result.target}",
        facts=(("digest", Code(result.digest)), ("from", str(result.source))),
        notes=(*((f"{result.target} was {result.moved_from}",) if _moved(result) else ()), *result.notes),
    )


def _moved(result: TagResult) -> str:
    moved = result.moved_from and result.moved_from != result.digest
    return f" (it was {result.moved_from.short})" if moved and result.moved_from else ""
