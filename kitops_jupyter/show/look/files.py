"""`kit files`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.look.files import FilesResult
from kitops_jupyter.show.cards import Card, Code, Size, Table
from kitops_jupyter.show.results import card_of, text_of
from kitops_jupyter.sizes import counted, human_size


@text_of.register
def _text_of_files(result: FilesResult) -> str:
    lines = []
    for layer in result.layers:
        lines.append(f"{layer.section} {layer.path} ({human_size(layer.size_bytes)} stored, {layer.digest.short})")
        for file in layer.files:
            shown = f"{file.mode:04o} {file.size_bytes:>12} " if result.long else ""
            lines.append(f"  {shown}{file.path}")
    return "\n".join([*lines, *(f"warning: {text}" for text in result.warnings)])


@card_of.register
def _card_of_files(result: FilesResult) -> Card:
    tables = tuple(
        Table(
            ("file", "size", "mode") if result.long else ("file", "size"),
            tuple(
                (file.path, Size(file.size_bytes), *((Code(f"{file.mode:04o}"),) if result.long else ()))
                for file in layer.files
            ),
            caption=f"{layer.section} {layer.path} · {human_size(layer.size_bytes)} stored · {layer.digest.short}",
        )
        for layer in result.layers
    )
    count = counted(sum(len(layer.files) for layer in result.layers), "file")
    return Card(title=f"{count} in {result.reference}", tables=tables, warnings=result.warnings)
