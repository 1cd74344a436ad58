"""The folder that a kit is unpacked into: what is there already, and whether it conflicts."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter.errors import Conflict, PathInvalid
from kitops_jupyter.progress import in_beats
from kitops_jupyter.sizes import counted
from kitops_jupyter.store.files import read_small


@dataclass(frozen=True, slots=True)
class ConflictingPath:
    """A path in the folder that conflicts with the kit, relative and posix, and why."""

    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.path} {self.why}"


class Destination:
    """Judges names against the files that are there; collects every conflict, and raises once."""

    def __init__(self, target: Path, *, overwrite: bool = False, ignore_existing: bool = False) -> None:
        self.target = target
        self.kept: list[str] = []
        self._top = os.path.join(target, "")  # noqa: PTH118 (joined with 100,000 names)
        self._overwrite = overwrite
        self._ignore_existing = ignore_existing
        self._conflicts: dict[str, str] = {}
        self._folders: dict[str, bool] = {}
        self._is_empty = not self._has_entries()

    @property
    def overwrites(self) -> bool:
        """Whether regular files are replaced: then little can conflict, and it shows early enough at the end."""
        return self._overwrite

    @property
    def is_empty(self) -> bool:
        """Whether nothing can conflict."""
        return self._is_empty

    def keeps(self, name: str) -> bool:
        """Whether the file of this name stays as it is, so that the kit's is not needed."""
        if self._is_empty or not self._ignore_existing:
            return False
        mode = self._mode_of(name)
        is_file = mode is not None and not stat.S_ISDIR(mode)
        if is_file:
            self.kept.append(name)
        return is_file

    def has_text(self, name: str, text: str) -> bool:
        """Whether a regular file of this name has just these bytes."""
        data = text.encode("utf-8")
        try:
            return read_small(self.target / name, len(data)) == data
        except OSError:  # not there, no regular file, longer, or not for us to read
            return False

    def check(self, name: str, *, text: str | None = None, is_dir: bool = False) -> None:
        """Note what conflicts with this file or folder; a file that has `text` already does not."""
        if self._is_empty or not self._check_folders(name):
            return
        mode = self._mode_of(name)
        if mode is None:
            return
        if is_dir:
            if not stat.S_ISDIR(mode):
                self._conflicts[name] = "is not a folder, but the kit has a folder of that name"
        elif stat.S_ISLNK(mode):
            self._conflicts[name] = "is a link: it is neither followed nor replaced"
        elif not stat.S_ISREG(mode):
            self._conflicts[name] = "is not a regular file"
        elif self._overwrite or (text is not None and self.has_text(name, text)):
            return
        elif text is not None or not self._ignore_existing:
            self._conflicts[name] = "exists" if text is None else "exists with different content"

    def _check_folders(self, name: str) -> bool:
        """Whether every folder on the way to `name` is a real folder, or not there yet."""
        parent = name.rpartition("/")[0]
        if not parent:
            return True
        if parent not in self._folders:
            self._folders[parent] = self._check_folders(parent) and self._is_passable(parent)
        return self._folders[parent]

    def _is_passable(self, folder: str) -> bool:
        mode = self._mode_of(folder)
        if mode is None:
            return True
        if not stat.S_ISDIR(mode):
            what = "a link" if stat.S_ISLNK(mode) else "not a folder"
            self._conflicts[folder] = f"is {what}, but the kit has files below that name"
        return stat.S_ISDIR(mode)

    def _mode_of(self, name: str) -> int | None:
        """What is there; None for nothing, and for a name that nothing can have. Raises PathInvalid."""
        try:
            return os.lstat(f"{self._top}{name}").st_mode
        except PermissionError as problem:
            raise PathInvalid(
                f"{self.target / name} cannot be read: {problem.strerror}",
                hint="make its folder accessible, or unpack into another folder with -d FOLDER",
            ) from None
        except (OSError, ValueError):
            return None

    def check_tree(self, tree: Path, texts: Mapping[str, str], *, besides: str) -> None:
        """Judge every file that was made, whatever its layer said; `texts` may be there already, word for word.

        `besides` is the name in the target under which this very work is done.
        """
        if self._is_empty and not self._has_entries(besides):
            return
        self._is_empty = False
        self._folders.clear()
        top = os.fspath(tree)
        for folder, _, files in os.walk(top):
            below = folder[len(top) + 1 :].replace(os.sep, "/")
            for file in in_beats(files):
                name = f"{below}/{file}" if below else file
                self.check(name, text=texts.get(name))

    def _has_entries(self, besides: str = "") -> bool:
        try:
            with os.scandir(self.target) as found:
                return any(entry.name != besides for entry in found)
        except PermissionError:
            return True  # what cannot be listed is looked at name by name
        except (OSError, ValueError):
            return False

    @property
    def conflicts(self) -> list[ConflictingPath]:
        """What was found so far, by path."""
        return [ConflictingPath(path, why) for path, why in sorted(self._conflicts.items())]

    def raise_conflicts(self) -> None:
        """Raise Conflict with every path that conflicts, and why."""
        if not self._conflicts:
            return
        count = len(self._conflicts)
        lines = [str(conflict) for conflict in self.conflicts]
        shown = [*lines[:20], f"and {count - 20} more"] if count > 20 else lines
        raise Conflict(
            f"{counted(count, 'file')} in {self.target} conflict{'' if count > 1 else 's'} with the kit; "
            "nothing was written",
            hint="add -o to replace these files, -i to keep them, or -d OTHER_FOLDER to write elsewhere",
            details=shown,
        )
