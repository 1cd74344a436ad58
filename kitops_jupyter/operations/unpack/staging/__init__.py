"""All or nothing on disk: files are made in a hidden folder beside their place, and moved when all are right.

A new folder gets its name in one rename. Into a folder that is there the moves may be several, so they are written
down before the first, in the home (`records`); whoever unpacks there next after a kill undoes them. Either way no file
of a broken-off unpack stays under its final name. Everything goes by open folders: a folder that is swapped for a link
in the meantime is not written through.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from kitops_jupyter.archive import SharedTree
from kitops_jupyter.disk.folders import Folders
from kitops_jupyter.errors import Conflict, KitError, PathInvalid, StorageFull
from kitops_jupyter.operations.unpack.staging import records
from kitops_jupyter.operations.unpack.staging.moves import Move, Moves
from kitops_jupyter.operations.unpack.staging.records import PREFIX, Head
from kitops_jupyter.operations.unpack.staging.recovery import KEPT, OURS, TREE, recover, remove_staging
from kitops_jupyter.pipeline import disk_error
from kitops_jupyter.progress import in_beats, past_cancel

__all__ = ["PREFIX", "Staging", "recover"]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Staging:
    """A place to make files for `target`, on the same file system. Use as a context manager: leaving it cleans up.

    `home` is where the record of it lies. Regular files are replaced with `overwrite`, else nothing is. `tree` is the
    folder to fill, `shared` the same for the layers of a kit. Raises PathInvalid, StorageFull, StoreError.
    """

    def __init__(self, target: Path, home: Path, *, overwrite: bool = False) -> None:
        self.target = target
        self.name = f"{PREFIX}{secrets.token_hex(8)}"
        self._home = home
        self._overwrite = overwrite
        self._is_new = not os.path.lexists(target)
        self._made: list[Path] = []
        self._open = ExitStack()
        self._record: records.Record | None = None
        self._staging: Folders | None = None
        self._is_kept = False

    def __enter__(self) -> Staging:
        if not self._is_new and not self.target.is_dir():
            raise PathInvalid(f"{self.target} is not a folder", hint="unpack into another folder with -d FOLDER")
        try:
            self._begin(self.target.parent if self._is_new else self.target)
        except BaseException as problem:
            self._end()
            self._unmake()
            if isinstance(problem, OSError):
                raise disk_error(problem, self.target) from problem
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *problem: object) -> None:
        self._end()
        if kind is not None:
            self._unmake()

    def drop(self, name: str) -> None:
        """Take a file out of the tree again. Raises StorageFull, StoreError."""
        try:
            path, descriptor = self._tree.at(name)
            os.unlink(path, dir_fd=descriptor)
        except OSError as problem:
            raise disk_error(problem, self.target / name) from None

    def take(self, path: Path, name: str, descriptor: int) -> bool:
        """Move a file of the same file system into the tree, over the new empty one; False where that cannot be.

        The descriptor of the empty one is closed, unless it is still needed.
        """
        made, dir_fd = self._tree.at(name)
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        try:
            os.replace(path, made, dst_dir_fd=dir_fd)
        except OSError:
            return False
        os.close(descriptor)
        with contextlib.suppress(OSError):
            os.chmod(made, mode, dir_fd=dir_fd)
        return True

    def give_back(self, path: Path, name: str) -> None:
        """Move a file that was taken back to where it was, if it is still here."""
        with contextlib.suppress(OSError):
            made, dir_fd = self._tree.at(name)
            os.replace(made, path, src_dir_fd=dir_fd)

    def commit(self) -> None:
        """Move everything to its place. Raises Conflict (a file came between), StorageFull; then all is as it was."""
        try:
            if self._is_new and self._beside.stat(self.target.name) is None:
                self._move_whole()
            else:
                self._move_into()
        except OSError as problem:
            raise disk_error(problem, problem.filename or self.target) from None

    def _begin(self, beside: Path) -> None:
        self._make_parents(beside)
        self._beside = Folders.opened(beside, self._open)
        recover(beside, self._home)
        self._begin_record(beside)
        path, descriptor = self._beside.at(self.name)
        os.mkdir(path, 0o700, dir_fd=descriptor)
        self._staging = staging = self._beside.below(self.name, self._open)
        self._mark(staging)
        _make(staging, TREE, 0o777)  # it becomes the user's folder
        self.tree = staging.path / TREE
        self._tree = staging.below(TREE, self._open)
        self.shared = SharedTree(self.tree, self._tree.descriptor, shown=self.target)

    def _begin_record(self, beside: Path) -> None:
        """Note the folder before it is made: a kill leaves no unknown folder."""
        there, nonce = self._beside.root_stat(), secrets.token_hex(16)
        self._head = Head(1, os.path.realpath(beside), there.st_dev, there.st_ino, self.name, records.NOT_MADE, nonce)
        self._record = records.begin(self._home, self._head)
        if self._record is None and not self._is_new:
            raise self._unrecorded()

    def _mark(self, staging: Folders) -> None:
        """Write our secret into the folder, then note it in the record; only then make anything else in it."""
        path, descriptor = staging.at(OURS)
        with os.fdopen(os.open(path, _NEW, 0o600, dir_fd=descriptor), "wb") as stream:
            stream.write(self._head.nonce.encode("ascii"))
        self._head = replace(self._head, owner=staging.root_stat().st_uid)
        if self._record is not None:
            self._record.write(self._head, (), durable=False)

    def _unrecorded(self) -> StorageFull:
        return StorageFull(
            f"{self.target} was not changed: moves into it cannot be recorded in {self._home} or "
            f"{records.places(self._home)[1].parent}, so a kill could leave it half changed",
            hint="set KITOPS_HOME to a folder that you can write, or unpack into a new folder",
        )

    def _make_parents(self, folder: Path) -> None:
        """Make the folder and its parents, and remember which ones, to take them back."""
        for missing in reversed([parent for parent in (folder, *folder.parents) if not parent.exists()]):
            missing.mkdir(exist_ok=True)
            self._made.append(missing)

    def _unmake(self) -> None:
        for folder in reversed(self._made):
            try:
                folder.rmdir()
            except OSError:
                return

    def _end(self) -> None:
        """Remove the staging folder, unless it holds files that could not be put back; then the record stays too."""
        if self._staging is not None and not self._is_kept:
            with past_cancel():
                remove_staging(self._staging, self._beside, self.name)
        if self._record is not None:
            self._record.release() if self._is_kept else self._record.close()
        self._open.close()

    def _move_whole(self) -> None:
        assert self._staging is not None
        made, made_fd = self._staging.at(TREE)
        self._tree.close()
        place, place_fd = self._beside.at(self.target.name)
        os.rename(made, place, src_dir_fd=made_fd, dst_dir_fd=place_fd)

    def _move_into(self) -> None:
        assert self._staging is not None
        with ExitStack() as stack:
            into = self.target.name if self._is_new else ""
            target = self._beside.below(into, stack)
            began = _make(self._staging, KEPT, 0o700)
            moves = Moves(self._tree, target, self._staging.below(KEPT, stack))
            planned = list(moves.planned())
            self._check(planned)
            head = replace(self._head, into=into, began_ns=max(began.st_ctime_ns, began.st_mtime_ns))
            if len(planned) > 1:
                if self._record is None:
                    raise self._unrecorded()
                self._record.write(head, planned)
            try:
                for move in in_beats(planned):
                    moves.make(move)
            except BaseException as problem:
                self._take_back(moves, planned, head.began_ns, problem)
                raise
            if len(planned) > 1 and self._record is not None:
                self._record.forget_moves(self._head)

    def _check(self, planned: list[Move]) -> None:
        replaced = [move.path for move in planned if move.replaces]
        if replaced and not self._overwrite:
            raise Conflict(
                f"{self.target / replaced[0]} appeared meanwhile: nothing was changed", details=replaced[:20]
            )

    def _take_back(self, moves: Moves, planned: list[Move], began_ns: int, problem: BaseException) -> None:
        with past_cancel():
            left = moves.undo(planned, began_ns)
        self._is_kept = bool(left)
        if left and isinstance(problem, KitError):
            problem.hint = f"{left[0]} could not be put back: it is in {self.tree.with_name(KEPT)}"


def _make(folders: Folders, name: str, mode: int) -> os.stat_result:
    path, descriptor = folders.at(name)
    os.mkdir(path, mode, dir_fd=descriptor)
    return os.stat(path, dir_fd=descriptor, follow_symlinks=False)
