"""A line as typed -> its words, as a shell would see them; a pasted block -> its commands."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from kitops_jupyter.errors import Usage

_OPERATORS = frozenset(("|", "||", "&&", "&", ";", ">", ">>", "<", "<<", "2>", "2>&1"))
_QUOTES = "'\""
# What a backslash takes its meaning from: outside quotes, and in each kind of them. Source: POSIX shell, 2.2.
_ESCAPABLE = {"": " \t\"'\\$#|&;<>()*?!`~", '"': '"\\$`', "'": ""}
_PLAIN = re.compile(r"[\w@%+=:,./~^-]+")
_PROMPT = re.compile(r"^(?:(?:[$!%]\s*)?(?:jupyter\s+kit|(?:\.[/\\])?kit(?:\.exe)?)(?=\s|$)|[$!%](?=\s|\w|$))")


def split(text: str, *, windows: bool = os.name == "nt") -> list[str]:
    """The words of one line: quotes, `#` comments, and a backslash that escapes what is special to a shell.

    Before any other character a backslash stands for itself, and on Windows always: paths come out as typed.
    Raises Usage for an open quote, and for what only a shell can do.
    """
    words = []
    for word, is_quoted in _words(text, windows):
        if word in _OPERATORS and not is_quoted:
            raise Usage(
                f"{word!r} is for a shell, and this is none",
                hint="take the value instead: result = %kit list; in quotes it is a plain word",
            )
        words.append(word)
    return words


def line(words: Iterable[str]) -> str:
    """The words as they would be typed after `kit`; `split` takes them apart again."""
    return " ".join(word if _PLAIN.fullmatch(word) else _quoted(word) for word in words)


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _words(text: str, windows: bool) -> Iterator[tuple[str, bool]]:
    """Each word, and whether any of it was quoted."""
    word, is_word, is_quoted, quote, at = "", False, False, "", 0
    while at < len(text):
        char, following = text[at], text[at + 1 : at + 2]
        at += 1
        if char == "\\" and following and not windows and following in _ESCAPABLE[quote]:
            word, at, is_word, is_quoted = word + following, at + 1, True, True
        elif quote:
            word, quote = (word, "") if char == quote else (word + char, quote)
        elif char in _QUOTES:
            quote, is_word, is_quoted = char, True, True
        elif char.isspace():
            if is_word:
                yield word, is_quoted
            word, is_word, is_quoted = "", False, False
        elif char == "#" and not is_word:
            return
        else:
            word, is_word = word + char, True
    if quote:
        raise Usage(f"the quote {quote} is not closed", hint=f"close it, or write \\{quote} for the character itself")
    if is_word:
        yield word, is_quoted


def commands(block: str) -> Iterator[tuple[int, str]]:
    """Each command of a pasted block with its line's number, counted from 1.

    Blank lines, comments and Markdown's fences are skipped; lines that end in a backslash are joined; a leading
    `$`, `kit`, `./kit`, `%kit`, `!kit` or `jupyter kit` is dropped.
    """
    begun, number = "", 0
    for at, line in enumerate([*block.splitlines(), ""], 1):
        if not begun:
            number = at
        if re.search(r"(?:^|\s)\\$", line.rstrip()) or (line.endswith("\\") and os.name != "nt"):
            begun += line.rstrip()[:-1] + " "
            continue
        command, begun = (begun + line).strip(), ""
        if command and not command.startswith(("#", "```")) and (command := _PROMPT.sub("", command, count=1).strip()):
            yield number, command
