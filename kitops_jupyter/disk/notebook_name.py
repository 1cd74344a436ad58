"""What is a notebook by its name, in one place for all rooms."""

from __future__ import annotations

SUFFIX = ".ipynb"


def is_notebook(path: str) -> bool:
    """Whether the name ends as a notebook's, in whatever case: `UP.IPYNB` is one on every system."""
    return path[-len(SUFFIX) :].lower() == SUFFIX
