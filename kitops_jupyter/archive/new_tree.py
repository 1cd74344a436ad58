"""The tree that archives are unpacked into: new files and folders only, and never through a link.

Where the system can, everything is done relative to an open folder, and no part of a path is ever resolved twice.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from kitops_jupyter.archive.member_names import file_and_folder, shown, twice
from kitops_jupyter.disk import try_chmod
from kitops_jupyter.disk.folders import Folders, Handle
from kitops_jupyter.errors import KitError, UnsafeArchive
from kitops_jupyter.pipeline import disk_error

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
USUAL_MODE = 0o755


class NewTree(Folders):
    """Makes files and folders below `root`, which exists; several may share one root. Not for several threads.

    `descriptor` is the root, opened, and stays the caller's. Messages name files below `shown`. `folders` are those
    that were made, `modes` what was asked for, of folders that another archive made as well.
    """

    def __init__(self, root: Path, descriptor: int | None = None, *, shown: Path | None = None) -> None:
        super().__init__(root, descriptor)
        self.folders: dict[str, int] = {}
        self.modes: dict[str, int] = {}
        self._shown = shown or root
        self._files: list[str] = []
        self._is_mode_set = False

    def new_file(self, name: str, mode: int) -> int:
        """A descriptor to write a file that was not there. Raises UnsafeArchive, StorageFull."""
        folder, _, base = name.rpartition("/")
        handle = self._open.get(folder) or self._enter(folder)
        try:
            descriptor = os.open(handle[1] + base, _NEW_FILE, mode & 0o777, dir_fd=handle[0])
        except OSError as error:
            raise self._refused(name, error) from error
        self._files.append(name)
        return descriptor

    def new_folder(self, name: str, mode: int) -> None:
        """Make a folder, or note the mode of one made here on the way to a file. Raises UnsafeArchive, StorageFull."""
        if name in self.folders:
            self.folders[name] = mode
        else:
            folder = name.rpartition("/")[0]
            self._make(name, self._open.get(folder) or self._enter(folder), mode)
        self.modes[name] = mode

    def path_of(self, name: str) -> str:
        """For messages."""
        return os.fspath(self._shown / name)

    def set_modes(self, *, even_usual: bool = False) -> None:
        """Give folders the modes that were asked for, less what the umask takes; last of all, innermost first.

        A folder that was made here for the usual mode has it, unless `even_usual`.
        """
        umask: int | None = None
        self._is_mode_set = True
        for name, mode in sorted(self.modes.items(), key=lambda item: item[0].count("/"), reverse=True):
            if mode & 0o777 == USUAL_MODE and not even_usual:
                continue
            umask = self._umask() if umask is None else umask
            self._chmod(name, mode & 0o777 & ~umask)

    def remove(self) -> None:
        """Remove all that was made here; what prevents that stays."""
        if self._is_mode_set:
            for name in self.folders:
                with contextlib.suppress(OSError, KitError):
                    self._chmod(name, 0o700)
        for name in self._files:
            self._remove(name, is_dir=False)
        for name in reversed(self.folders):
            self._remove(name, is_dir=True)
        self._files.clear()
        self.folders.clear()
        self.modes.clear()
        self.close()

    def _remove(self, name: str, *, is_dir: bool) -> None:
        folder, _, base = name.rpartition("/")
        with contextlib.suppress(OSError, KitError):
            descriptor, prefix = self._enter(folder)
            if is_dir:
                self.forget(name)
                os.rmdir(prefix + base, dir_fd=descriptor)
            else:
                os.unlink(prefix + base, dir_fd=descriptor)

    def _enter(self, name: str) -> Handle:
        """The open folder of this name, made with all that is missing on the way. Raises UnsafeArchive, StorageFull."""
        try:
            return self.enter(name)
        except OSError as error:
            raise self._refused(name, error) from error

    def _arrive(self, name: str, parent: Handle) -> None:
        if name not in self.folders:
            self._make(name, parent, USUAL_MODE)

    def _make(self, name: str, parent: Handle, mode: int) -> None:
        """Make the folder, writable for us as long as we work in it; one that another archive made is as good."""
        path = parent[1] + name.rpartition("/")[2]
        try:
            os.mkdir(path, mode & 0o777 | 0o700, dir_fd=parent[0])
        except FileExistsError as error:
            if stat.S_ISDIR(os.stat(path, dir_fd=parent[0], follow_symlinks=False).st_mode):
                return
            raise file_and_folder(name) from error
        except OSError as error:
            raise self._refused(name, error) from error
        self.folders[name] = mode

    def _chmod(self, name: str, mode: int) -> None:
        folder, _, base = name.rpartition("/")
        descriptor, prefix = self._enter(folder)
        try:
            try_chmod(prefix + base, mode, dir_fd=descriptor)
        except OSError as error:
            raise self._refused(name, error) from error

    def _umask(self) -> int:
        """What the system takes from a new folder's mode: asking for it by os.umask would change it for all threads."""
        descriptor, prefix = self._enter("")
        base = f".kit-umask-{os.getpid()}-{id(self):x}"
        try:
            os.mkdir(prefix + base, 0o777, dir_fd=descriptor)
            found = os.stat(prefix + base, dir_fd=descriptor, follow_symlinks=False).st_mode
            os.rmdir(prefix + base, dir_fd=descriptor)
        except OSError as error:
            raise disk_error(error, self._shown) from error
        return 0o777 & ~found

    def _refused(self, name: str, error: OSError) -> KitError:
        """Why a file or folder could not be made."""
        if error.errno == errno.EEXIST:
            there = self.stat(name)
            return file_and_folder(name) if there is not None and stat.S_ISDIR(there.st_mode) else twice(name)
        if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.EISDIR):
            return file_and_folder(name)
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
            return UnsafeArchive(f"member {shown(name)}: this file system does not allow that name ({error.strerror})")
        return disk_error(error, self.path_of(name))
