"""`kit cache`: what is in the cache folder, and emptying it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter import targets
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class CacheResult(Result):
    """The cache folder; after `cache_clear` the counts are of what went."""

    path: Path
    file_count: int
    size_bytes: int
    cleared: bool


def cache_info(*, settings: Settings | None = None) -> CacheResult:
    """How much lies in the cache: temporary files, and what packing knows of unchanged files."""
    settings = settings or Settings.load()
    usage = targets.store(settings).cache_usage()
    return CacheResult(settings.cache, usage.file_count, usage.size_bytes, cleared=False)


def cache_clear(*, settings: Settings | None = None) -> CacheResult:
    """Empty the cache; kits are not touched, and the next pack reads all files again."""
    settings = settings or Settings.load()
    usage = targets.store(settings).cache_clear()
    return CacheResult(settings.cache, usage.file_count, usage.size_bytes, cleared=True)
