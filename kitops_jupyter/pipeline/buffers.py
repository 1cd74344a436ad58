"""Buffers that begin on a page, as writing around the page cache asks for."""

from __future__ import annotations

import mmap

# Measured: sha256 and writes reach their full rate from 1 MiB on, and 4 MiB spare the hand-overs between threads.
BUFFER_BYTES = 4 << 20
# What O_DIRECT needs of addresses, lengths and file positions: 512 on most disks, 4096 on the rest.
ALIGNMENT = 4096


def aligned_buffer(size_bytes: int) -> memoryview:
    """Zeroed memory that begins on a page; the pages that are never touched cost nothing."""
    return memoryview(mmap.mmap(-1, size_bytes))


def is_aligned(view: memoryview) -> bool:
    """Whether the view's first byte is at a page's first; read-only memory counts as not."""
    import ctypes  # ten milliseconds, only for those who write large files

    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(view)) % ALIGNMENT == 0
    except (TypeError, ValueError):
        return False
