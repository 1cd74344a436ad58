"""`kit pack`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.kitfile import to_yaml
from kitops_jupyter.operations.pack.pack import PackResult
from kitops_jupyter.show.cards import Card, Cell, Code, Lines, Size, Table
from kitops_jupyter.show.facts import fact_rows
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import counted, human_size


@card_of.register
def _card_of_pack(result: PackResult) -> Card:
    read = sum(layer.file_bytes for layer in result.layers if layer.status == "packed")
    speed = f", {human_size(int(read / result.elapsed_s))}/s" if read > 1 << 20 and result.elapsed_s > 0 else ""
    facts: list[tuple[str, Cell]] = [
        ("digest", Code(result.digest) if result.digest else "none: a dry run writes nothing"),
        ("stored", f"{human_size(result.size_bytes)} in {counted(len(result.layers), 'layer')}"),
        ("packed", f"{human_size(read)} in {result.elapsed_s:.1f} s{speed}"),
    ]
    if result.message:
        facts.append(("message", Lines(result.message)))
    facts += fact_rows(result.facts)
    if result.kitfile_path:
        facts.append(("Kitfile", f"{result.kitfile_path}" + (" (proposed)" if result.proposed else "")))
    rows = tuple(
        (layer.section, layer.path, layer.file_count, Size(layer.file_bytes), layer.status) for layer in result.layers
    )
    live = tuple(
        (
            Code(one.name),
            one.python_type,
            "" if one.rows is None else one.rows,
            one.path,
            "" if one.is_new else "unchanged",
        )
        for one in result.variables
    )
    title = f"{'Would pack' if result.digest is None else 'Packed'} {result.shown_reference}"
    return Card(
        title=title,
        facts=tuple(facts),
        tables=(
            *([Table(("variable", "type", "rows", "file", ""), live)] if live else []),
            *([Table(("layer", "path", "files", "size", ""), rows)] if rows else []),
        ),
        text=to_yaml(result.kitfile) if result.proposed else "",
        notes=(*result.notes, *(f"left out {path}: {reason}" for path, reason in result.left_out)),
        warnings=result.warnings,
    )
