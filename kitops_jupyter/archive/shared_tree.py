"""One tree for all the layers of a kit, whatever their format: every name passes one gate, and order decides nothing.

Layers are unpacked side by side. Which of two that want one name comes first is chance; what is said of it is not:
clashes are noted, the layers read to their end, and the first name in order is the one that is reported.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from kitops_jupyter.archive.member_names import NameRules, Spellings
from kitops_jupyter.archive.new_tree import USUAL_MODE, NewTree
from kitops_jupyter.errors import UnsafeArchive


class SharedTree:
    """The tree at `root`, an empty folder that is ours alone; safe to use from several threads.

    `descriptor` is the same folder, opened. Messages name files below `shown`: where they will be.
    """

    def __init__(
        self, root: Path, descriptor: int | None = None, *, shown: Path | None = None, rules: NameRules | None = None
    ) -> None:
        self.root = root
        self._descriptor = descriptor
        self._shown = shown or root
        self.rules = rules or NameRules.of(root, descriptor)
        self._spellings = Spellings(self.rules)
        self._clashes: list[UnsafeArchive] = []
        self._guard = threading.Lock()

    def new(self) -> NewTree:
        """The same tree for one thread."""
        return NewTree(self.root, self._descriptor, shown=self._shown)

    def path_of(self, name: str) -> str:
        """For messages."""
        return str(self._shown / name)

    def check_spelling(self, name: str) -> None:
        """Raises UnsafeArchive (a clash) for a clean name that is another spelling of one that was there before."""
        if self.rules.folds:
            with self._guard:
                self._spellings.check(name)

    def new_file(self, name: str, mode: int = 0o644) -> int | None:
        """A descriptor to write a file of this name, as anyone gave it; None for a clash, which is noted.

        Raises UnsafeArchive for a name that no file may have, StorageFull.
        """
        cleaned = self.rules.clean_file(name)
        tree = self.new()
        try:
            self.check_spelling(cleaned)
            return tree.new_file(cleaned, mode)
        except UnsafeArchive as problem:
            self.note(problem)
            return None
        finally:
            tree.close()

    def note(self, problem: UnsafeArchive) -> None:
        """Keep a clash until all layers are read; the file is not made. Raises whatever is none."""
        if problem.clash is None:
            raise problem
        with self._guard:
            self._clashes.append(problem)

    def raise_clash(self) -> None:
        """Raises UnsafeArchive for the first name that clashed, if any did: the same one in every run."""
        if self._clashes:
            first = min(self._clashes, key=lambda problem: problem.clash or ("", 0))
            raise (self._spellings.clash(first.clash[0]) if first.clash else None) or first

    def set_modes(self, trees: Sequence[NewTree]) -> None:
        """Give folders their modes, once all layers are there; where layers differ, the last of `trees` wins."""
        merged = self.new()
        for tree in trees:
            for name, mode in tree.modes.items():
                if mode & 0o777 != USUAL_MODE or merged.modes.get(name, USUAL_MODE) & 0o777 != USUAL_MODE:
                    merged.modes[name] = mode
        try:
            merged.set_modes(even_usual=True)
        finally:
            merged.close()
