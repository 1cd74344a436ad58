"""The `%kit` line that does the same as what was clicked."""

from __future__ import annotations

import shlex
from collections.abc import Sequence


def line(*words: str) -> str:
    """`%kit` with these words, quoted as a cell needs it; empty ones are left out."""
    return " ".join(["%kit", *(_quoted(word) for word in words if word)])


def pull_words(reference: str, filters: Sequence[str], include_remote: bool) -> list[str]:
    """What to pull, without where to."""
    words = [word for chosen in filters for word in ("--filter", chosen)]
    return ["pull", reference, *words, *(["--include-remote"] if include_remote else [])]


def _quoted(word: str) -> str:
    return shlex.quote(word) if word != "." else word
