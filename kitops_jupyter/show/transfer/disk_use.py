"""`kit clean`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.lines import command
from kitops_jupyter.operations.transfer.disk_use import CleanUp, DiskUse
from kitops_jupyter.show.cards import Card, Size, Table
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import counted, human_size

_SHOWN = 50  # kits without a tag


@card_of.register
def _card_of_use(result: DiskUse) -> Card:
    goes = result.untagged_bytes + result.cache_bytes
    rows = [(name, Size(kit.size_bytes), kit.created[:10]) for name, kit in result.untagged[:_SHOWN]]
    more = len(result.untagged) - len(rows)
    notes = [f"{counted(more, 'more kit')} without a tag" if more > 0 else ""]
    if result.untagged or result.cache_files:
        notes.append(f"nothing was removed; {command('clean', '--yes')} removes what can go")
    untagged = f"{human_size(result.untagged_bytes)} in {counted(len(result.untagged), 'kit')} without a tag"
    return Card(
        title=f"{human_size(goes)} can go" if result.untagged or result.cache_files else "Nothing to clean up",
        facts=(
            ("store", f"{human_size(result.store_bytes)} in {counted(result.kit_count, 'kit')}, {result.store}"),
            ("cache", f"{human_size(result.cache_bytes)} in {counted(result.cache_files, 'file')}, {result.cache}"),
            ("can go", f"{untagged}, and the cache"),
        ),
        tables=(Table(("kit without a tag", "size", "packed"), rows),) if rows else (),
        notes=tuple(filter(None, notes)),
    )


@card_of.register
def _card_of_clean_up(result: CleanUp) -> Card:
    return Card(
        title=f"Freed {human_size(result.freed_bytes)}",
        facts=(
            ("store", f"{human_size(result.store_bytes)}, {counted(len(result.removed), 'kit')} removed"),
            ("cache", f"{human_size(result.cache_bytes)} in {counted(result.cache_files, 'file')}"),
        ),
        warnings=result.kept,
    )
