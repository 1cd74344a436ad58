"""Files below one folder, which other programs can write to as well: no link in it is followed, nothing in it blocks.

Where the system can, every step is taken from an open folder, so that nothing is swapped between a look and the use.
A link, a pipe or a folder where a file belongs is not there for readers; a writer replaces it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_HAS_DIR_FD = {os.open, os.mkdir, os.unlink, os.rename, os.stat} <= os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_SAFE = 0
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _SAFE |= getattr(os, _flag, 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _SAFE
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE

# A folder to work in: a descriptor and no prefix, or no descriptor and its path with a separator behind it.
_Place = tuple["int | None", str]


class Tree:
    """Files by their path below `root`, as parts of a tuple. Every part was checked by the caller: no `..`, no `/`."""

    def __init__(self, root: Path, scratch: str) -> None:
        """`scratch` is a folder in root, made here, in which files are written before they get their name."""
        self.root = root
        self._scratch = scratch
        root.mkdir(parents=True, exist_ok=True)

    # reading

    def open(self, *path: str) -> int:
        """A descriptor of a regular file. Raises FileNotFoundError, also for what is none."""
        return self._open(path, os.O_RDONLY)

    def read(self, *path: str, limit_bytes: int) -> bytes:
        """The file's bytes. Raises FileNotFoundError, also for one that is larger than anything we wrote."""
        with os.fdopen(self.open(*path), "rb") as stream:
            data = stream.read(limit_bytes + 1)
        if len(data) > limit_bytes:
            raise _missing(path)
        return data

    def size_bytes(self, *path: str) -> int:
        """Raises FileNotFoundError."""
        with self._folder(path[:-1]) as place:
            return _regular(place, path).st_size

    def is_file(self, *path: str) -> bool:
        """Whether a regular file is there."""
        try:
            self.size_bytes(*path)
        except FileNotFoundError:
            return False
        return True

    def is_folder(self, *path: str) -> bool:
        """Whether a folder, and no link to one, is there."""
        try:
            with self._folder(path):
                return True
        except FileNotFoundError:
            return False

    def files(self, *path: str) -> list[str]:
        """The names of the regular files in the folder, sorted; none for one that does not exist."""
        return self._names(path, lambda entry: entry.is_file(follow_symlinks=False))

    def folders(self, *path: str) -> list[str]:
        """The names of the folders in the folder, sorted; none for one that does not exist."""
        return self._names(path, lambda entry: entry.is_dir(follow_symlinks=False))

    def _names(self, path: tuple[str, ...], is_one: Callable[[os.DirEntry[str]], bool]) -> list[str]:
        try:
            with self._folder(path) as place, os.scandir(place[1] if place[0] is None else place[0]) as entries:
                return sorted(entry.name for entry in entries if is_one(entry))
        except FileNotFoundError:
            return []

    # writing

    def make(self, *path: str) -> None:
        """The folder, with all above it. Raises OSError for a link."""
        with self._folder(path, is_made=True):
            pass

    def write(self, data: bytes, *path: str) -> None:
        """The file with these bytes, whole or not at all; what had this name before stays till then. Raises OSError."""
        temporary = (self._scratch, f".{uuid.uuid4().hex}")
        descriptor = self.create(*temporary)
        try:
            try:
                write_all(descriptor, data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            self.move(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                self.remove(*temporary)
            raise

    def create(self, *path: str) -> int:
        """A descriptor of a new, empty file. Raises OSError."""
        with self._folder(path[:-1], is_made=True) as (descriptor, prefix):
            return os.open(prefix + path[-1], _NEW, 0o644, dir_fd=descriptor)

    def append(self, *path: str) -> int:
        """A descriptor that reads, and writes at the end of, a file that is nobody else's. Raises FileNotFoundError."""
        descriptor = self._open(path, os.O_RDWR | os.O_APPEND)
        if os.fstat(descriptor).st_nlink > 1:  # a hard link: its bytes are also a file outside
            os.close(descriptor)
            raise _missing(path)
        return descriptor

    def is_same(self, descriptor: int, *path: str) -> bool:
        """Whether the file of this name still is the one that was opened."""
        try:
            with self._folder(path[:-1]) as place:
                found = _regular(place, path)
        except FileNotFoundError:
            return False
        return os.path.samestat(found, os.fstat(descriptor))

    def move(self, source: tuple[str, ...], target: tuple[str, ...]) -> None:
        """Give a file another name, in the place of what has it now. Raises OSError."""
        with self._folder(source[:-1]) as (here, old), self._folder(target[:-1], is_made=True) as (there, new):
            os.replace(old + source[-1], new + target[-1], src_dir_fd=here, dst_dir_fd=there)

    def remove(self, *path: str) -> None:
        """Remove the name, also of a link or a pipe; nothing happens if there is none."""
        with contextlib.suppress(FileNotFoundError), self._folder(path[:-1]) as (descriptor, prefix):
            os.unlink(prefix + path[-1], dir_fd=descriptor)

    def modified_s(self, *path: str) -> float:
        """When it was last written to, in seconds since 1970. Raises FileNotFoundError."""
        with self._folder(path[:-1]) as (descriptor, prefix):
            return os.stat(prefix + path[-1], dir_fd=descriptor, follow_symlinks=False).st_mtime

    def _open(self, path: tuple[str, ...], flags: int) -> int:
        with self._folder(path[:-1]) as place:
            _regular(place, path)
            try:
                descriptor = os.open(place[1] + path[-1], flags | _SAFE, dir_fd=place[0])
            except OSError as problem:
                if problem.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):  # it became one a moment ago
                    raise _missing(path) from None
                raise
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return descriptor
            os.close(descriptor)
            raise _missing(path)

    @contextmanager
    def _folder(self, path: tuple[str, ...], *, is_made: bool = False) -> Iterator[_Place]:
        """A folder, made with all above it when asked to. Raises FileNotFoundError, OSError where a link would be."""
        place: _Place = (None, os.fspath(self.root) + os.sep)
        if _HAS_DIR_FD:  # root itself can be a link: the person who started us named it
            place = (os.open(self.root, _FOLDER & ~os.O_NOFOLLOW), "")
        try:
            for depth, part in enumerate(path):
                inner = self._enter(place, part, path[: depth + 1], is_made)
                if place[0] is not None:
                    os.close(place[0])
                place = inner
            yield place
        finally:
            if place[0] is not None:
                os.close(place[0])

    def _enter(self, place: _Place, part: str, path: tuple[str, ...], is_made: bool) -> _Place:
        descriptor, prefix = place
        if is_made:
            with contextlib.suppress(FileExistsError):
                os.mkdir(prefix + part, dir_fd=descriptor)
        try:
            if descriptor is not None:
                return os.open(part, _FOLDER, dir_fd=descriptor), ""
            if stat.S_ISDIR(os.lstat(prefix + part).st_mode) and not _is_junction(prefix + part):
                return None, prefix + part + os.sep
        except OSError as problem:
            if problem.errno not in (errno.ELOOP, errno.ENOTDIR):
                raise
        if not is_made:
            raise _missing(path)
        raise NotADirectoryError(errno.ENOTDIR, f"{'/'.join(path)} is not a folder, and links are not followed")


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte. Raises OSError; some may have been written by then."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _regular(place: _Place, path: tuple[str, ...]) -> os.stat_result:
    found = os.stat(place[1] + path[-1], dir_fd=place[0], follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode):
        raise _missing(path)
    return found


def _is_junction(path: str) -> bool:
    """Whether it is a folder that leads elsewhere, as Windows has them."""
    return bool(getattr(os.lstat(path), "st_reparse_tag", 0))


def _missing(path: tuple[str, ...]) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, "no such file", "/".join(path))
