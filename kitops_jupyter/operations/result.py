"""What every verb returns: a value with fields, shown as a card where there is a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kitops_jupyter.errors import printable_lines

if TYPE_CHECKING:
    from kitops_jupyter.cards import Card


class Result:
    """A verb's answer; `str()` is plain text for a terminal, a notebook shows the card."""

    __slots__ = ()

    def card(self) -> Card:
        """The facts for people."""
        raise NotImplementedError

    def __str__(self) -> str:
        from kitops_jupyter.cards import to_text

        return to_text(self.card())

    def _repr_html_(self) -> str:
        from kitops_jupyter.cards import to_html

        return to_html(self.card())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Both forms at once; `_repr_pretty_` would lose against the `__repr__` that a dataclass writes."""
        return {"text/plain": printable_lines(str(self)), "text/html": self._repr_html_()}
