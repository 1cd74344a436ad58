"""`kit lineage`: a tree of kits, each with its code, its data sets and what ran."""

from __future__ import annotations

from collections.abc import Iterator

from kitops_jupyter.manifest import subject_of
from kitops_jupyter.operations.look.lineage import LineageKit, LineageResult
from kitops_jupyter.show.cards import Card, Cell
from kitops_jupyter.show.facts import fact_rows
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import counted

_LINKS = {"model": "its model is", "dataset": "its data is", "": ""}  # the others are words already


@card_of.register
def _card_of_lineage(result: LineageResult) -> Card:
    kits = {kit.digest or kit.reference for kit in result.kit.walk()}
    facts: list[tuple[str, Cell]] = [("came from", counted(len(kits) - 1, "kit") if len(kits) > 1 else "no other kit")]
    return Card(
        title=f"Lineage of {result.kit.reference}",
        facts=facts,
        text="\n".join(_tree(result.kit)),
        notes=() if len(kits) > 1 else ("kits that a kernel loads, pulls or unpacks are noted when it packs",),
        warnings=result.warnings,
    )


def _tree(kit: LineageKit, branch: str = "", indent: str = "") -> Iterator[str]:
    yield f"{branch}{_head(kit)}"
    stem = f"{indent}{'│' if kit.parents else ' '}    "
    for name, value in _details(kit):
        yield f"{stem}{name:<10}  {value}"
    for at, parent in enumerate(kit.parents, 1):
        is_last = at == len(kit.parents)
        yield f"{indent}│"
        yield from _tree(parent, f"{indent}{'└─ ' if is_last else '├─ '}", f"{indent}{'   ' if is_last else '│  '}")


def _head(kit: LineageKit) -> str:
    parts = [
        _LINKS.get(kit.link, kit.link),
        kit.reference,
        kit.digest.short if kit.digest else "",
        kit.created[:10],
        "(shown above)" if kit.is_repeated else "(its own parents are not shown: --depth)" if kit.is_cut else "",
    ]
    return "  ".join(filter(None, parts))


def _details(kit: LineageKit) -> Iterator[tuple[str, str]]:
    if kit.problem:
        yield "problem", kit.problem
    if kit.is_repeated:
        return
    if kit.message:
        yield "message", subject_of(kit.message)
    if kit.datasets:
        yield "data sets", ", ".join(kit.datasets)
    yield from (row for row in fact_rows(kit.facts) if row[0] != "came from")
