"""What a result looks like: cards and tables, as text and as HTML. Does no I/O and knows no IPython.

`show/look/kits.py` shows the results of `operations/look/kits.py`, and so on: a file is imported when the first result
of its operation is shown, and the operation was imported before that.
"""

from __future__ import annotations

from kitops_jupyter.result import Result
from kitops_jupyter.show.results import aside_of, card_of, text_of

__all__ = ["as_html", "as_text", "aside_of", "card_of", "text_of"]


def as_text(result: Result) -> str:
    """The result as plain text, with what a terminal shows beside it."""
    return "\n".join(filter(None, (text_of(result), aside_of(result))))


def as_html(result: Result) -> str:
    """The result for a notebook."""
    from kitops_jupyter.show.html import to_html

    return to_html(card_of(result))
