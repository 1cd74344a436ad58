"""Which run of a cell the caller is in, so that a cell that runs again does not mix its numbers with the old ones."""

from __future__ import annotations

import sys
from typing import Any


def execution() -> int:
    """The number that the notebook shows beside the cell that runs now; 0 outside a notebook. Takes a microsecond."""
    ipython: Any = sys.modules.get("IPython")  # never imported here: a script has no cells
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return getattr(shell, "execution_count", 0)
