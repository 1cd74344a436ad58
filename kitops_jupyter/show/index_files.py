"""`kit index-files`: what its result looks like."""

from __future__ import annotations

from kitops_jupyter.operations.index_files import IndexFilesResult
from kitops_jupyter.show.cards import Card, Code, Size, Table
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import human_size


@card_of.register
def _card_of_index_files(result: IndexFilesResult) -> Card:
    rows = tuple(
        (
            layer.section,
            layer.path,
            layer.status,
            layer.file_count or "",
            Size(layer.index_bytes) if layer.index_bytes else "",
        )
        for layer in result.layers
    )
    made = sum(layer.status == "indexed" for layer in result.layers)
    title = f"Indexed the files of {result.reference}" if made else f"Nothing to index in {result.reference}"
    return Card(
        title=title,
        facts=(
            ("digest", Code(result.digest)),
            *((("attached in", result.where),) if made else ()),
            ("read", f"{human_size(result.read_bytes)}, {result.elapsed_s:.1f} s"),
        ),
        tables=(Table(("layer", "path", "file index", "files", "size"), rows),) if rows else (),
        notes=("the kit did not change; this machine can now read and verify its single files",) if made else (),
        warnings=result.warnings,
    )
