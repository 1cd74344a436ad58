"""`kit cache`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.cache import CacheResult
from kitops_jupyter.show.cards import Card
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import counted, human_size


@card_of.register
def _card_of_cache(result: CacheResult) -> Card:
    size = f"{human_size(result.size_bytes)} in {counted(result.file_count, 'file')}"
    return Card(title=f"Cleared {size}" if result.cleared else f"Cache: {size}", facts=(("folder", str(result.path)),))
