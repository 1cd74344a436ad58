"""Turns the system's write errors into errors that a person can act on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from kitops_jupyter.disk import free_bytes
from kitops_jupyter.errors import StorageFull, StoreError

_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}


def disk_error(error: OSError, path: str | os.PathLike[str], *, elsewhere: str = "choose another folder") -> StoreError:
    """The same failure in words: StorageFull for no room and no permission, StoreError for the rest.

    `elsewhere` is how to choose another place.
    """
    what = f"{os.fspath(path)} cannot be written: {error.strerror or error}"
    if error.errno in _NO_ROOM:
        return StorageFull(
            what + _free(Path(path)),
            hint="free some space there (kit clean shows what can go), then run the same command again",
        )
    if error.errno in _NO_PERMISSION:
        return StorageFull(what, hint=f"make the folder writable, or {elsewhere}")
    return StoreError(what, hint=f"check that its disk or network is available; if not, {elsewhere}")


def _free(path: Path) -> str:
    there = next((folder for folder in (path, *path.parents) if folder.exists()), path)
    free = free_bytes(there)
    return "" if free is None else f" ({free} bytes are free)"
