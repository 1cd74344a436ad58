"""How large a measurement is, and whether its bars are held to.

KIT_BENCH_GIB is the size of what is large, 2 without it. Below 1 everything runs once, digests are checked, and bars
are only printed: a small run (`make bench-small`) shows that a measurement works, not how fast we are.
"""

from __future__ import annotations

import os

GIB = float(os.environ.get("KIT_BENCH_GIB", "2"))
IS_SMALL = GIB < 1


def gib_bytes(gib: float) -> int:
    """In whole pages of 4 MiB."""
    return int(gib * 256) << 22


def rounds(usual: int) -> int:
    """How often each case runs."""
    return 1 if IS_SMALL else usual


def files(usual: int, folders: int) -> int:
    """How many small files, as many in each folder."""
    return max(1, int(usual / folders * min(1.0, GIB / 2))) * folders


def hold(is_held: bool, bar: str) -> None:
    """Fail where the bar is missed at full size."""
    print(f"{'held' if is_held else 'MISSED'}: {bar}")
    assert is_held or IS_SMALL, f"missed: {bar}"
