"""A line to copy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """The words behind `%kit`; those at the places `paths` are below the server's root. No words: there is no line."""

    words: list[str]
    paths: list[int]
