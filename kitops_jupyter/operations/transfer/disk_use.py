"""What the local store and the cache take, what of it nothing names, and removing that: for who wants space back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Conflict
from kitops_jupyter.operations.cache import cache_clear, cache_info
from kitops_jupyter.operations.look.kits import ListedKit, list_kits
from kitops_jupyter.operations.transfer.remove import preview_removal, remove
from kitops_jupyter.reference import UNTAGGED, Reference
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class DiskUse:
    """`untagged_bytes` are what removing the kits without a tag frees; `stamp` names just these kits."""

    store_bytes: int
    kit_count: int
    untagged: tuple[tuple[str, ListedKit], ...]
    untagged_bytes: int
    cache_files: int
    cache_bytes: int
    stamp: str


def disk_use(*, settings: Settings) -> DiskUse:
    """How much there is, and what could go; changes nothing."""
    listed, cache = list_kits(settings=settings), cache_info(settings=settings)
    names = _untagged(settings)
    kits = {str(kit.digest): kit for kit in listed.kits if not kit.tags}
    found = tuple((name, kits[digest]) for name in names if (digest := name.rpartition("@")[2]) in kits)
    freed = preview_removal(names, settings=settings).freed_bytes if names else 0
    counts = cache.file_count, cache.size_bytes
    return DiskUse(listed.size_bytes, len(listed.kits), found, freed, *counts, _stamp(names))


def clean_up(*, untagged: str, cache: bool, settings: Settings) -> int:
    """Remove the kits without a tag, if they are still those of this stamp, and empty the cache; the freed bytes.

    A kit with a tag is never removed. Raises Conflict, and then nothing was removed.
    """
    freed = 0
    if untagged:
        if untagged != _stamp(_untagged(settings)):
            raise Conflict("the kits without a tag are others by now; nothing was removed", hint="look again")
        freed += remove(everything=True, settings=settings).freed_bytes
    if cache:
        freed += cache_clear(settings=settings).size_bytes
    return freed


def _untagged(settings: Settings) -> list[str]:
    kits = targets.store(settings).kits(on_problem=lambda problem: None)
    names = ((Reference.from_store_name(name).shown_name or UNTAGGED, found) for name, found, tags in kits if not tags)
    return [f"{name}@{found.digest}" for name, found in names]


def _stamp(names: Sequence[str]) -> str:
    return Digest.of("\n".join(names).encode()).hex if names else ""
