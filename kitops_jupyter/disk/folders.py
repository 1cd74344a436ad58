"""Folders below one root, each opened once and never through a link: what is looked at is what is used.

Where the system can, every name is looked up relative to an open folder, so that nobody can swap a folder for a link
between a look and a move. Where it cannot (Windows), every folder on the way is looked at right before its use.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from kitops_jupyter.progress import beat

# Open folders are a scarce good: macOS gives a process 256 descriptors.
_MOST_OPEN = 48
# A file system that hands freed blocks to its disk at once (ext4 with `discard`) removes 100,000 files of 1 kB in 100 s
# by one thread, in 26 s by four.
_REMOVERS = 4
_REMOVED_PER_BEAT = 64
HAS_DIR_FD = {os.open, os.mkdir, os.unlink, os.rmdir, os.chmod, os.stat, os.rename, os.link} <= os.supports_dir_fd
_FOLDER = os.O_RDONLY
for _flag in ("O_DIRECTORY", "O_CLOEXEC"):
    _FOLDER |= getattr(os, _flag, 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_PASS_THROUGH = getattr(os, "O_PATH", 0)  # needs no right to read the folder, and cannot list it

# A folder to work in: a descriptor and no prefix, or no descriptor and its path with a separator behind it.
Handle = tuple["int | None", str]


def open_folder(path: str, *, dir_fd: int | None = None, follow_links: bool = False) -> int | None:
    """A descriptor of the folder, which the caller closes; None where the system has none. Raises OSError."""
    if not HAS_DIR_FD:
        _check_folder(path, follow_links=follow_links)
        return None
    flags = _FOLDER if follow_links else _FOLDER | _NO_LINK
    try:
        return os.open(path, flags, dir_fd=dir_fd)
    except PermissionError:
        if not _PASS_THROUGH:
            raise
        return os.open(path, flags | _PASS_THROUGH, dir_fd=dir_fd)


def _check_folder(path: str, *, follow_links: bool) -> None:
    there = Path(path).stat(follow_symlinks=follow_links)
    if not stat.S_ISDIR(there.st_mode) or getattr(there, "st_reparse_tag", 0) not in (0, _CLOUD_FILE):
        raise OSError(errno.ENOTDIR, "a link or a file, where a folder is needed", path)


_CLOUD_FILE = 0x9000001A  # OneDrive's folders are reparse points, and never lead elsewhere


class Folders:
    """The folders below `path`; names are clean relative paths with slashes, and "" is the root.

    `descriptor` is the root, opened; it stays the caller's. Without it the root is opened by its path, not followed if
    it is a link. Not for several threads. Everything raises OSError: ENOTDIR or ELOOP for a link on the way.
    """

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        self.path = path
        self.descriptor = descriptor
        self._root: Handle | None = (descriptor, "") if descriptor is not None else None
        self._open: dict[str, Handle] = {}

    @classmethod
    def opened(cls, path: Path, stack: contextlib.ExitStack) -> Folders:
        """The folders below a folder that a person named, be it by a link; the stack closes them."""
        folders = cls(path, open_folder(os.fspath(path), follow_links=True))
        folders._closed_by(stack)
        return folders

    def below(self, name: str, stack: contextlib.ExitStack) -> Folders:
        """The folder of this name as a root of its own, which the stack closes; "" for the same one again."""
        descriptor = self.descriptor
        inner = Folders(self.path / name, descriptor)
        if name and descriptor is not None:
            path, dir_fd = self.at(name)
            inner = Folders(self.path / name, open_folder(path, dir_fd=dir_fd))
            inner._closed_by(stack)
        else:
            stack.callback(inner.close)
        return inner

    def root_stat(self) -> os.stat_result:
        """What the root itself is."""
        descriptor, prefix = self.enter("")
        return os.fstat(descriptor) if descriptor is not None else Path(prefix).stat()

    def enter(self, name: str) -> Handle:
        """The open folder of this name; its descriptor is good until the next call."""
        if len(self._open) >= _MOST_OPEN:
            self._close_all_but(self._open.get(""))
        missing = []
        while name and name not in self._open:
            missing.append(name)
            name = name.rpartition("/")[0]
        handle = self._open.get(name) or self._enter_root()
        for inner in reversed(missing):
            if len(self._open) >= _MOST_OPEN:
                self._close_all_but(handle)
            self._arrive(inner, handle)
            handle = self._open[inner] = self._enter_one(inner, handle)
        return handle

    def at(self, name: str) -> tuple[str, int | None]:
        """What to give a system call for this name, as its path and its `dir_fd`."""
        folder, _, base = name.rpartition("/")
        if not HAS_DIR_FD:
            self._look_again(folder)
        descriptor, prefix = self._open.get(folder) or self.enter(folder)
        return prefix + base, descriptor

    def stat(self, name: str) -> os.stat_result | None:
        """What is there under this name, a link itself; None for nothing."""
        try:
            path, descriptor = self.at(name)
            return os.stat(path, dir_fd=descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def scan(self, name: str) -> list[tuple[str, bool]]:
        """What the folder has, in order: each name, and whether it is a folder."""
        descriptor, prefix = self.enter(name)
        with os.scandir(prefix or descriptor) as found:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)

    def make_folders(self, name: str) -> None:
        """Have this folder, and those on the way, for our eyes alone."""
        for inner in _on_the_way(name):
            path, descriptor = self.at(inner)
            with contextlib.suppress(FileExistsError):
                os.mkdir(path, 0o700, dir_fd=descriptor)

    def remove_tree(self, name: str, *, unless_changed_since_ns: int | None = None) -> None:
        """Remove a folder with what is in it, as far as that goes; never through a link, and without an error
        of the system; in beats.

        Without `unless_changed_since_ns` it lies where only we can write. With it, files that were made or changed
        after that time stay, with their folders.
        """
        with ThreadPoolExecutor(_REMOVERS, thread_name_prefix="kit-remove") as pool:
            self._remove_tree(name, unless_changed_since_ns, pool)

    def _remove_tree(self, name: str, since_ns: int | None, pool: ThreadPoolExecutor) -> None:
        entries: list[tuple[str, bool]] = []
        with contextlib.suppress(OSError):
            self._make_writable(name, is_ours=since_ns is None)
            entries = self.scan(name)
        for base in (base for base, is_dir in entries if is_dir):
            self._remove_tree(f"{name}/{base}", since_ns, pool)
        files = [base for base, is_dir in entries if not is_dir]
        for start in range(0, len(files), _REMOVED_PER_BEAT):
            beat()
            some = files[start : start + _REMOVED_PER_BEAT]
            with contextlib.suppress(OSError):
                if not HAS_DIR_FD:
                    self._look_again(name)
                unlink = partial(_unlink, self._open.get(name) or self.enter(name), since_ns)
                list(pool.map(unlink, (some[at::_REMOVERS] for at in range(min(_REMOVERS, len(some))))))
        with contextlib.suppress(OSError):
            self.forget(name)
            path, descriptor = self.at(name)
            os.rmdir(path, dir_fd=descriptor)

    def forget(self, name: str) -> None:
        """Let go of one folder, so that it can be moved or removed everywhere."""
        descriptor, _ = self._open.pop(name, (None, ""))
        if descriptor is not None:
            os.close(descriptor)

    def close(self) -> None:
        """Let go of all folders but the caller's; may be called twice, and what follows opens them again."""
        self._close_all_but(None)

    def _closed_by(self, stack: contextlib.ExitStack) -> None:
        if self.descriptor is not None:
            stack.callback(os.close, self.descriptor)
        stack.callback(self.close)

    def _arrive(self, name: str, parent: Handle) -> None:
        """Called before a folder is opened: for those who make what is missing."""

    def _enter_root(self) -> Handle:
        if self._root is not None:
            return self._root
        if "" not in self._open:
            descriptor = open_folder(os.fspath(self.path))
            self._open[""] = (descriptor, "") if descriptor is not None else (None, f"{self.path}{os.sep}")
        return self._open[""]

    def _enter_one(self, name: str, parent: Handle) -> Handle:
        path = parent[1] + name.rpartition("/")[2]
        descriptor = open_folder(path, dir_fd=parent[0])
        return (descriptor, "") if descriptor is not None else (None, path + os.sep)

    def _look_again(self, name: str) -> None:
        for inner in _on_the_way(name):
            with contextlib.suppress(FileNotFoundError):
                _check_folder(os.path.join(self.path, *inner.split("/")), follow_links=False)  # noqa: PTH118

    def _make_writable(self, name: str, *, is_ours: bool) -> None:
        there = self.stat(name)
        if there is None or not stat.S_ISDIR(there.st_mode) or there.st_mode & stat.S_IRWXU == stat.S_IRWXU:
            return
        if is_ours:
            path, descriptor = self.at(name)
            os.chmod(path, 0o700, dir_fd=descriptor)
        elif (opened := self.enter(name)[0]) is not None:  # others may swap it for a link: only what is open is changed
            os.fchmod(opened, 0o700)

    def _close_all_but(self, kept: Handle | None) -> None:
        for name, handle in list(self._open.items()):
            if handle is not kept:
                self.forget(name)


def _unlink(folder: Handle, since_ns: int | None, names: Sequence[str]) -> None:
    """Remove these files of the folder, as far as that goes; those that changed after `since_ns` stay."""
    descriptor, prefix = folder
    for name in names:
        with contextlib.suppress(OSError):
            if since_ns is not None:
                there = os.stat(prefix + name, dir_fd=descriptor, follow_symlinks=False)
                if max(there.st_ctime_ns, there.st_mtime_ns) > since_ns:
                    continue
            os.unlink(prefix + name, dir_fd=descriptor)


def _on_the_way(name: str) -> Iterator[str]:
    """The name's folders, outermost first, and itself; nothing for the root."""
    parts = name.split("/") if name else []
    return ("/".join(parts[: at + 1]) for at in range(len(parts)))
