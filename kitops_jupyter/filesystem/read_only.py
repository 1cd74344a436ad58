"""What fsspec can ask of a file system that is written to: of kits, always the same answer."""

from __future__ import annotations

import errno
import os
from typing import Any, NoReturn

from fsspec.spec import AbstractFileSystem


class ReadOnlyFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """A file system of which every change is refused with EROFS, as an operating system does it, before any look."""

    def _refuse(self, path: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """Kits are read-only. Raises OSError (EROFS)."""
        shown = path if isinstance(path, (str, os.PathLike)) else next(iter(path), "")
        raise OSError(errno.EROFS, "kits are read-only: kit pack makes a new one", os.fspath(shown)[:200])

    mkdir = makedirs = makedir = mkdirs = rmdir = rm = rm_file = _rm = delete = _refuse
    touch = pipe = pipe_file = write_text = write_bytes = put = put_file = upload = _refuse

    def cp_file(self, path1: str, path2: str, **kwargs: Any) -> NoReturn:
        """Refused: what is changed is `path2`."""
        self._refuse(path2)

    def copy(self, path1: Any, path2: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: what is changed is `path2`."""
        self._refuse(path2)

    mv = move = rename = mv_file = cp = copy
