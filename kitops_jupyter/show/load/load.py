"""`kit load`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.load.load import LoadResult
from kitops_jupyter.show.cards import Card, Cell, Code, Table
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import counted


@card_of.register
def _card_of_load(result: LoadResult) -> Card:
    rows: list[tuple[Cell, ...]] = [
        (
            Code(variable.name),
            variable.kind,
            variable.python_type,
            "" if variable.rows is None else variable.rows,
            variable.path,
            "runs code" if variable.needs_trust else "",
        )
        for variable in result.variables
    ]
    what = counted(len(rows), "variable")
    took = f" in {result.elapsed_s:.1f} s" if result.objects else ""
    return Card(
        title=f"Loaded {what} of {result.reference}{took}" if result.objects else f"{result.reference} has {what}",
        facts=(("digest", Code(result.digest)),),
        tables=(Table(("variable", "kind", "type", "rows", "file", ""), rows),),
        warnings=result.warnings,
    )
