"""What a layer leaves out: by the patterns, and because it belongs to another layer. A pure predicate."""

from __future__ import annotations

from collections.abc import Sequence

from kitops_jupyter.disk import clean_path
from kitops_jupyter.ignore.patterns import runs_of

IGNORE_FILE = ".kitignore"
# Never packed, at the top of the kit's folder only.
_ALWAYS = ("Kitfile", "kitfile", ".kitfile", IGNORE_FILE)


class Rules:
    """The patterns of one kit, and the paths of all its layers, whose files belong to them alone."""

    def __init__(self, patterns: Sequence[str], layer_paths: Sequence[str]) -> None:
        self._runs = runs_of((*patterns, *_ALWAYS))
        self._above = {"": (False,) * len(self._runs)}
        self._layer_paths = list(dict.fromkeys(clean_path(path) for path in layer_paths))
        self._others: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}

    @property
    def has_exclusions(self) -> bool:
        """Whether some pattern takes back: then an ignored folder may hold files that are kept."""
        return any(run.takes_back for run in self._runs)

    def ignores(self, path: str, *, layer: str) -> bool:
        """Whether the layer at `layer` leaves `path` out; both are clean and relative to the kit's folder."""
        names, prefixes = self._others.get(layer) or self._others_of(layer)
        return path in names or path.startswith(prefixes) or self.matches(path)

    def may_ignore_in(self, folder: str, *, layer: str) -> bool:
        """Whether the layer may leave out something that is directly in this folder; "" is the kit's folder.

        Where it may not, a walk need not ask `ignores` for each of the folder's files.
        """
        names, prefixes = self._others.get(layer) or self._others_of(layer)
        if f"{folder}/".startswith(prefixes) or any(self._above.get(folder) or self._look_above(folder)):
            return True
        if any(run.has_wildcards for run in self._runs):
            return True
        return any(path.rpartition("/")[0] == folder for path in names.union(*(run.names for run in self._runs)))

    def matches(self, path: str) -> bool:
        """Whether the patterns leave it out, for any layer."""
        folder = path.rpartition("/")[0]
        above = self._above.get(folder) or self._look_above(folder)
        ignored = False
        for run, covers in zip(self._runs, above, strict=True):
            if run.takes_back == ignored and (covers or run.matches(path)):
                ignored = not ignored
        return ignored

    def _look_above(self, folder: str) -> tuple[bool, ...]:
        """Which runs of patterns match the folder or one above it; remembered, as its files all ask."""
        missing = []
        while folder not in self._above:
            missing.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._above[folder]
        for lower in reversed(missing):
            found = tuple(covers or run.matches(lower) for run, covers in zip(self._runs, found, strict=True))
            self._above[lower] = found
        return found

    def _others_of(self, layer: str) -> tuple[frozenset[str], tuple[str, ...]]:
        """The paths that belong to other layers than this one, and what begins the names below them."""
        others = [other for other in self._layer_paths if not is_within(layer, other)]
        self._others[layer] = frozenset(others), tuple(f"{other}/" for other in others)
        return self._others[layer]


def is_within(path: str, folder: str) -> bool:
    """Whether the path is the folder or below it."""
    return folder == "." or path == folder or path.startswith(f"{folder}/")
