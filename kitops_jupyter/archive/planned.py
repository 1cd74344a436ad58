"""What packing needs to know of a file: what a plan's members have."""

from __future__ import annotations

from typing import Protocol


class Member(Protocol):
    """A file or folder as it was planned; `layers.Member` is one.

    `name` is its path in the archive, posix; `source` its path here. `mode` has permission, set-id and sticky bits.
    The rest is what the system said of it, and must say again when it is read; a folder's may change.
    """

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def mode(self) -> int: ...

    @property
    def size(self) -> int: ...

    @property
    def mtime_ns(self) -> int: ...

    @property
    def ctime_ns(self) -> int: ...

    @property
    def inode(self) -> int: ...

    @property
    def is_dir(self) -> bool: ...
