"""Patterns as moby's patternmatcher takes them: read, judged, and matched in bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from kitops_jupyter.disk import clean_path
from kitops_jupyter.errors import PathInvalid
from kitops_jupyter.ignore import go_regexp

# With more `*` and `**` than this, a regular expression may try every way to share a path among them.
_WILD_LIMIT = 3
_LITERAL, _ONE, _STAR, _GAP, _REST, _ALL, _TAIL = "literal", "one", "star", "gap", "rest", "all", "tail"
_Token = tuple[str, str]  # kind; the text of a literal, the expression of one character
_EXPRESSIONS = {_STAR: "[^/]*", _GAP: "(?:.*/)?", _REST: ".*", _ALL: r"[\s\S]*", _TAIL: r"(?:[\s\S]*/)?"}
# What a regular expression takes for more than a character, in a class and outside.
_ODD_IN_CLASS = re.compile(r"[*?]|\[:|\\[^\x00-/:-@\[-`{-\x7f]")
_ODD = re.compile(r"[|^]|\{\d|\\[^\x00-/:-@\[-`{-\x7f]")


class _Steps(NamedTuple):
    """A pattern with many wildcards, matched token by token: slower at best, never slow without bounds."""

    tokens: tuple[_Token, ...]

    def matches(self, path: str) -> bool:
        places = {0}
        for kind, text in self.tokens:
            if not places:
                return False
            places = _step(kind, text, path, places)
        return len(path) in places


def _step(kind: str, text: str, path: str, places: set[int]) -> set[int]:
    """Where a token may end that begins at one of the places."""
    if kind == _LITERAL:
        return {at + len(text) for at in places if path.startswith(text, at)}
    if kind == _ONE:
        one = re.compile(text)
        return {at + 1 for at in places if one.match(path, at)}
    if kind == _GAP:
        return places | {at + 1 for at in range(min(places), len(path)) if path[at] == "/"}
    if kind != _STAR:
        return {len(path)}
    reached: set[int] = set()
    for at in places:
        while at not in reached:
            reached.add(at)
            if at < len(path) and path[at] != "/":
                at += 1
    return reached


class _Pattern(NamedTuple):
    """One pattern; `odd` is its expression where it means more than its tokens say."""

    takes_back: bool
    tokens: tuple[_Token, ...]
    odd: re.Pattern[str] | None = None


class Run(NamedTuple):
    """Patterns in a row that all ignore, or all take back: any of them does it."""

    takes_back: bool
    names: frozenset[str]
    expression: re.Pattern[str] | None
    odd: tuple[re.Pattern[str], ...]
    slow: tuple[_Steps, ...]

    @property
    def has_wildcards(self) -> bool:
        """Whether one of the patterns may match other paths than its own."""
        return bool(self.expression or self.odd or self.slow)

    def matches(self, path: str) -> bool:
        """Whether one of the patterns matches the path itself."""
        if path in self.names or (self.expression and self.expression.match(path)):
            return True
        if not self.odd and not self.slow:
            return False
        return any(odd.search(path) for odd in self.odd) or any(steps.matches(path) for steps in self.slow)


def runs_of(texts: Iterable[str]) -> list[Run]:
    """The patterns, in runs, to be asked in this order. Raises PathInvalid for one that is malformed."""
    patterns = [found for text in texts if (found := _compile(text))]
    return [_run(takes_back, list(run)) for takes_back, run in groupby(patterns, lambda found: found.takes_back)]


def check(text: str) -> None:
    """Raises PathInvalid for a malformed pattern."""
    _compile(text)


def _run(takes_back: bool, patterns: Sequence[_Pattern]) -> Run:
    names, expressions, odd, slow = [], [], [], []
    for pattern in patterns:
        tokens = pattern.tokens
        if pattern.odd:
            odd.append(pattern.odd)
        elif [kind for kind, _ in tokens] == [_LITERAL]:
            names.append(tokens[0][1])
        elif _count_wild(tokens) > _WILD_LIMIT:
            slow.append(_Steps(tokens))
        else:
            parts = (re.escape(text) if kind == _LITERAL else _EXPRESSIONS.get(kind, text) for kind, text in tokens)
            expressions.append("".join(parts))
    expression = re.compile(f"(?:{'|'.join(expressions)})\\Z") if expressions else None
    return Run(takes_back, frozenset(names), expression, tuple(odd), tuple(slow))


def _count_wild(tokens: Sequence[_Token]) -> int:
    return sum(kind in (_STAR, _GAP) for kind, _ in tokens)


def _compile(text: str) -> _Pattern | None:
    """A pattern; None for a blank one. Raises PathInvalid."""
    text = text.strip()
    if not text:
        return None
    text = clean_path(text)
    if text == "!":
        raise PathInvalid("'!' needs a pattern after it", hint="!PATTERN includes again what PATTERN matches")
    takes_back = text.startswith("!")
    text = text[takes_back:]
    tokens, is_odd = _tokens(text)
    if not is_odd or not _has_wildcard(text):
        return _Pattern(takes_back, tuple(tokens))
    if _count_wild(tokens) > _WILD_LIMIT:
        raise PathInvalid(
            f"pattern {text[:80]!r}: more than {_WILD_LIMIT} wildcards beside a special character",
            hint="use several simpler patterns",
        )
    try:
        return _Pattern(takes_back, tuple(tokens), go_regexp.to_python(go_regexp.of_pattern(text)))
    except (ValueError, re.error) as problem:
        raise PathInvalid(
            f"pattern {text[:80]!r}: kit reads this as a regular expression, in which {problem}",
            hint="use * and ? for such characters",
        ) from None


def _has_wildcard(text: str) -> bool:
    """Whether moby makes an expression of it; a lone `**` at one end is compared as text."""
    if text.startswith("**"):
        text = text[2:]
    elif text.endswith("**"):
        text = text[:-2]
    return any(character in "*?[]\\" for character in text)


def _tokens(text: str) -> tuple[list[_Token], bool]:
    """The parts of a pattern, and whether one of them is odd."""
    found: list[_Token] = []
    at, is_odd = 0, False
    while at < len(text):
        if text.startswith("**", at):
            token, at = _across(text, at)
            if token != (_GAP, "") or token not in found[-1:]:
                found.append(token)
        elif text[at] == "[":
            token, end = _class(text, at)
            found.append(token)
            is_odd |= bool(_ODD_IN_CLASS.search(text, at + 1, end))
            at = end
        elif text[at] in "*?":
            found.append((_STAR, "") if text[at] == "*" else (_ONE, "[^/]"))
            at += 1
        else:
            is_odd |= bool(_ODD.match(text, at))
            character, at = _character(text, at)
            before = found.pop()[1] if found and found[-1][0] == _LITERAL else ""
            found.append((_LITERAL, before + character))
    return found, is_odd


def _across(text: str, at: int) -> tuple[_Token, int]:
    """`**`. It takes any number of folders, but as the only wildcard at an end of the pattern it takes any text."""
    is_only = not any(character in "*?[]\\" for character in text[:at] + text[at + 2 :])
    end = at + 3 if text.startswith("/", at + 2) else at + 2
    if end >= len(text):
        return ((_ALL if is_only else _REST), ""), end
    if is_only and at == 0:
        return ((_ALL if end == 2 else _TAIL), ""), end
    return (_GAP, ""), end


def _class(text: str, start: int) -> tuple[_Token, int]:
    """`[a-c]`, `[^b]`: one character; what Go finds malformed is refused here too."""
    at = start + 1
    is_negated = text.startswith("^", at)
    at += is_negated
    parts: list[str] = []
    while not (parts and text.startswith("]", at)):
        if at >= len(text) or text[at] in "]-":
            raise PathInvalid(f"pattern {text[:80]!r}: [ without a closing ]", hint=r"\[ means the character itself")
        low, at = _character(text, at)
        high = low
        if text.startswith("-", at):
            if at + 1 >= len(text) or text[at + 1] in "]-":
                raise PathInvalid(f"pattern {text[:80]!r}: a range without an end", hint=r"\- means the character")
            high, at = _character(text, at + 1)
        if low > high:
            raise PathInvalid(f"pattern {text[:80]!r}: the range {low}-{high} is backwards", hint=f"[{high}-{low}]")
        parts.append(f"{re.escape(low)}-{re.escape(high)}")
    return (_ONE, f"[{'^' if is_negated else ''}{''.join(parts)}]"), at + 1


def _character(text: str, at: int) -> tuple[str, int]:
    if text[at] != "\\":
        return text[at], at + 1
    if at + 1 >= len(text):
        raise PathInvalid(f"pattern {text[:80]!r} ends with a backslash", hint="paths have / between parts")
    return text[at + 1], at + 2
