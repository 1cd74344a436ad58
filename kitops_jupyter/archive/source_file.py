"""A file of the user's, read as it was planned or not at all.

Every stamp that a change must move (size, mtime, inode, ctime) is compared with the plan's after the last byte was
read, and for large files also before the first.
"""

from __future__ import annotations

import os
from pathlib import Path

from kitops_jupyter.archive.planned import Member
from kitops_jupyter.errors import PathInvalid, SourceChanged

# O_NONBLOCK: a pipe that has taken the file's place must not hold us up.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_NOCTTY"):
    _FLAGS |= getattr(os, _name, 0)
_open, _read, _fstat, _close = os.open, os.read, os.fstat, os.close  # called for each of many small files
_HINT = "let the program that writes it finish, then pack again"


def open_source(member: Member) -> int:
    """A descriptor of the member's file, no link followed. Raises SourceChanged, PathInvalid."""
    try:
        return os.open(member.source, _FLAGS)
    except PermissionError as error:
        raise PathInvalid(
            f"{member.source} cannot be read: {error.strerror}", hint="make it readable, or list it in .kitignore"
        ) from error
    except FileNotFoundError as error:
        raise SourceChanged(f"{member.source} disappeared after packing began", hint=_HINT) from error
    except OSError as error:
        is_link = Path(member.source).is_symlink()
        reason = "became a link after packing began" if is_link else f"cannot be read: {error.strerror}"
        raise SourceChanged(f"{member.source} {reason}", hint=_HINT) from error


def read_small(member: Member) -> bytes:
    """The whole file. Raises SourceChanged, PathInvalid."""
    size = member.size
    try:
        descriptor = _open(member.source, _FLAGS)
    except OSError:
        descriptor = open_source(member)  # which puts the reason in words
    try:
        try:
            data = _read(descriptor, size)
            while len(data) < size and (more := _read(descriptor, size - len(data))):
                data += more
        except OSError as error:
            raise _unreadable(member, error) from error
        check(member, _fstat(descriptor))
        if len(data) != size:
            raise _changed(member, [f"only {len(data)} of {size} bytes could be read"])
        return data
    finally:
        _close(descriptor)


class SourceFile:
    """A large file as a stream: opened at its first byte, checked before and after, closed at its end."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._left = member.size
        self._fd = -1
        self._is_over = False

    def readinto(self, buffer: memoryview, /) -> int:
        """As Readable's. Raises SourceChanged, PathInvalid."""
        view = memoryview(buffer).cast("B")[: self._left]
        if self._is_over or (self._left and not len(view)):
            return 0
        if self._fd < 0:
            self._fd = open_source(self._member)
            check(self._member, os.fstat(self._fd))
        count = self._read(view) if self._left else 0
        self._left -= count
        if not self._left:
            check(self._member, os.fstat(self._fd))
            self.close()
        return count

    def _read(self, view: memoryview) -> int:
        try:
            count = _readinto(self._fd, view)
        except OSError as error:
            raise _unreadable(self._member, error) from error
        if not count:
            raise _changed(self._member, [f"{self._left} of {self._member.size} bytes are gone"])
        return count

    def close(self) -> None:
        """Close the file; nothing more comes."""
        self._is_over = True
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def check(member: Member, found: os.stat_result) -> None:
    """Compare the file's stamps with the plan's. Raises SourceChanged, which names the file and each difference."""
    if (
        found.st_size == member.size
        and found.st_mtime_ns == member.mtime_ns
        and found.st_ctime_ns == member.ctime_ns
        and found.st_ino == member.inode
    ):
        return
    changes = [
        f"{what} was {planned}, is {now}"
        for what, planned, now in (
            ("size", member.size, found.st_size),
            ("mtime in ns", member.mtime_ns, found.st_mtime_ns),
            ("ctime in ns", member.ctime_ns, found.st_ctime_ns),
            # A folder listing on Windows knows no inodes and says 0.
            ("inode", member.inode, found.st_ino if member.inode else 0),
        )
        if planned != now
    ]
    if changes:
        raise _changed(member, changes)


def _changed(member: Member, changes: list[str]) -> SourceChanged:
    return SourceChanged(f"{member.source} changed while it was packed: {'; '.join(changes)}", hint=_HINT)


def _unreadable(member: Member, error: OSError) -> PathInvalid:
    return PathInvalid(f"{member.source} cannot be read: {error.strerror or error}")


if hasattr(os, "readv"):
    _readv = os.readv

    def _readinto(descriptor: int, view: memoryview) -> int:
        return _readv(descriptor, (view,)) if len(view) else 0

else:  # Windows

    def _readinto(descriptor: int, view: memoryview) -> int:
        data = os.read(descriptor, min(len(view), 1 << 20))
        view[: len(data)] = data
        return len(data)
