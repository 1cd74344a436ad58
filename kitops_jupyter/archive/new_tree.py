"""The tree that an archive is unpacked into: new files and folders only, and never through a link.

Where the system can, everything is done relative to an open folder, and no part of a path is ever resolved twice.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from kitops_jupyter.archive.member_names import shown
from kitops_jupyter.errors import KitError, UnsafeArchive
from kitops_jupyter.pipeline import disk_error

# Open folders are a scarce good: macOS gives a process 256 descriptors.
_MOST_OPEN = 48
_HAS_DIR_FD = {os.open, os.mkdir, os.unlink, os.rmdir, os.chmod, os.stat} <= os.supports_dir_fd
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_USUAL_MODE = 0o755

# A folder to work in: a descriptor and no prefix, or no descriptor and its path with a separator behind it.
_Handle = tuple["int | None", str]


class NewTree:
    """Makes files and folders below `root`, which exists; several may share one root. Not for several threads."""

    def __init__(self, root: Path) -> None:
        self.folders: dict[str, int] = {}
        self._root = root
        self._files: list[str] = []
        self._open: dict[str, _Handle] = {}
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
            self._make(name, mode)

    def path_of(self, name: str) -> str:
        """For messages."""
        return os.fspath(self._root / name)

    def set_modes(self) -> None:
        """Give every folder that was made here its mode, less what the umask takes; last of all, innermost first."""
        umask: int | None = None
        self._is_mode_set = True
        for name, mode in reversed(self.folders.items()):
            if mode & 0o777 == _USUAL_MODE:
                continue
            umask = self._umask() if umask is None else umask
            self._chmod(name, mode & 0o777 & ~umask)

    def close(self) -> None:
        """Let go of the folders; may be called twice."""
        for descriptor, _ in self._open.values():
            if descriptor is not None:
                os.close(descriptor)
        self._open.clear()

    def remove(self) -> None:
        """Remove all that was made here; what is in the way of that stays."""
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
        self.close()

    def _remove(self, name: str, *, is_dir: bool) -> None:
        folder, _, base = name.rpartition("/")
        with contextlib.suppress(OSError, KitError):
            descriptor, prefix = self._enter(folder)
            if is_dir:
                self._forget(name)
                os.rmdir(prefix + base, dir_fd=descriptor)
            else:
                os.unlink(prefix + base, dir_fd=descriptor)

    def _forget(self, name: str) -> None:
        descriptor, _ = self._open.pop(name, (None, ""))
        if descriptor is not None:
            os.close(descriptor)

    def _enter(self, name: str) -> _Handle:
        """The open folder of this name, made with all that is missing on the way. Raises UnsafeArchive, StorageFull."""
        if len(self._open) >= _MOST_OPEN:
            self.close()
        missing = []
        while name not in self._open and name:
            missing.append(name)
            name = name.rpartition("/")[0]
        handle = self._open.get("") or self._open_folder("")
        handle = self._open.get(name, handle)
        for inner in reversed(missing):
            if inner not in self.folders:
                self._make(inner, _USUAL_MODE)
            handle = self._open_folder(inner)
        return handle

    def _make(self, name: str, mode: int) -> None:
        """Make the folder, writable for us as long as we work in it; one that another archive made is as good."""
        folder, _, base = name.rpartition("/")
        descriptor, prefix = self._open.get(folder) or self._enter(folder)
        try:
            os.mkdir(prefix + base, mode & 0o777 | 0o700, dir_fd=descriptor)
        except FileExistsError as error:
            if stat.S_ISDIR(os.stat(prefix + base, dir_fd=descriptor, follow_symlinks=False).st_mode):
                return
            raise UnsafeArchive(f"member {shown(name)}: a folder is needed where a file is") from error
        except OSError as error:
            raise self._refused(name, error) from error
        self.folders[name] = mode

    def _open_folder(self, name: str) -> _Handle:
        folder, _, base = name.rpartition("/")
        if not _HAS_DIR_FD:
            handle: _Handle = (None, os.path.join(self._root, *name.split("/")) + os.sep)  # noqa: PTH118
        else:
            descriptor, prefix = self._open[folder] if name else (None, os.fspath(self._root))
            try:
                handle = (os.open(prefix + base, _FOLDER, dir_fd=descriptor), "")
            except OSError as error:
                raise self._refused(name, error) from error
        self._open[name] = handle
        return handle

    def _chmod(self, name: str, mode: int) -> None:
        folder, _, base = name.rpartition("/")
        descriptor, prefix = self._enter(folder)
        try:
            os.chmod(prefix + base, mode, dir_fd=descriptor)
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
            raise disk_error(error, self._root) from error
        return 0o777 & ~found

    def _refused(self, name: str, error: OSError) -> KitError:
        """Why a file or folder could not be made."""
        if error.errno == errno.EEXIST:
            return UnsafeArchive(f"member {shown(name)}: there is one of that name already")
        if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.EISDIR):
            return UnsafeArchive(f"member {shown(name)}: a folder is needed where a file is")
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
            return UnsafeArchive(f"member {shown(name)}: this file system cannot have that name ({error.strerror})")
        return disk_error(error, self._root / name)
