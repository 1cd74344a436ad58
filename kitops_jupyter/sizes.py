"""Sizes in the words that kit uses, and counts."""

from __future__ import annotations

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")


def human_size(size_bytes: int) -> str:
    """A size as kit prints it: whole bytes below 1 KiB, then one digit, rounded down (`101.5 KiB`, `600 B`)."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    power = min((size_bytes.bit_length() - 1) // 10, len(_UNITS))
    tenths = size_bytes * 10 >> 10 * power
    return f"{tenths // 10}.{tenths % 10} {_UNITS[power - 1]}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: `1 kit`, `2 kits`; `plural` where an s is not enough."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
