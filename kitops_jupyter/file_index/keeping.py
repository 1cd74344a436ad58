"""Keeps a kit's file indexes from being collected: blobs that nothing refers to are garbage to a registry."""

from __future__ import annotations

import io
from collections.abc import Sequence

from kitops_jupyter.content import Descriptor, Target
from kitops_jupyter.file_index.address import EMPTY, referrer


def keep(referrers: Target, kit: Descriptor, layers: Sequence[Descriptor]) -> None:
    """Write the manifest that keeps the file indexes of the kit's layers, which are there; none if they have none."""
    made = referrer(kit, layers)
    if made is not None:
        referrers.write(EMPTY, io.BytesIO(b"{}"), item="file index")
        described, data = made
        referrers.write(described, io.BytesIO(data), item="file index")
