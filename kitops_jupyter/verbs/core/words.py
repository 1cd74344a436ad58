"""A line as typed -> its words, as a shell would see them; a pasted block -> its commands."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from kitops_jupyter.errors import Usage
from kitops_jupyter.lines import is_plain, is_unseen, quoted
from kitops_jupyter.verbs.core.lexer import Expand, Lexer, Token, no_value

_OPERATORS = frozenset(("|", "||", "&&", "&", ";", ">", ">>", "<", "<<", "2>", "2>&1"))
_SPECIAL = frozenset("|&;<>?!*()")
_PROMPT = re.compile(r"^(?:(?:[$!%]\s*)?(?:jupyter\s+kit|(?:\.[/\\])?kit(?:\.exe)?)(?=\s|$)|[$!%](?=\s|\w|$))")


def split(text: str, *, windows: bool = os.name == "nt", expand: Expand = no_value) -> list[str]:
    """The words of one line: quotes, `#` comments, and a backslash that escapes what is special to a shell.

    Before any other character a backslash stands for itself, and on Windows always: paths come out as typed.
    `expand` gives the values of `$name` and `{expression}` outside single quotes; a value never makes two words.
    Raises Usage for an open quote, and for what only a shell can do.
    """
    lexer = Lexer(text, windows=windows, expand=expand)
    words = []
    for token in lexer.tokens():
        if token.text in _OPERATORS and not token.is_quoted:
            raise Usage(
                f"{token.text!r} is shell syntax, but this line does not run in a shell",
                hint="assign the value instead: result = %kit list; quoted, it is a plain word",
            )
        words.append(token.text)
    if quote := lexer.open_quote:
        raise Usage(f"the quote {quote} is not closed", hint=f"close it, or write \\{quote} for the character itself")
    return words


def split_typed(text: str, *, windows: bool = os.name == "nt") -> tuple[list[str], Token]:
    """What is typed so far: the words before, and the one under the cursor, with the quote that is still open."""
    lexer = Lexer(text, windows=windows)
    tokens = list(lexer.tokens(is_whole=False))
    current = tokens.pop() if tokens and tokens[-1].end == len(text) else Token("", len(text), len(text))
    return [token.text for token in tokens], current


def retyped(raw: str, current: Token, text: str, following: str = "", *, windows: bool = os.name == "nt") -> str | None:
    """How `raw`, which means `current`, is typed once it is to mean `text`; None if there is no way.

    What is typed stays where it can, in its quotes; they are closed behind all but a folder, unless `following`, the
    line behind the cursor, begins with them.
    """
    if is_unseen(text):
        return None
    rest, quote = text.removeprefix(current.text), current.quote
    closing = "" if text.endswith("/") or following.startswith(quote) else quote
    # Outside quotes IPython and a shell make something of more characters than the lexer: `?` at the end of a line.
    ways = [raw + rest + closing] if quote else []
    if not quote and not _SPECIAL.intersection(raw) and is_plain(rest.replace(" ", "")):
        ways.append(raw + rest.replace(" ", "\\ "))
    if not quote or not following.startswith(quote):
        ways.append(quoted(text)[: -1 if text.endswith("/") else None])
    return next((way for way in ways if _means(way, text, windows)), None)


def _means(typed: str, text: str, windows: bool) -> bool:
    """Whether what is typed is the one word `text`, whatever names have a value."""
    lexer = Lexer(typed, windows=windows, expand=lambda expression: "")
    return [token.text for token in lexer.tokens(is_whole=False)] == [text]


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
