"""`kit clean`: what the local store and the cache take, what of it nothing names, and removing that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Conflict, Usage
from kitops_jupyter.operations.cache import cache_clear, cache_info
from kitops_jupyter.operations.look.kits import ListedKit, list_kits
from kitops_jupyter.operations.transfer.remove import preview_removal, remove
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import UNTAGGED, Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class DiskUse(Result):
    """What the store and the cache take; `untagged` are the kits without a tag, each with its name.

    `untagged_bytes` are what removing these kits frees; `stamp` names just these kits, for `clean_up`.
    """

    store: Path
    store_bytes: int
    kit_count: int
    untagged: tuple[tuple[str, ListedKit], ...]
    untagged_bytes: int
    cache: Path
    cache_files: int
    cache_bytes: int
    stamp: str


@dataclass(frozen=True, slots=True)
class CleanUp(Result):
    """The kits that were removed, and the bytes that this and the emptied cache freed.

    `kept` says why bytes stayed that should have gone.
    """

    removed: tuple[str, ...]
    store_bytes: int
    cache_files: int
    cache_bytes: int
    kept: tuple[str, ...] = ()

    @property
    def freed_bytes(self) -> int:
        """Of the store and the cache together."""
        return self.store_bytes + self.cache_bytes


def disk_use(*, settings: Settings | None = None, observe: Observer = ignore) -> DiskUse:
    """How much there is, and what could go; changes nothing. Raises StoreCorrupt."""
    settings = settings or Settings.load()
    with observed(observe, "the local store"):
        listed, cache = list_kits(settings=settings), cache_info(settings=settings)
        names = _untagged(settings)
        kits = {str(kit.digest): kit for kit in listed.kits if not kit.tags}
        found = tuple((name, kits[digest]) for name in names if (digest := name.rpartition("@")[2]) in kits)
        freed = preview_removal(names, settings=settings).freed_bytes if names else 0
    return DiskUse(
        store=settings.storage,
        store_bytes=listed.size_bytes,
        kit_count=len(listed.kits),
        untagged=found,
        untagged_bytes=freed,
        cache=settings.cache,
        cache_files=cache.file_count,
        cache_bytes=cache.size_bytes,
        stamp=_stamp(names),
    )


def clean_up(
    *,
    untagged: bool = True,
    cache: bool = True,
    stamp: str | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> CleanUp:
    """Remove the kits without a tag, and empty the cache; a kit with a tag is never removed.

    With the `stamp` of a `DiskUse`, only if the kits without a tag are still those that it showed.
    Raises Usage, Conflict (then nothing was removed), StoreCorrupt.
    """
    if not (untagged or cache):
        raise Usage("nothing is chosen to be removed", hint="kit clean shows what could go")
    settings = settings or Settings.load()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    store_bytes, files, cache_bytes = 0, 0, 0
    with observed(observe, "the local store"):
        if untagged:
            if stamp is not None and stamp != _stamp(_untagged(settings)):
                raise Conflict(
                    "the kits without a tag are others by now; nothing was removed", hint="kit clean shows them"
                )
            gone = remove(everything=True, settings=settings)
            removed, store_bytes, kept = tuple(name for name, _ in gone.removed), gone.freed_bytes, gone.kept
        if cache:
            cleared = cache_clear(settings=settings)
            files, cache_bytes = cleared.file_count, cleared.size_bytes
    return CleanUp(removed, store_bytes, files, cache_bytes, kept)


def _untagged(settings: Settings) -> list[str]:
    kits = targets.store(settings).kits(on_problem=lambda problem: None)
    names = ((Reference.from_store_name(name).shown_name or UNTAGGED, found) for name, found, tags in kits if not tags)
    return [f"{name}@{found.digest}" for name, found in names]


def _stamp(names: Sequence[str]) -> str:
    """Names these kits; "" for none."""
    return Digest.of("\n".join(names).encode()).hex if names else ""
