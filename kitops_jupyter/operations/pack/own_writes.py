"""What a pack writes among the user's files before its kit is there, and how that is undone."""

from __future__ import annotations

import shutil
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from kitops_jupyter.capture.replaced import Replaced
from kitops_jupyter.disk import read_bytes, write_bytes
from kitops_jupyter.operations.write_file import write_text

_ABANDONED_AFTER_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _Write:
    """A file that was written, and what was there before: bytes with a mode, a link, or nothing.

    `data` are its bytes now, None if it was removed.
    """

    path: Path
    data: bytes | None
    before: bytes | str | None
    mode: int = 0


@dataclass(slots=True)
class OwnWrites:
    """Remembers what a pack wrote. Use as a context manager: if the pack fails or is cancelled, it is undone.

    A file that somebody changed since stays as it is, and so does a folder that is not empty. Below `hold` is what the
    files of variables replaced; what a killed process left there goes after a day.
    """

    hold: Path | None = None
    _written: list[_Write | Path | Replaced] = field(default_factory=list)

    def __enter__(self) -> OwnWrites:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is not None:
            self._undo()
        for each in self._written:
            if isinstance(each, Replaced):
                each.forget()

    def replacing(self, folder: Path) -> Replaced:
        """What puts back the files of a variable that are about to be replaced in this folder."""
        if self.hold is not None:
            _remove_abandoned(self.hold)
        replaced = Replaced(folder, self.hold)
        self._written.append(replaced)
        return replaced

    def write(self, path: Path, text: str) -> None:
        """Replace a text file, whole or not at all. Raises StorageFull, StoreError."""
        self._written += _before(path, text.encode())
        write_text(path, text)

    def remove(self, path: Path) -> None:
        """Remove a file. Raises OSError."""
        self._written += _before(path, None)
        path.unlink()

    def make_folder(self, path: Path) -> None:
        """Make a folder, if it is not there. Raises OSError."""
        if not path.is_dir():
            self._written.append(path)
            path.mkdir(exist_ok=True)

    def _undo(self) -> None:
        for each in reversed(self._written):
            try:
                if isinstance(each, Path):
                    each.rmdir()
                elif isinstance(each, Replaced):
                    each.restore()
                else:
                    _undo_one(each)
            except OSError:  # what failed or was cancelled is the error that people need to see
                continue


def _remove_abandoned(hold: Path) -> None:
    with suppress(OSError):
        for old in hold.iterdir():
            if time.time() - old.lstat().st_mtime > _ABANDONED_AFTER_S:
                shutil.rmtree(old, ignore_errors=True)


def _before(path: Path, data: bytes | None) -> list[_Write]:
    """What is there before these bytes are written, or it is removed; nothing if it could not be put back."""
    try:
        if path.is_symlink():
            return [_Write(path, data, str(path.readlink()))]
        return [_Write(path, data, read_bytes(path), stat.S_IMODE(path.stat().st_mode))]
    except FileNotFoundError:
        return [_Write(path, data, None)]
    except OSError:
        return []


def _undo_one(write: _Write) -> None:
    if write.data is None:
        if write.path.exists():
            return
    elif read_bytes(write.path, follow_links=False) != write.data:
        return
    if isinstance(write.before, bytes):
        write.path.parent.mkdir(exist_ok=True)
        write_bytes(write.path, write.before, mode=write.mode, is_exact=True)
        return
    write.path.unlink(missing_ok=True)
    if write.before is not None:
        write.path.symlink_to(write.before)
