"""`kit unpack`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.unpack.unpack import UnpackResult
from kitops_jupyter.show.cards import Card, Code, Size, Table
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import human_size

_WHOLE = "all of the layer was read, to check the file index that someone attached to the kit"


@card_of.register
def _card_of_unpack(result: UnpackResult) -> Card:
    rows = tuple(
        (layer.section, layer.path, layer.file_count, Size(layer.file_bytes))
        for layer in result.layers
        if layer.file_count or not result.file_count
    )
    verified = "verified by the kit's file index" if result.by_index else "every digest verified"
    verified = "not every file verified" if result.unverified else verified
    return Card(
        title=f"Unpacked {result.reference}",
        facts=(
            ("into", str(result.directory)),
            ("files", f"{result.file_count}, {human_size(result.size_bytes)}, {verified}, {result.elapsed_s:.1f} s"),
            ("digest", Code(result.digest)),
        ),
        tables=(Table(("layer", "path", "files", "size"), rows),) if rows else (),
        notes=(*(f"kept {name}" for name in result.kept), *(f"{label}: {_WHOLE}" for label in result.read_whole)),
        warnings=result.warnings,
    )
