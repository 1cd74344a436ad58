"""Undoing what a killed unpack left, and removing staging folders: only those that we can prove to be ours."""

from __future__ import annotations

import contextlib
import errno
import hmac
import os
import stat
from contextlib import ExitStack
from pathlib import Path

from kitops_jupyter.disk.folders import Folders
from kitops_jupyter.operations.unpack.staging import records
from kitops_jupyter.operations.unpack.staging.moves import Move, Moves
from kitops_jupyter.operations.unpack.staging.records import Head

TREE, KEPT, OURS = "tree", "kept", "ours"
_READ = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
    _READ |= getattr(os, _flag, 0)


def recover(target: Path, home: Path) -> None:
    """Undo what a killed unpack left half-done in `target`; what a living one does, or someone else, is left alone."""
    with ExitStack() as stack:
        beside = Folders.opened(target, stack)
        for head, moves, record in records.left_by_the_dead(home, beside.root_stat(), target):
            is_done = False
            try:
                is_done = _undone(beside, head, moves)
            finally:
                record.close() if is_done else record.release()


def _undone(beside: Folders, head: Head, moves: list[Move]) -> bool:
    """Undo the moves and remove the staging folder; False if something is left to do. A foreign folder stays."""
    with ExitStack() as stack:
        try:
            staging = beside.below(head.name, stack)
            if head.owner == records.NOT_MADE:
                _remove_unmade(staging, beside, head)
                return True
            if not _is_ours(staging, head):
                return True
        except FileNotFoundError:
            _remove_empty(beside, head.name)  # a kill came right before that
            return True
        except OSError as problem:
            return problem.errno in (errno.ENOTDIR, errno.ELOOP)
        try:
            if moves:
                target = beside.below(head.into, stack)
                tree, kept = (staging.below(name, stack) for name in (TREE, KEPT))
                if Moves(tree, target, kept).undo(moves, head.began_ns):
                    return False
        except OSError:
            return False
        remove_staging(staging, beside, head.name)
        return True


def _is_ours(staging: Folders, head: Head) -> bool:
    """Whether this folder is the one that the record's writer made: it has a secret that only we know."""
    return staging.root_stat().st_uid == head.owner and hmac.compare_digest(
        _secret(staging), head.nonce.encode("ascii")
    )


def _secret(staging: Folders) -> bytes:
    """The text of the folder's mark. Raises OSError, also if it is not a regular file."""
    path, dir_fd = staging.at(OURS)
    descriptor = os.open(path, _READ, dir_fd=dir_fd)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileNotFoundError(errno.ENOENT, "the mark is not a regular file", OURS)
        return os.read(descriptor, 100)
    finally:
        os.close(descriptor)


def _remove_unmade(staging: Folders, beside: Folders, head: Head) -> None:
    """Remove a folder whose maker was killed while it wrote the mark: first the mark, if it is a beginning of ours."""
    if head.nonce.encode("ascii").startswith(_secret(staging)):
        _unlink_mark(staging)
    _remove_empty(beside, head.name)


def remove_staging(staging: Folders, beside: Folders, name: str) -> None:
    """Remove what we made in the staging folder, and it; whatever has its name by now."""
    for inner in (TREE, KEPT):
        staging.remove_tree(inner)
    _unlink_mark(staging)
    _remove_empty(beside, name)


def _unlink_mark(staging: Folders) -> None:
    with contextlib.suppress(OSError):
        path, descriptor = staging.at(OURS)
        os.unlink(path, dir_fd=descriptor)


def _remove_empty(beside: Folders, name: str) -> None:
    with contextlib.suppress(OSError):
        path, descriptor = beside.at(name)
        os.rmdir(path, dir_fd=descriptor)
