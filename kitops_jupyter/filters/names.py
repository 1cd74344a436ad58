"""Many patterns asked at once: a name is looked up in them, so that thousands cost as much as one."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterable

from kitops_jupyter.disk import clean_path, is_notebook

_ENDING = ".ipynb"
_ENDING_IN_ANY_CASE = "[iI][pP][yY][nN][bB]"
# A character in brackets is that character; several in brackets, and three characters, have a meaning.
_FOLDERS_KEPT = 256
_TOKEN = re.compile(r"\[([^!\]])\]|(\[!?\]?[^\]]*\]|[*?\[])|[^*?\[]+")


class Pattern:
    """One pattern; `*` does not stop at a slash, so that `train/*` means all below; `.ipynb` has no case.

    `head` is what every match begins with: all of it where the pattern `is_plain`, and has nothing to match. `tail` is
    what it ends with, `.ipynb` in small letters.
    """

    __slots__ = ("_regex", "head", "is_plain", "tail", "text")

    def __init__(self, text: str) -> None:
        self.text = clean_path(text.strip("/")) if text.strip("/") else text
        self.head, self.tail, self.is_plain = _plain_ends(self.text)
        self._regex: re.Pattern[str] | None = None

    def match(self, name: str) -> bool:
        """Whether it matches the whole name."""
        if self.is_plain:
            return folded(name) == self.head
        if not name.startswith(self.head):
            return False
        if self._regex is None:
            self._regex = re.compile(self.expression)
        return self._regex.match(name) is not None

    @property
    def expression(self) -> str:
        """The regular expression for all of a name; any number of them can be joined by `|`."""
        text = self.text[: -len(_ENDING) + 1] + _ENDING_IN_ANY_CASE if is_notebook(self.text) else self.text
        return fnmatch.translate(text)


class Names:
    """A set of patterns. Those with something to match are kept by what their matches begin with, or else end with."""

    def __init__(self, patterns: Iterable[str]) -> None:
        found = [Pattern(text) for text in dict.fromkeys(patterns)]
        self._plain = {pattern.head for pattern in found if pattern.is_plain}
        globs = [pattern for pattern in found if not pattern.is_plain]
        self._heads = _Globs((pattern.head, pattern) for pattern in globs if pattern.head)
        self._tails = _Globs((pattern.tail[::-1], pattern) for pattern in globs if not pattern.head)
        self._has_folder = functools.lru_cache(_FOLDERS_KEPT)(self._covers_folder)

    def match(self, name: str) -> bool:
        """Whether one of them matches the whole name."""
        return folded(name) in self._plain or self._heads.match(name) or self._tails.match(name, backwards=True)

    def covers(self, name: str) -> bool:
        """Whether one of them matches the name, or a folder that it is in: a folder's name means its files."""
        return self.match(name) or self._has_folder(name.rpartition("/")[0])

    def _covers_folder(self, folder: str) -> bool:
        while folder:
            if self.match(folder):
                return True
            folder = folder.rpartition("/")[0]
        return False


class _Globs:
    """Patterns by a text that each match begins with; each group is compiled when a name needs it."""

    def __init__(self, patterns: Iterable[tuple[str, Pattern]]) -> None:
        self._patterns: dict[str, list[Pattern]] = {}
        for key, pattern in patterns:
            self._patterns.setdefault(key, []).append(pattern)
        self._compiled: dict[str, re.Pattern[str]] = {}
        self._sizes = sorted({len(key) for key in self._patterns})

    def match(self, name: str, *, backwards: bool = False) -> bool:
        begin = folded(name)[::-1] if backwards and self._sizes else name
        return any(self._match(begin[:size], name) for size in self._sizes)

    def _match(self, key: str, name: str) -> bool:
        if key not in self._patterns:
            return False
        if key not in self._compiled:
            self._compiled[key] = re.compile("|".join(pattern.expression for pattern in self._patterns[key]))
        return self._compiled[key].match(name) is not None


def folded(name: str) -> str:
    """The name by which it is looked up."""
    return name[: -len(_ENDING)] + _ENDING if name.endswith(("b", "B")) and is_notebook(name) else name


def _plain_ends(text: str) -> tuple[str, str, bool]:
    """The characters before the first that has a meaning, those behind the last, and whether there is none."""
    head, run, is_plain = "", "", True
    for token in _TOKEN.finditer(text):
        if token[2]:
            head = run if is_plain else head
            run, is_plain = "", False
        else:
            run += token[1] or token[0]
    tail = folded(run)
    return (tail if is_plain else head), tail, is_plain
