"""What no kit needs: blobs that a killed pack or pull left, or a kit that is gone."""

from __future__ import annotations

import time

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.store import graph, removal, work
from kitops_jupyter.store.files import storing
from kitops_jupyter.store.layout import Layout
from kitops_jupyter.store.lists import Lists
from kitops_jupyter.store.lock import locked
from kitops_jupyter.store.removal import Removed


def collect(layout: Layout, *, min_age_s: float) -> Removed:
    """Remove blobs that nothing refers to and no session has pinned. Raises StoreCorrupt, StorageFull."""
    if not layout.blobs.is_dir():
        return Removed((), 0, 0)
    with locked(layout), storing(layout.root):
        removal.finish_pending(layout)
        lists = Lists(layout)
        owned = lists.owned()
        reached = graph.reach(layout, [*(entry for _, entry in owned), *lists.shared().manifests])
        kept = removal.unknown(owned, reached)
        needed = reached.digests | work.sweep(layout)
        doomed = [] if kept else [digest for digest in _older(layout, time.time() - min_age_s) if digest not in needed]
        freed = [size for digest in doomed if (size := removal.discard(layout, digest)) is not None]
    work.empty_trash(layout)
    return Removed((), sum(freed), len(freed), kept=kept)


def _older(layout: Layout, before_s: float) -> list[Digest]:
    found = []
    for path in sorted(layout.blobs.iterdir()):
        try:
            digest = Digest(f"sha256:{path.name}")
            if path.lstat().st_mtime <= before_s:
                found.append(digest)
        except (ManifestInvalid, FileNotFoundError):
            continue
    return found
