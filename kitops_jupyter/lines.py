"""Words -> a line to copy: one that means exactly these words in a cell (`%kit ...`) and on a POSIX terminal.

Names in it come from kits and registries, so a line that would be more than words is not offered at all. What IPython
or a shell expands in some place where a line is pasted (`{...}`, `$name`) gets into none, quoted or not: the cell may
belong to a kernel without this extension. `labextension/src/lines.ts` quotes the same; `tests/lines.json` holds
the two together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]*", re.ASCII)
# At the start of a word zsh and IPython take these for more than a character; a lone % is IPython's as well.
_MEANT_AT_START = ("=", "%", ",")
_EXPANDED = "{}$"
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line to copy, or in its place why there is none: one of the two is empty."""

    text: str
    problem: str = ""

    def __str__(self) -> str:
        return self.text or self.problem


def offered(*words: str) -> Line:
    """`%kit` with these words, for a cell."""
    for word in words:
        if problem := problem_of(word):
            return Line("", f"no %kit line can be offered: {problem}")
    return Line(" ".join(("%kit", *map(quoted, words))))


def command(*words: str) -> str:
    """`kit` with these words, for a hint; `kit help VERB` where one of them can not be said on a line."""
    if any(map(problem_of, words)):
        words = ("help", *words[:1])
    return " ".join(("kit", *map(quoted, words)))


def path_word(path: str) -> str:
    """A relative path so that no verb takes it for a flag or for somebody's home; `.` for an empty one."""
    return f"./{path}" if path.startswith(("-", "~")) else path or "."


def quoted(word: str) -> str:
    """The word as it is typed: bare, or in single quotes, in which nothing has a meaning."""
    if word and is_plain(word) and not word.startswith(_MEANT_AT_START):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def problem_of(word: str) -> str:
    """Why a word gets into no line; empty for one that does."""
    shown = ascii(word if len(word) <= _SHOWN else word[:_SHOWN] + "...")
    if found := next((char for char in word if char in _EXPANDED), ""):
        return f"{shown} has a {found}, which a cell can run as code"
    if is_unseen(word):
        return f"{shown} has invisible characters"
    return ""


def is_plain(text: str) -> bool:
    """Whether it needs no quotes inside a word."""
    return _PLAIN.fullmatch(text) is not None


def is_unseen(word: str) -> bool:
    """Whether it has invisible characters, or characters that reverse the text around them."""
    return any(unicodedata.category(char) in _UNSEEN for char in word)
