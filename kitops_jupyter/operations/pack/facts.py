"""What a pack notes of how its files came to be."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.capture import read_code_state
from kitops_jupyter.manifest import Facts


def gathered(root: Path) -> Facts:
    """What is known of the folder now; what cannot be known is left out, and fails no pack. Raises Cancelled."""
    return Facts(read_code_state(root))
