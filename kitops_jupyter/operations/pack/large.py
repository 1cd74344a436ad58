"""What to say of a proposal that takes more than most people mean."""

from __future__ import annotations

from collections.abc import Sequence

from kitops_jupyter.operations.pack.layers import PackedLayer
from kitops_jupyter.sizes import compared_sizes

LARGE_PROPOSAL_BYTES = 1 << 30  # a proposal above it is warned of: more than most notebooks and their models


def large_warnings(packed: Sequence[PackedLayer]) -> list[str]:
    """A warning of a proposal that takes more than most people mean."""
    total = sum(layer.file_bytes for layer in packed)
    if total <= LARGE_PROPOSAL_BYTES:
        return []
    size, limit = compared_sizes(total, LARGE_PROPOSAL_BYTES)
    return [f"the proposed Kitfile takes {size}, more than {limit}: leave out what the kit does not need"]
