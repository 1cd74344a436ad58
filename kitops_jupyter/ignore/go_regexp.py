r"""Go's regular expressions, as far as a pattern of a `.kitignore` can bring them up, as Python's.

moby turns a pattern into a regular expression and forgets to escape some of it: `|`, `^`, `{2}`, `\d`, and the
wildcards inside of `[...]` mean there what they mean to Go's regexp. Source: moby/patternmatcher 0.6, `compile`;
Go's regexp/syntax.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ESCAPED = frozenset(".+()$")  # of `.+()|{}$`, which its table of eight bits was to hold, these it holds
_REPEAT = re.compile(r"\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}", re.ASCII)
_REPEAT_LIMIT = 1000
_OCTAL = re.compile(r"[1-7][0-7]{1,2}|0[0-7]{0,2}")
_HEX = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HERE = {"A": r"\A", "z": r"\Z", "b": r"\b", "B": r"\B"}
_SETS = {  # as the inside of a class
    "d": "0-9",
    "s": r"\t\n\f\r ",
    "w": "0-9A-Za-z_",
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}


class Expression(NamedTuple):
    """A part of an expression in Python's words, and where it ends; a `{2}` or `*` cannot follow everything."""

    text: str
    end: int
    may_repeat: bool = True


def of_pattern(pattern: str) -> str:
    """The expression, in Go's words, that moby makes of a pattern with wildcards."""
    made, at = ["^"], 0
    while at < len(pattern):
        if pattern.startswith("**", at):
            at += 3 if pattern.startswith("/", at + 2) else 2
            made.append(".*" if at >= len(pattern) else "(.*/)?")
            continue
        character = pattern[at]
        if character == "\\" and at + 1 < len(pattern):
            at += 1
            made.append("\\" + pattern[at])
        elif character in "*?":
            made.append("[^/]*" if character == "*" else "[^/]")
        else:
            made.append("\\" + character if character in _ESCAPED else character)
        at += 1
    return "".join((*made, "$"))


def to_python(expression: str) -> re.Pattern[str]:
    """The expression to `search` with. Raises ValueError for what Go refuses, and for what Python has no word for."""
    made: list[str] = []
    at, may_repeat = 0, False
    while at < len(expression):
        repeat = _REPEAT.match(expression, at)
        if repeat:
            if not may_repeat:
                raise ValueError(f"{repeat.group()} has nothing to repeat")
            made.append(_repeat(repeat))
            at, may_repeat = repeat.end(), False
            continue
        part = _part(expression, at)
        if part.text == "*" and not may_repeat:
            raise ValueError("* has nothing to repeat")
        made.append(part.text)
        at, may_repeat = part.end, part.may_repeat
    return re.compile("".join(made), re.ASCII)


def _repeat(found: re.Match[str]) -> str:
    low, comma, high = found.groups()
    if int(low) > _REPEAT_LIMIT or (high and not int(low) <= int(high) <= _REPEAT_LIMIT):
        raise ValueError(f"{found.group()} is not a repetition")
    return f"{{{low}{comma or ''}{high or ''}}}"


def _part(expression: str, at: int) -> Expression:
    character = expression[at]
    if expression.startswith("(.*/)?", at):
        return Expression("(?:.*/)?", at + 6, False)
    if expression.startswith(".*", at):
        return Expression(".*", at + 2, False)
    if character == "[":
        return _class(expression, at)
    if character == "\\":
        return _escape(expression, at + 1)
    if character == "*":
        return Expression("*", at + 1, False)
    if character in "^$|":
        return Expression({"^": r"\A", "$": r"\Z", "|": "|"}[character], at + 1, False)
    return Expression(re.escape(character), at + 1)


def _escape(expression: str, at: int) -> Expression:
    character = expression[at]
    if character in _HERE:
        return Expression(_HERE[character], at + 1, False)
    if character in "dswDSW":
        return Expression(f"[{_set_of(character)}]", at + 1)
    code, end = _character(expression, at - 1)
    return Expression(re.escape(code), end)


def _character(expression: str, at: int) -> tuple[str, int]:
    """One character, also escaped; an escape that Go does not know is refused."""
    if expression[at] != "\\":
        return expression[at], at + 1
    escaped = expression[at + 1 : at + 2]
    if escaped in _CONTROLS:
        return _CONTROLS[escaped], at + 2
    if found := _OCTAL.match(expression, at + 1):
        return chr(int(found.group(), 8)), found.end()
    if found := _HEX.match(expression, at + 1):
        return chr(int(found.group(1) or found.group(2), 16)), found.end()
    if not escaped.isascii() or not escaped or escaped.isalnum():
        raise ValueError(f"\\{escaped} is not a character")
    return escaped, at + 2


def _class(expression: str, at: int) -> Expression:
    at += 1
    is_negated = expression.startswith("^", at)
    at += is_negated
    parts: list[str] = []
    while not (parts and expression.startswith("]", at)):
        if at >= len(expression):
            raise ValueError("[ without a closing ]")
        if found := re.compile(r"\[:(\^?)(\w*):\]", re.ASCII).match(expression, at):
            parts.append(_set_of(found.group(2), is_negated=bool(found.group(1))))
            at = found.end()
        elif expression[at] == "\\" and expression[at + 1 : at + 2] in tuple("dswDSW"):
            parts.append(_set_of(expression[at + 1]))
            at += 2
        else:
            part, at = _range(expression, at)
            parts.append(part)
    return Expression(f"[{'^' if is_negated else ''}{''.join(parts)}]", at + 1)


def _range(expression: str, at: int) -> tuple[str, int]:
    low, at = _character(expression, at)
    high = low
    if expression.startswith("-", at) and at + 1 < len(expression) and expression[at + 1] != "]":
        high, at = _character(expression, at + 1)
    if high < low:
        raise ValueError(f"the range {low}-{high} is backwards")
    return f"{re.escape(low)}-{re.escape(high)}", at


def _set_of(name: str, *, is_negated: bool = False) -> str:
    """The inside of a class; what is not in the set is written as what is left of ASCII, and all beyond it."""
    if name in ("D", "S", "W"):
        name, is_negated = name.lower(), True
    if name not in _SETS:
        raise ValueError(f"[:{name}:] is not a class")
    if not is_negated:
        return _SETS[name]
    inside = re.compile(f"[{_SETS[name]}]")
    rest = (re.escape(chr(code)) for code in range(128) if not inside.match(chr(code)))
    return "".join(rest) + "\x80-\U0010ffff"
