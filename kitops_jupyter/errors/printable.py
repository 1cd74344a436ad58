"""Text that no terminal can be steered by."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """The text with control characters and direction overrides made visible: no terminal can be steered by it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char.encode("unicode_escape").decode("ascii") if _is_steering(char) else char for char in text)


def printable_lines(text: str) -> str:
    """As `printable`, but line breaks and tabs stay what they are."""
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


def _is_steering(char: str) -> bool:
    """Control and format characters; but the joiners are how Persian, Hindi and emoji are written."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in "\u200c\u200d"
