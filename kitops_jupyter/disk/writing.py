"""Small files that are replaced whole: readers, and a kill of the writer, find the old bytes or the new ones."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
import time
from pathlib import Path

from kitops_jupyter.disk.odd_systems import sync, try_chmod

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
for _flag in ("O_NOFOLLOW", "O_BINARY", "O_CLOEXEC"):
    _NEW |= getattr(os, _flag, 0)
# Windows refuses to replace a file that someone reads just now (a virus scanner, another of us).
_REPLACE_TRIES, _REPLACE_PAUSE_S = 50, 0.02
UNFINISHED = ".part"
ABANDONED_AFTER_S = 3600.0  # an unfinished file that nobody wrote to for so long is a killed process's
_UNFINISHED_NAME = re.compile(r"\.[0-9a-f]{16}\.part\Z", re.ASCII)


def write_bytes(
    path: Path,
    data: bytes,
    *,
    mode: int = 0o666,
    is_exact: bool = False,
    durable: bool = False,
    temporary: Path | None = None,
) -> None:
    """Replace the file in one step; a link of this name is replaced, not followed.

    `mode` is less the umask, unless it `is_exact`. `durable` bytes survive a power cut. `temporary` is a name on the
    same file system that nobody else writes to meanwhile, and whose giver removes it when a kill left it. Without it, a
    random one in the file's folder is used: several writers need no lock, and each removes what killed ones left there
    an hour ago. Raises OSError; the file is as it was then.
    """
    if temporary is None:
        remove_abandoned(path.parent)
    new = temporary or unfinished_in(path.parent)
    try:
        write_new(new, data, mode=mode, durable=durable)
        if is_exact:
            try_chmod(new, mode)
        replace(new, path)
    except BaseException:
        try_unlink(new)
        raise


def unfinished_in(folder: Path) -> Path:
    """A name for a file that is not whole yet, which `remove_abandoned` knows."""
    return folder / f".{secrets.token_hex(8)}{UNFINISHED}"


def remove_abandoned(folder: Path) -> None:
    """Remove the unfinished files that killed writers left in a folder an hour ago and before, as far as that goes."""
    try:
        with os.scandir(folder) as found:
            names = [entry.name for entry in found if _UNFINISHED_NAME.match(entry.name)]
    except OSError:
        return
    for name in names:
        try:
            if time.time() - (folder / name).lstat().st_mtime > ABANDONED_AFTER_S:
                unlink(folder / name)
        except OSError:
            continue


def write_new(path: Path, data: bytes, *, mode: int = 0o666, durable: bool = False) -> None:
    """Write a file that gets its final name in a later step; what a killed writer left under this one goes."""
    unlink(path)  # it may be without the right to write
    with os.fdopen(os.open(path, _NEW, mode), "wb") as stream:
        stream.write(data)
        stream.flush()
        if durable:
            sync(stream.fileno())


def replace(source: Path, destination: Path) -> None:
    """`os.replace` that waits for Windows, and moves from one disk to another; it is one step all the same.

    Raises OSError.
    """
    for attempt in range(_REPLACE_TRIES):
        try:
            _replace_once(source, destination)
            return
        except PermissionError:
            if sys.platform != "win32" or attempt + 1 == _REPLACE_TRIES:
                raise
            if destination.exists():
                destination.chmod(0o666)
            time.sleep(_REPLACE_PAUSE_S)


def _replace_once(source: Path, destination: Path) -> None:
    try:
        source.replace(destination)
    except OSError as problem:
        if problem.errno != errno.EXDEV:
            raise
        beside = unfinished_in(destination.parent)
        try:
            shutil.copyfile(source, beside)
            try_chmod(beside, source.stat().st_mode & 0o777)
            beside.replace(destination)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        source.unlink()


def unlink(path: Path) -> None:
    """Delete a file if it is there; read-only ones too, on Windows. Raises OSError."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        if sys.platform != "win32":
            raise
        path.chmod(0o666)
        path.unlink(missing_ok=True)


def try_unlink(path: Path) -> None:
    """Delete a file that may stay if it must."""
    try:
        unlink(path)
    except OSError:
        pass
