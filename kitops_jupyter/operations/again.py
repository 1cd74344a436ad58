"""A verb that still has the bytes does not fail because `kit remove` took what it had just stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kitops_jupyter.errors import ContentMissing, NotFound

T = TypeVar("T")


def again_if_taken(act: Callable[[], T]) -> T:
    """Do it, and once more if something that it stored was gone before it was listed or tagged.

    What is there is not stored again. Raises what the second try raises.
    """
    try:
        return act()
    except (ContentMissing, NotFound):
        return act()
