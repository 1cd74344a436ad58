"""A browser of kits for a cell."""

from __future__ import annotations

from typing import Any

from kitops_jupyter.verbs.screen import Browse


class Browser:
    """Stub."""

    def __init__(self, kernel: Any, request: Browse) -> None:
        self.request = request
