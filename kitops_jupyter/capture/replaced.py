"""What was at a variable's place before it was written, so that it can be put back."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

_COPIED_BYTES = 64 << 20  # of files that cannot be linked; larger ones are not held


class Replaced:
    """Files and folders of one folder, held by hard links below `hold`, which is not in the packed folder.

    Call `restore` or `forget` once. Without `hold`, and of what is on another disk and large, nothing is held: there
    what was written stays.
    """

    def __init__(self, folder: Path, hold: Path | None = None) -> None:
        self._folder = folder
        self._is_new = not folder.is_dir()
        self._hold = hold / secrets.token_hex(8) if hold else None
        self._was_there: dict[str, bool] = {}
        self._is_ours: Callable[[], bool] = lambda: False

    def hold(self, names: Sequence[str], is_ours: Callable[[], bool]) -> None:
        """Hold what is there under these names, if anything; `is_ours` says if it is still what was written then."""
        self._is_ours = is_ours
        for name in names if self._hold else ():
            assert self._hold is not None
            path = self._folder / name
            if not os.path.lexists(path):
                self._was_there.setdefault(name, False)
            elif name not in self._was_there:
                with suppress(OSError, NotImplementedError):
                    self._hold.mkdir(parents=True, exist_ok=True)
                    _link(path, self._hold / name)
                    self._was_there[name] = True

    def restore(self) -> None:
        """Put it back, unless somebody changed what was written. Raises OSError."""
        try:
            if self._was_there and self._is_ours():
                for name, was_there in self._was_there.items():
                    _remove(self._folder / name)
                    if was_there and self._hold:
                        shutil.move(self._hold / name, self._folder / name)
        finally:
            self.forget()
            if self._is_new:
                with suppress(OSError):  # it has other files now
                    self._folder.rmdir()

    def forget(self) -> None:
        """Let go of what is held."""
        if self._hold:
            shutil.rmtree(self._hold, ignore_errors=True)


def _link(path: Path, held: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, held, symlinks=True, copy_function=_link_file)
    else:
        _link_file(path, held)


def _link_file(path: str | Path, held: str | Path) -> None:
    try:
        os.link(path, held, follow_symlinks=False)
    except (OSError, NotImplementedError):
        if os.lstat(path).st_size > _COPIED_BYTES:
            raise
        shutil.copy2(path, held, follow_symlinks=False)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
