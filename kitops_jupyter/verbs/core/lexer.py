"""The characters of a line -> words, with quotes, escapes, and the values of `$name` and `{expression}`.

Words are found first and values are put in afterwards, so that no value, and no name in quotes, becomes more than the
text it is. Source: POSIX shell, 2.2 (quoting); IPython's magics (`$name`, `{expression}`, `{{` for a brace).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_QUOTES = "'\""
# What a backslash takes its meaning from: outside quotes, and in each kind of them. Source: POSIX shell, 2.2.
_ESCAPABLE = {"": " \t\"'\\$#|&;<>()*?!`~{}", '"': '"\\$`', "'": ""}
_NAME = re.compile(r"\$(\$?[^\W\d]\w*(?:\.[^\W\d]\w*)*)")
_CONVERSION = re.compile(r"\s*![rsa]$")

# The text of an expression's value; None where it has none, and stays as it is typed.
Expand = Callable[[str], "str | None"]


def no_value(expression: str) -> str | None:
    """Nothing is expanded, as on a terminal, where the shell has done it."""
    return None


@dataclass(frozen=True, slots=True)
class Token:
    """A word and where it stands; `quote` is the one that is still open at its end."""

    text: str
    start: int
    end: int
    is_quoted: bool = False
    quote: str = ""


class Lexer:
    """Takes one line apart, once."""

    def __init__(self, text: str, *, windows: bool, expand: Expand = no_value) -> None:
        self._text = text
        self._windows = windows
        self._expand = expand
        self.open_quote = ""

    def tokens(self, *, is_whole: bool = True) -> Iterator[Token]:
        """Every word; one with an open quote only of a line that is not whole yet."""
        at = 0
        while at < len(self._text):
            if self._text[at].isspace():
                at += 1
            elif self._text[at] == "#":
                return
            else:
                token = self._word(at)
                at = token.end
                if not token.quote or not is_whole:
                    yield token

    def _word(self, start: int) -> Token:
        text, at, word, is_quoted, quote = self._text, start, "", False, ""
        while at < len(text) and (quote or not text[at].isspace()):
            char, following = text[at], text[at + 1 : at + 2]
            if char == "\\" and following and not self._windows and following in _ESCAPABLE[quote]:
                word, at, is_quoted = word + following, at + 2, True
            elif char == quote or (not quote and char in _QUOTES):
                quote, at, is_quoted = "" if quote else char, at + 1, True
            elif quote != "'" and char in "${}":
                value, end = self._value(at)
                word, at, is_quoted = word + value, end, is_quoted or value != text[at:end]
            else:
                word, at = word + char, at + 1
        self.open_quote = quote
        return Token(word, start, at, is_quoted, quote)

    def _value(self, at: int) -> tuple[str, int]:
        """The replacement of the text from `at` on, and where it ends."""
        text = self._text
        if text[at] == "$":
            name = _NAME.match(text, at)
            if name is None:
                return "$", at + 1
            value = name[1] if name[1].startswith("$") else self._expand(name[1])
            return (name[0] if value is None else value), name.end()
        if text[at : at + 2] in ("{{", "}}"):
            return text[at], at + 2
        if text[at] == "{" and (end := _end_of_expression(text, at)):
            value = self._expand(text[at + 1 : end - 1])
            return (text[at:end] if value is None else value), end
        return text[at], at + 1


def _end_of_expression(text: str, at: int) -> int | None:
    """Behind the brace that closes the one at `at`, if what is between them is an expression of Python."""
    depth, quote, place = 0, "", at
    while place < len(text):
        char = text[place]
        if quote:
            place += char == "\\"
            quote = "" if char == quote else quote
        elif char in _QUOTES:
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return place + 1 if _is_expression(text[at + 1 : place]) else None
        place += 1
    return None


def _is_expression(text: str) -> bool:
    try:
        ast.parse(_CONVERSION.sub("", text).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
