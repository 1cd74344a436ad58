"""`kit pull --as-tar`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.unpack.tars import TarsResult
from kitops_jupyter.show.cards import Card, Code, Size, Table
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import human_size


@card_of.register
def _card_of_tars(result: TarsResult) -> Card:
    rows = tuple((file.name, file.section, file.path, Size(file.size_bytes)) for file in result.files)
    return Card(
        title=f"Pulled {result.reference} as archives",
        facts=(
            ("into", str(result.directory)),
            ("digest", Code(result.digest)),
            ("downloaded", f"{human_size(result.moved_bytes)}, every digest verified, {result.elapsed_s:.1f} s"),
        ),
        tables=(Table(("file", "layer", "path", "size"), rows),) if rows else (),
        notes=tuple(f"kept {name}" for name in result.kept),
        warnings=result.warnings,
    )
