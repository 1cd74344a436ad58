"""Paths of kits, which are Go's: with slashes, on every system."""

from __future__ import annotations

import posixpath


def clean_path(path: str) -> str:
    """As Go's `path.Clean`: no `.`, no doubled or trailing slashes, `..` taken back where possible; "" is `.`."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned
