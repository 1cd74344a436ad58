"""What the system says when a file cannot be written, as errors that a person can act on."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from kitops_jupyter.errors import StorageFull, StoreError

_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}


def disk_error(error: OSError, path: str | os.PathLike[str]) -> StoreError:
    """The same failure in words: StorageFull for no room and no permission, StoreError for the rest."""
    what = f"{os.fspath(path)} cannot be written: {error.strerror or error}"
    if error.errno in _NO_ROOM:
        return StorageFull(
            what + _free(Path(path)),
            hint="free some room there (kit remove --all drops untagged kits, kit cache clear temporary files), then "
            "run the same command again",
        )
    if error.errno in _NO_PERMISSION:
        return StorageFull(what, hint="make the folder writable, or choose another one")
    return StoreError(what)


def _free(path: Path) -> str:
    for folder in (path, *path.parents):
        try:
            return f" ({shutil.disk_usage(folder).free} bytes are free)"
        except OSError:
            continue
    return ""
