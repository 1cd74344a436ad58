"""The `%kit` line that does the same as what was clicked."""

from __future__ import annotations

import shlex
from collections.abc import Sequence


def line(*words: str) -> str:
    """`%kit` with these words, quoted as a cell needs it; empty ones are left out."""
    return " ".join(["%kit", *(_quoted(word) for word in words if word)])


def flags(name: str, values: Sequence[str]) -> list[str]:
    """The same flag for each value."""
    return [word for value in values for word in (name, value)]


def _quoted(word: str) -> str:
    return shlex.quote(word) if word != "." else word
