"""Which entries take the files of a tree: whole folders if nothing below must be left out, otherwise file by file.

An entry below another one's folder takes its files for itself (`ignore.Rules`), so that a folder of code may hold a
model that is an entry of its own.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from kitops_jupyter.discover.kinds import Kind, suffix_of
from kitops_jupyter.discover.tree import File, Folder
from kitops_jupyter.kitfile.validation import path_kind

_ENTRIES_LIMIT = 500  # layers of a kit: registries take some thousands, people read fewer
_FILES_LIMIT = 200  # files of one folder as an entry each
_SHOWN_LIMIT = 5  # folders in one note
_TELL_FILES = 20  # from here on it is worth saying what one file makes of a folder
_DATASETS_LIMIT = 10  # files or folders of data as an entry each
_MODELS_LIMIT = 50  # checkpoints of one folder as an entry each
_CARVED_LIMIT = 20  # files of another kind that get entries of their own
_CONTAINERS = frozenset(("data", "dataset", "datasets", "corpora"))
_TABLES = frozenset(
    (
        ".csv",
        ".tsv",
        ".parquet",
        ".arrow",
        ".feather",
        ".jsonl",
        ".ndjson",
        ".npz",
        ".npy",
        ".xlsx",
        ".zip",
        ".gz",
        ".sqlite",
        ".db",
    )
)
_CARVED: frozenset[Kind] = frozenset(("model", "part", "mcpserver"))  # never part of a folder of another kind


class Placed(NamedTuple):
    """An entry to be."""

    kind: Kind
    path: str
    size: int
    is_dir: bool


class Placing:
    """Collects the entries of one tree. `depth`: folders so deep are looked into; -1 is all of them."""

    def __init__(self, depth: int | None) -> None:
        self.placed: list[Placed] = []
        self.left_out: list[tuple[str, str]] = []
        self._blemished: dict[tuple[str, bool], list[str]] = {}
        self._depth = depth

    def place(self, folder: Folder, around: Kind | None = None) -> None:
        """Give entries to the files of the folder; those that get none are in the entry `around` it, or told."""
        if not folder.count:
            return
        if folder.level and not folder.blemish and self._is_deep_enough(folder):
            if _name_of(folder.path):
                self._place_whole(folder, around)
                return
            if around:
                return
        if folder.level and folder.blemish and not self._may_be_listed(folder):
            return
        self._place_files(folder.files, around, at_top=not folder.level)
        for inner in folder.folders:
            self.place(inner, around)

    def place_some(self, files: list[File]) -> None:
        """An entry for each of these files."""
        self._place_files(files, None)

    def _is_deep_enough(self, folder: Folder) -> bool:
        if self._depth is None or (self._depth >= 0 and folder.level > self._depth):
            return True
        return len(folder.files) > _FILES_LIMIT or len(self.placed) + len(folder.files) > _ENTRIES_LIMIT

    def _place_whole(self, folder: Folder, around: Kind | None) -> None:
        """A folder whose files are all of one kind: one entry, with what is of another kind carved out of it."""
        kinds = folder.kinds - {"mcpserver"}
        if len(kinds) == 1 or kinds == {"model", "part"}:
            (kind,) = kinds - {"part"} or kinds
            if kind in _CARVED:
                whole = folder.hint == "bundle" or folder.count > _MODELS_LIMIT
            else:
                whole = kind != "dataset" or not _splits(folder)
            if whole:
                self._carve(folder, kind, around)
                return
        base = around if around and any(file.kind == around for file in folder.files) else _base(folder)
        if base:
            self._carve(folder, base, around)
            return
        self._place_files([file for file in folder.files if file.kind != around], around)
        for inner in folder.folders:
            self.place(inner, around)

    def _carve(self, folder: Folder, base: Kind, around: Kind | None) -> None:
        """The folder as an entry, unless the one around it is of its kind; and entries for what it should not take."""
        if base != around and not self._add(Placed(base, folder.path, folder.size, True), around):
            return
        counts = Counter(file.kind for file in folder.files)
        carved = [
            file
            for file in folder.files
            if file.kind != base
            and not (file.kind == "part" and base == "model")
            and (file.kind in _CARVED or not (file.kind == "docs" or counts[file.kind] > _CARVED_LIMIT))
        ]
        self._place_files(carved, base)
        for inner in folder.folders:
            if base == "model" and inner.kinds <= {"model", "part"}:
                continue
            self.place(inner, base)

    def _may_be_listed(self, folder: Folder) -> bool:
        """Whether a folder that cannot be taken as a whole is small enough to be taken file by file."""
        files, why = len(folder.files), folder.blemish
        name = why.rpartition("/")[2]
        if files > _FILES_LIMIT or len(self.placed) + files > _ENTRIES_LIMIT:
            self.left_out.append((folder.path, f"has {files} files beside {why}: too many to list one by one"))
            self._blemished.setdefault((name, False), []).append(folder.path)
            return False
        if files > _TELL_FILES:
            self._blemished.setdefault((name, True), []).append(folder.path)
        return True

    def notes(self) -> list[str]:
        """A note for each name that keeps folders from being one entry, with what to do."""
        found = []
        for (name, is_listed), folders in self._blemished.items():
            more = f" and {len(folders) - _SHOWN_LIMIT} more" if len(folders) > _SHOWN_LIMIT else ""
            what = "listed file by file" if is_listed else "left out"
            shown = ", ".join(folders[:_SHOWN_LIMIT]) + more
            found.append(f"{what}, because {name} is in it: {shown}; to pack the whole folder, {_advice(name)}")
        return found

    def _place_files(self, files: list[File], around: Kind | None, *, at_top: bool = False) -> None:
        for count, file in enumerate(files):
            if at_top and count >= _FILES_LIMIT:
                self.left_out.append((file.path, f"more than {_FILES_LIMIT} files are here: move them into a folder"))
            else:
                self._add(Placed(file.kind, file.path, file.size, False), around)

    def _add(self, placed: Placed, around: Kind | None) -> bool:
        """Whether there is an entry now; what gets none is reported, unless the entry `around` it takes it."""
        name = _name_of(placed.path)
        if name and len(self.placed) < _ENTRIES_LIMIT:
            self.placed.append(placed._replace(path=name))
            return True
        if not around:
            full = f"more than {_ENTRIES_LIMIT} entries would be needed: group the files in folders"
            self.left_out.append((placed.path, full if name else "looks like a URL or a kit's name: rename it"))
        return False


def _name_of(path: str) -> str:
    """The path as a Kitfile can have it: `./` in front where a colon would make it a URL; empty where none is taken."""
    return next((name for name in (path, f"./{path}") if path_kind(name) == "local"), "")


def _splits(folder: Folder) -> bool:
    """Whether a folder of data is rather a few data sets, side by side."""
    if len(folder.files) + len(folder.folders) > _DATASETS_LIMIT:
        return False
    if folder.name.lower() in _CONTAINERS:
        return True
    return not folder.folders and all(suffix_of(file.name) in _TABLES for file in folder.files)


def _base(folder: Folder) -> Kind | None:
    """The kind under which a mixed folder is taken as a whole; None where its files go one by one."""
    counts = Counter(file.kind for file in folder.files if file.kind not in _CARVED)
    if counts["code"] and counts["code"] * 2 >= counts["dataset"]:
        return "code"
    kind, count = max(counts.items(), key=lambda pair: pair[1], default=(None, 0))
    return kind if count > _CARVED_LIMIT else None


def _advice(name: str) -> str:
    return f"add **/{name} to .kitignore" if not set(name) & set("*?[]!\\# ") else "move that file away"
