"""All or nothing on disk: files are made in a hidden folder beside their place, and moved when all are right.

A new folder gets its name in one rename. Into a folder that is there the moves may be several, so a journal is written
before the first; whoever unpacks there next after a kill undoes what it lists. Either way no file of
a broken-off unpack stays under its final name.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from kitops_jupyter.errors import Conflict, PathInvalid, StorageFull

PREFIX = ".kit-unpack-"
_JOURNAL = "journal.json"


@dataclass(frozen=True, slots=True)
class _Move:
    """One rename; `replaces` says that a file of the user's was there, and is kept until all is done."""

    path: str
    replaces: bool


class Staging:
    """A place to make files for `target`, on the same file system. Use as a context manager: leaving it cleans up."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._is_new = not os.path.lexists(target)
        self._made: list[Path] = []

    def __enter__(self) -> Staging:
        try:
            if not self._is_new and not self.target.is_dir():
                raise PathInvalid(f"{self.target} is not a folder", hint="unpack into another folder with -d FOLDER")
            beside = self.target.parent if self._is_new else self.target
            self._make(beside)
            recover(beside)
            self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=beside))
            self._lock = FileLock(self._folder / "lock")
            self._lock.acquire(timeout=0)
            self.tree = self._folder / "tree"
            self.tree.mkdir()
        except OSError as problem:
            self._unmake()
            raise StorageFull(f"{self.target} cannot be written: {problem.strerror}") from problem
        return self

    def __exit__(self, kind: type[BaseException] | None, *problem: object) -> None:
        self._lock.release()
        _remove_tree(self._folder)
        if kind is not None:
            self._unmake()

    def _make(self, folder: Path) -> None:
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

    def commit(self) -> None:
        """Move everything to its place. Raises Conflict (a file came between), StorageFull; then all is as it was."""
        if self._is_new and not os.path.lexists(self.target):
            try:
                self.tree.rename(self.target)
            except OSError as problem:
                raise StorageFull(f"{self.target} cannot be written: {problem.strerror}") from problem
            return
        moves = list(self._moves(PurePosixPath()))
        journal = self._folder / _JOURNAL
        try:
            if len(moves) > 1:
                _write_durably(journal, json.dumps([[move.path, move.replaces] for move in moves]))
            (self._folder / "kept").mkdir()
            for move in moves:
                self._move(move)
        except BaseException as problem:
            _undo(self._folder, self.target)
            if isinstance(problem, OSError):
                raise StorageFull(
                    f"{problem.filename or self.target}: {problem.strerror}; nothing was changed"
                ) from None
            raise
        journal.unlink(missing_ok=True)

    def _moves(self, at: PurePosixPath) -> Iterator[_Move]:
        """What is new moves as a whole, folder by folder; what is there is entered."""
        with os.scandir(self.tree / at) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            path = at / entry.name
            place = self.target / path
            if not os.path.lexists(place):
                yield _Move(str(path), replaces=False)
            elif entry.is_dir(follow_symlinks=False):
                yield from self._moves(path)
            else:
                yield _Move(str(path), replaces=True)

    def _move(self, move: _Move) -> None:
        made, place = self.tree / move.path, self.target / move.path
        if move.replaces:
            there = place.lstat()
            if not stat.S_ISREG(there.st_mode):
                raise Conflict(f"{place} is no regular file: it is not replaced")
            made.chmod(stat.S_IMODE(there.st_mode))  # as kit: the old file's mode stays
            kept = self._folder / "kept" / move.path
            kept.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(place, kept)
        elif os.path.lexists(place):
            raise Conflict(f"{place} came into being meanwhile: nothing was changed")
        _rename(made, place)


def _rename(made: Path, place: Path) -> None:
    """Folders without write permission too: moving one changes what is in it, its `..`."""
    there = made.lstat()
    is_closed = stat.S_ISDIR(there.st_mode) and not there.st_mode & stat.S_IWUSR
    if is_closed:
        made.chmod(there.st_mode | stat.S_IWUSR)
    made.replace(place)
    if is_closed:
        place.chmod(stat.S_IMODE(there.st_mode))


def recover(target: Path) -> None:
    """Undo what a killed unpack left half-done in `target`; what a living one does is left alone."""
    for folder in target.glob(f"{PREFIX}*"):
        if folder.is_symlink() or not folder.is_dir():
            continue
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        try:
            _undo(folder, target)
        finally:
            lock.release()
        _remove_tree(folder)


def _undo(folder: Path, target: Path) -> None:
    """Take back every move of the journal that was made; safe to repeat."""
    try:
        moves = json.loads((folder / _JOURNAL).read_text("utf-8"))
    except (OSError, ValueError):
        return  # no journal, no move; one that is not whole was never begun
    for path, replaces in moves:
        made, place, kept = folder / "tree" / path, target / path, folder / "kept" / path
        if os.path.lexists(made):
            continue  # not moved
        if not replaces:
            _remove_tree(place) if place.is_dir() and not place.is_symlink() else place.unlink(missing_ok=True)
        elif kept.exists():
            kept.replace(place)


def _link_or_copy(source: Path, destination: Path) -> None:
    try:
        destination.hardlink_to(source)
    except OSError:  # a file system without hard links
        shutil.copy2(source, destination)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _remove_tree(folder: Path) -> None:
    """Remove it, folders without write permission too."""
    for path, folders, _ in os.walk(folder):
        for name in folders:
            inner = Path(path, name)
            if not inner.is_symlink() and not inner.stat().st_mode & stat.S_IWUSR:
                inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
