"""The moves from a staging tree into a folder, made and taken back by open folders, never through a link."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from kitops_jupyter.disk import try_chmod
from kitops_jupyter.disk.folders import Folders
from kitops_jupyter.errors import Conflict
from kitops_jupyter.progress import in_beats

_READ = os.O_RDONLY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
    _READ |= getattr(os, _flag, 0)
    _NEW |= getattr(os, _flag, 0)
_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Move:
    """One file or folder that gets its final name; `replaces` says that a file was there, kept until all is done.

    `inode` and `mtime_ns` are those of what moves, to know it again.
    """

    path: str
    replaces: bool
    inode: int
    mtime_ns: int

    def is_same(self, there: os.stat_result | None) -> bool:
        """Whether this is what was moved. Some file systems invent new inodes at each look."""
        return there is not None and (there.st_ino == self.inode or there.st_mtime_ns == self.mtime_ns)


class Moves:
    """Moves from `tree` into `target`, with what they replace kept in `kept` until the end: three sets of open folders.

    Everything raises OSError and Conflict; a folder of `target` that became a link is a Conflict.
    """

    def __init__(self, tree: Folders, target: Folders, kept: Folders) -> None:
        self.tree, self.target, self.kept = tree, target, kept
        self._has_links = hasattr(os, "link")
        self._kept_folders: set[str] = set()

    def planned(self, at: str = "") -> Iterator[Move]:
        """What is new moves as a whole, folder by folder; a folder that is there is entered."""
        for base, is_dir in in_beats(self.tree.scan(at)):
            path = f"{at}/{base}" if at else base
            made = self.tree.stat(path)
            there = self._in_target(path)
            if made is None:
                continue
            if there is None:
                yield Move(path, False, made.st_ino, made.st_mtime_ns)
            elif is_dir and stat.S_ISDIR(there.st_mode):
                yield from self.planned(path)
            elif is_dir or not stat.S_ISREG(there.st_mode):
                raise _in_the_way(self.target, path, "is not a folder" if is_dir else "is not a regular file")
            else:
                yield Move(path, True, made.st_ino, made.st_mtime_ns)

    def make(self, move: Move) -> None:
        """One move, in one step. Raises Conflict for what appeared meanwhile, or is not a regular file."""
        made = self.tree.stat(move.path)
        if made is None:
            raise FileNotFoundError(errno.ENOENT, "it was removed meanwhile", self.shown(move.path))
        with self._named(move.path):
            there = self._in_target(move.path)
            if move.replaces:
                self._replace(move.path, there)
            elif there is not None:
                raise _in_the_way(self.target, move.path, "appeared meanwhile: nothing was changed")
            elif stat.S_ISDIR(made.st_mode):
                self._move_folder(move.path, made.st_mode)
            else:
                self._move_file(move.path)

    def undo(self, moves: list[Move], began_ns: int) -> list[str]:
        """Take back every move that was made; safe to repeat. What was changed or added since `began_ns` stays.

        `began_ns` is a time of the file system's own clock, right before the first move. Returns what was replaced
        and could not be put back.
        """
        left = []
        for move in in_beats(moves):
            try:
                self._undo(move, began_ns)
            except (OSError, Conflict):
                with contextlib.suppress(OSError):
                    left += [move.path] if self.kept.stat(move.path) is not None else []
        return left

    def _undo(self, move: Move, began_ns: int) -> None:
        there, made = self._in_target(move.path), self.tree.stat(move.path)
        if move.replaces:
            if made is None and (there is None or move.is_same(there)) and self.kept.stat(move.path) is not None:
                _rename(self.kept, self.target, move.path)
        elif there is None or not move.is_same(there) or (made is not None and made.st_ino != there.st_ino):
            return  # not moved, or another one by now
        elif stat.S_ISDIR(there.st_mode):
            self.target.remove_tree(move.path, unless_changed_since_ns=began_ns)
        else:
            path, descriptor = self.target.at(move.path)
            os.unlink(path, dir_fd=descriptor)

    def shown(self, path: str) -> str:
        """For messages."""
        return str(self.target.path / path)

    @contextlib.contextmanager
    def _named(self, path: str) -> Iterator[None]:
        """An error names the file as the user knows it, not where it was made."""
        try:
            yield
        except OSError as problem:
            problem.filename, problem.filename2 = self.shown(path), None
            raise

    def _in_target(self, path: str) -> os.stat_result | None:
        try:
            return self.target.stat(path)
        except OSError as problem:
            if problem.errno in (errno.ENOTDIR, errno.ELOOP):
                folder = path.rpartition("/")[0]
                raise _in_the_way(self.target, folder, "became a link or a file: nothing was written") from None
            raise

    def _replace(self, path: str, there: os.stat_result | None) -> None:
        if there is None or not stat.S_ISREG(there.st_mode):
            raise _in_the_way(self.target, path, "is not a regular file: it is not replaced")
        folder = path.rpartition("/")[0]
        if folder not in self._kept_folders:
            self.kept.make_folders(folder)
            self._kept_folders.add(folder)
        if not self._linked(self.target, self.kept, path):
            self._copy_to_kept(path, there)
        made, descriptor = self.tree.at(path)
        with contextlib.suppress(OSError):  # as kit: the old file's mode stays, where the file system has modes
            os.chmod(made, stat.S_IMODE(there.st_mode), dir_fd=descriptor)
        _rename(self.tree, self.target, path)

    def _move_folder(self, path: str, mode: int) -> None:
        """Move a folder, also one without write permission: a move changes its `..` entry."""
        is_closed = not mode & stat.S_IWUSR
        made, descriptor = self.tree.at(path)
        if is_closed:
            try_chmod(made, mode | stat.S_IWUSR, dir_fd=descriptor)
        self.tree.forget(path)
        _rename(self.tree, self.target, path)
        if is_closed:
            opened, prefix = self.target.enter(path)
            try_chmod(prefix if opened is None else opened, stat.S_IMODE(mode))

    def _move_file(self, path: str) -> None:
        """Move a file by a hard link if the file system has them: a rename would replace a file that was just made."""
        if not self._linked(self.tree, self.target, path):
            _rename(self.tree, self.target, path)
            return
        made, descriptor = self.tree.at(path)
        os.unlink(made, dir_fd=descriptor)

    def _linked(self, source: Folders, destination: Folders, path: str) -> bool:
        """Whether the file has a second name now; False where the file system has no such thing."""
        if not self._has_links:
            return False
        (old, old_fd), (new, new_fd) = source.at(path), destination.at(path)
        try:
            os.link(old, new, src_dir_fd=old_fd, dst_dir_fd=new_fd, follow_symlinks=False)
        except FileExistsError:
            raise _in_the_way(self.target, path, "appeared meanwhile: nothing was changed") from None
        except (OSError, NotImplementedError):
            self._has_links = source is self.target  # others' files may be refused one by one
            return False
        return True

    def _copy_to_kept(self, path: str, there: os.stat_result) -> None:
        old, old_fd = self.target.at(path)
        new, new_fd = self.kept.at(path)
        source = os.open(old, _READ, dir_fd=old_fd)
        try:
            if not stat.S_ISREG(os.fstat(source).st_mode):
                raise _in_the_way(self.target, path, "is not a regular file: it is not replaced")
            copy = os.open(new, _NEW, stat.S_IMODE(there.st_mode), dir_fd=new_fd)
            with os.fdopen(copy, "wb") as stream:
                while piece := os.read(source, _COPY_BYTES):
                    stream.write(piece)
            with contextlib.suppress(OSError):
                os.utime(new, ns=(there.st_atime_ns, there.st_mtime_ns), dir_fd=new_fd)
                os.chmod(new, stat.S_IMODE(there.st_mode), dir_fd=new_fd)
        finally:
            os.close(source)


def _rename(source: Folders, destination: Folders, path: str) -> None:
    (old, old_fd), (new, new_fd) = source.at(path), destination.at(path)
    os.replace(old, new, src_dir_fd=old_fd, dst_dir_fd=new_fd)


def _in_the_way(target: Folders, path: str, reason: str) -> Conflict:
    return Conflict(f"{target.path / path} {reason}", hint="move it away, or unpack into another folder with -d FOLDER")
