"""Sizes in the words that kit uses, and counts."""

from __future__ import annotations

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")


def human_size(size_bytes: int) -> str:
    """A size as kit prints it: whole bytes below 1 KiB, then one digit, rounded down (`101.5 KiB`, `600 B`)."""
    return _rounded(size_bytes, 1)


def compared_sizes(one_bytes: int, other_bytes: int) -> tuple[str, str]:
    """Two different sizes as `human_size` shows them, with more digits where these are the same: at last all bytes.

    For a text that says that one is more than the other.
    """
    for digits in (1, 2, 3):
        one, other = _rounded(one_bytes, digits), _rounded(other_bytes, digits)
        if one != other or one_bytes == other_bytes:
            return one, other
    return f"{one_bytes:,} B", f"{other_bytes:,} B"


def _rounded(size_bytes: int, digits: int) -> str:
    """The size in its unit, rounded down to so many digits behind the point."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    power = min((size_bytes.bit_length() - 1) // 10, len(_UNITS))
    whole, rest = divmod(size_bytes * 10**digits >> 10 * power, 10**digits)
    return f"{whole}.{rest:0{digits}} {_UNITS[power - 1]}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: `1 kit`, `2 kits`; `plural` where an s is not enough."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
