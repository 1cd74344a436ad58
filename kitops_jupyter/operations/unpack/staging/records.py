"""What a killed unpack leaves for the next one to know, in a folder where only we write; checked whenever it is read.

A record is a file `ID.json` in `unpacks` of the home, with `ID.lock` beside it, held for as long as its process lives.
Its first line says which staging folder it is about, and how that is known again; the second, once there is
something to undo, the moves. Nothing in a folder that a kit is unpacked into means anything by its name.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import Timeout

from kitops_jupyter.archive import NameRules
from kitops_jupyter.disk import parse_json, write_bytes
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import KitError
from kitops_jupyter.operations.unpack.staging.moves import Move
from kitops_jupyter.store.files import open_regular

PREFIX = ".kit-unpack-"
NOT_MADE = -1  # the owner of a folder that has at most our secret in it
_VERSION = 1
_ID = re.compile(r"[0-9a-f]{32}\Z", re.ASCII)
_STAGING = re.compile(r"\.kit-unpack-[0-9a-f]{16}\Z", re.ASCII)
_HEAD_LIMIT_BYTES = 64 << 10
_MOVES_LIMIT_BYTES = 512 << 20  # of 4 million moves
_KEPT_S = 90 * 86400.0  # the record of an unpack into a folder that is gone, or on a disk that is not there now


@dataclass(frozen=True, slots=True)
class Head:
    """A staging folder `name` in the folder `beside`, for `into` below that ("" for the folder itself).

    `device` and `inode` are those of `beside`; `owner` is whom the file system says that the staging folder belongs
    to, and `nonce` is what its file `ours` has in it: only the process that made both can have written it.
    """

    version: int
    beside: str
    device: int
    inode: int
    name: str
    owner: int
    nonce: str
    into: str = ""
    began_ns: int = 0


class Record:
    """An open record, its lock held until `close` or `release`. Raises OSError."""

    def __init__(self, path: Path, lock: Lock) -> None:
        self._path = path
        self._lock = lock

    @classmethod
    def begin(cls, folder: Path, head: Head) -> Record:
        """A new record in this folder, which is private."""
        path = folder / f"{secrets.token_hex(16)}.json"
        lock = Lock(path.with_suffix(".lock"))
        lock.acquire(timeout=0)
        record = cls(path, lock)
        try:
            record.write(head, (), durable=False)
        except BaseException:
            record.close()
            raise
        return record

    def write(self, head: Head, moves: Sequence[Move], *, durable: bool = True) -> None:
        """Replace what it says, in one step."""
        listed = [[move.path, move.replaces, move.inode, move.mtime_ns] for move in moves]
        data = f"{json.dumps(asdict(head))}\n{json.dumps(listed)}\n".encode("ascii")
        write_bytes(self._path, data, mode=0o600, durable=durable, temporary=self._path.with_suffix(".tmp"))

    def forget_moves(self, head: Head) -> None:
        """All moves are made: from now on there is nothing to undo, only to clean up."""
        try:
            self.write(head, (), durable=False)
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink()

    def release(self) -> None:
        """Leave it to whoever looks next."""
        with contextlib.suppress(OSError):
            self._lock.release()

    def close(self) -> None:
        """Forget it: there is nothing left to undo."""
        for suffix in (".json", ".tmp"):
            with contextlib.suppress(OSError):
                self._path.with_suffix(suffix).unlink()
        self.release()
        with contextlib.suppress(OSError):
            self._path.with_suffix(".lock").unlink()


def begin(home: Path, head: Head) -> Record | None:
    """A record in the home, else in a private folder for temporary files; None where neither can be written."""
    for folder in places(home):
        with contextlib.suppress(OSError, Timeout, NotImplementedError):
            if _is_private(folder, make=True):
                return Record.begin(folder, head)
    return None


def places(home: Path) -> list[Path]:
    """Where records can be: also of an unpack whose home could not be written, or has no locks."""
    user = f"-{os.geteuid()}" if hasattr(os, "geteuid") else ""
    return [home / "unpacks", Path(tempfile.gettempdir()) / f"kitops_jupyter{user}" / "unpacks"]


def left_by_the_dead(home: Path, beside: os.stat_result, path: Path) -> Iterator[tuple[Head, list[Move], Record]]:
    """Each record about the folder `path` whose process lives no more, locked; the caller closes it."""
    for folder in places(home):
        try:
            names = sorted(os.listdir(folder)) if _is_private(folder) else []  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            if name.endswith(".json") and _ID.match(name[:-5]):
                yield from _dead_one(folder / name, beside, path)


def _dead_one(path: Path, beside: os.stat_result, target: Path) -> Iterator[tuple[Head, list[Move], Record]]:
    try:
        head = _read(path)[0]
    except (OSError, ValueError, KitError):
        head = None
    is_about_this = head is not None and (
        (head.device, head.inode) == (beside.st_dev, beside.st_ino) or head.beside == os.fspath(target)
    )
    if not is_about_this and not (head is None or _is_outlived(path, head)):
        return
    lock = Lock(path.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except (OSError, Timeout, NotImplementedError):
        return  # alive, or not to be told from it
    record = Record(path, lock)
    try:
        found = _read(path, with_moves=True)
    except (OSError, ValueError, KitError):
        record.close()  # ended meanwhile, or nothing that we wrote
        return
    if is_about_this:
        yield *found, record
    else:
        record.close()


def _is_outlived(path: Path, head: Head) -> bool:
    with contextlib.suppress(OSError):
        return not os.path.lexists(head.beside) and path.stat().st_mtime < time.time() - _KEPT_S
    return False


def _is_private(folder: Path, *, make: bool = False) -> bool:
    """Whether nobody else can have written into this folder. Raises OSError."""
    if make:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    there = folder.lstat()
    if not stat.S_ISDIR(there.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True  # Windows: a user's folders are the user's
    return there.st_uid == os.geteuid() and not there.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(path: Path, *, with_moves: bool = False) -> tuple[Head, list[Move]]:
    """A record, every word of it checked. Raises OSError, ValueError, UnsafeArchive."""
    descriptor = open_regular(path)
    with os.fdopen(descriptor, "rb") as stream:
        there = os.fstat(descriptor)
        if hasattr(os, "geteuid") and there.st_uid != os.geteuid():
            raise ValueError("written by someone else")
        head = _head(parse_json(stream.readline(_HEAD_LIMIT_BYTES)))
        return head, _moves(parse_json(stream.readline(_MOVES_LIMIT_BYTES))) if with_moves else []


def _head(value: Any) -> Head:
    if not isinstance(value, dict) or value.keys() != set(Head.__dataclass_fields__):
        raise ValueError("not a record")
    for name, field in Head.__dataclass_fields__.items():
        if type(value[name]).__name__ != field.type:
            raise ValueError(f"{name} is {type(value[name]).__name__}")
    head = Head(**value)
    if head.version != _VERSION or not _STAGING.match(head.name) or not _ID.match(head.nonce):
        raise ValueError("not a record of this version")
    if "\0" in head.beside or not Path(head.beside).is_absolute():
        raise ValueError("not a folder")
    if head.into and (_clean(head.into) != head.into or "/" in head.into):
        raise ValueError("not a name")
    return head


def _moves(value: Any) -> list[Move]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    moves = []
    for item in value:
        if not isinstance(item, list) or [type(part) for part in item] != [str, bool, int, int]:
            raise ValueError("not a move")
        moves.append(Move(*item))
        if not item[0] or _clean(item[0]) != item[0]:
            raise ValueError("not a clean path")
    return moves


def _clean(name: str) -> str:
    """The name, checked as the names in archives are. Raises UnsafeArchive."""
    return NameRules().clean(name)
