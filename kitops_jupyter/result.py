"""What every verb returns: a value with fields, shown as a card where there is a screen.

A result does not know what it looks like. The package hands in what does (`show`) when it is imported, which is before
any operation: so `str(result)` works in every program, and no operation imports the words of a card.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from kitops_jupyter.errors import printable_lines


class Look(Protocol):
    """What shows results."""

    def as_text(self, result: Result, /) -> str:
        """For a terminal."""

    def as_html(self, result: Result, /) -> str:
        """For a notebook."""


class Result:
    """A verb's answer; `str()` is plain text for a terminal, a notebook shows the card."""

    __slots__ = ()

    def __str__(self) -> str:
        return _look().as_text(self)

    def _repr_html_(self) -> str:
        return _look().as_html(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Both forms at once; `_repr_pretty_` would lose against the `__repr__` that a dataclass writes."""
        return {"text/plain": printable_lines(str(self)), "text/html": self._repr_html_()}


def _look_at_none() -> Look:
    raise RuntimeError("show_with() was not called: kitops_jupyter/__init__.py does that")


_look: Callable[[], Look] = _look_at_none


def show_with(look: Callable[[], Look]) -> None:
    """Have results shown by what `look` returns; it is called when the first result is shown."""
    global _look
    _look = look
