"""What the store and the cache take, and making room."""

from __future__ import annotations

from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.views.registries import shown_folder
from kitops_jupyter.server.views.usable import usable_settings


def use_of_disk() -> wire.DiskUse:
    """How much there is, and what could go."""
    from kitops_jupyter.operations.transfer.disk_use import disk_use

    settings = usable_settings()
    found = disk_use(settings=settings)
    untagged = [wire.UntaggedKit(name, kit.size_bytes, kit.created) for name, kit in found.untagged]
    return wire.DiskUse(
        store=shown_folder(settings.storage),
        store_bytes=found.store_bytes,
        kits=found.kit_count,
        untagged=untagged,
        untagged_bytes=found.untagged_bytes,
        cache=shown_folder(settings.cache),
        cache_files=found.cache_files,
        cache_bytes=found.cache_bytes,
        stamp=found.stamp,
    )


def clean_up(asked: bodies.CleanUp) -> wire.Freed:
    """Remove just what was shown. Raises Conflict if that is something else by now."""
    from kitops_jupyter.operations.transfer import disk_use

    settings, is_untagged = usable_settings(), bool(asked.untagged)
    done = disk_use.clean_up(untagged=is_untagged, cache=asked.cache, stamp=asked.untagged, settings=settings)
    return wire.Freed(done.freed_bytes)
