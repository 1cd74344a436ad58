"""`.kitignore`: which paths a layer leaves out. A pure predicate, with the meaning that kit gives it.

Patterns are those of `.dockerignore`: anchored at the kit's folder, `*` and `?` within a name, `**` across, `[...]`,
`!` takes back, the last match wins, and a pattern covers what is below it. Source: format.md, ".kitignore";
moby's patternmatcher, as `golden/ignore.json` shows it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from kitops_jupyter.errors import PathInvalid

FILE_NAME = ".kitignore"
SIZE_LIMIT_BYTES = 1 << 20
# Never packed, at the top of the kit's folder only.
_ALWAYS = ("Kitfile", "kitfile", ".kitfile", FILE_NAME)
# With more `*` and `**` than this, a regular expression may try every way to share a path among them.
_WILD_LIMIT = 3
_LITERAL, _ONE, _STAR, _GAP, _REST, _ALL = "literal", "one", "star", "gap", "rest", "all"
_Token = tuple[str, str]  # kind; the text of a literal, the expression of one character
_EXPRESSIONS = {_STAR: "[^/]*", _GAP: "(?:.*/)?", _REST: ".*", _ALL: r"[\s\S]*"}


class Rules:
    """The patterns of one kit, and the paths of all its layers, whose files belong to them alone."""

    def __init__(self, patterns: Sequence[str], layer_paths: Sequence[str]) -> None:
        compiled = [found for text in (*patterns, *_ALWAYS) if (found := _compile(text))]
        self._runs = [_run(takes_back, list(run)) for takes_back, run in groupby(compiled, lambda found: found[0])]
        self._above = {"": (False,) * len(self._runs)}
        self._layer_paths = list(dict.fromkeys(_clean(path) for path in layer_paths))
        self._others: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}

    @property
    def has_exclusions(self) -> bool:
        """Whether some pattern takes back: then an ignored folder may hold files that are kept."""
        return any(run.takes_back for run in self._runs)

    def ignores(self, path: str, *, layer: str) -> bool:
        """Whether the layer at `layer` leaves `path` out; both are clean and relative to the kit's folder."""
        names, prefixes = self._others.get(layer) or self._others_of(layer)
        return path in names or path.startswith(prefixes) or self.matches(path)

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


def read(root: Path) -> list[str]:
    """The patterns of the folder's `.kitignore`; none where there is no such file. Raises PathInvalid."""
    path = root / FILE_NAME
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE_LIMIT_BYTES + 1)
        if len(data) > SIZE_LIMIT_BYTES:
            raise PathInvalid(f"{path}: longer than {SIZE_LIMIT_BYTES} bytes")
        lines = data.decode("utf-8-sig").split("\n")
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise PathInvalid(f"{path} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise PathInvalid(f"{path}: byte {problem.start} is not UTF-8") from None
    patterns = []
    for number, line in enumerate(lines, 1):
        try:
            if pattern := _pattern_of(line):
                _compile(pattern)
                patterns.append(pattern)
        except PathInvalid as problem:
            raise PathInvalid(f"{path}, line {number}: {problem.message}", hint=problem.hint) from None
    return patterns


def _pattern_of(line: str) -> str:
    """What a line of the file says; a slash in front says nothing that is not so anyway."""
    text = "" if line.startswith("#") else line.strip()
    mark = "!" if text.startswith("!") else ""
    text = text[len(mark) :].strip()
    if not text:
        return mark
    text = _clean(text)
    return mark + (text[1:] if text.startswith("/") and len(text) > 1 else text)


def _clean(path: str) -> str:
    """As Go's path.Clean: two slashes in front are one."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


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


class _Run(NamedTuple):
    """Patterns in a row that all ignore, or all take back: any of them does it."""

    takes_back: bool
    names: frozenset[str]
    expression: re.Pattern[str] | None
    slow: tuple[_Steps, ...]

    def matches(self, path: str) -> bool:
        if path in self.names or (self.expression and self.expression.match(path)):
            return True
        return any(steps.matches(path) for steps in self.slow)


def _run(takes_back: bool, patterns: Sequence[tuple[bool, list[_Token]]]) -> _Run:
    names, expressions, slow = [], [], []
    for _, tokens in patterns:
        if [kind for kind, _ in tokens] == [_LITERAL]:
            names.append(tokens[0][1])
        elif sum(kind in (_STAR, _GAP) for kind, _ in tokens) > _WILD_LIMIT:
            slow.append(_Steps(tuple(tokens)))
        else:
            parts = (re.escape(text) if kind == _LITERAL else _EXPRESSIONS.get(kind, text) for kind, text in tokens)
            expressions.append("".join(parts))
    expression = re.compile(f"(?:{'|'.join(expressions)})\\Z") if expressions else None
    return _Run(takes_back, frozenset(names), expression, tuple(slow))


def _compile(text: str) -> tuple[bool, list[_Token]] | None:
    """Whether a pattern takes back, and its tokens; None for a blank one. Raises PathInvalid."""
    text = text.strip()
    if not text:
        return None
    text = _clean(text)
    if text == "!":
        raise PathInvalid("'!' alone takes nothing back", hint="!PATTERN takes back what PATTERN matches")
    takes_back = text.startswith("!")
    return takes_back, _tokens(text[takes_back:])


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if text.startswith("**", at):
            token, at = _across(text, at)
            if token != (_GAP, "") or token not in found[-1:]:
                found.append(token)
        elif text[at] == "[":
            token, at = _class(text, at)
            found.append(token)
        elif text[at] in "*?":
            found.append((_STAR, "") if text[at] == "*" else (_ONE, "[^/]"))
            at += 1
        else:
            character, at = _character(text, at)
            before = found.pop()[1] if found and found[-1][0] == _LITERAL else ""
            found.append((_LITERAL, before + character))
    return found


def _across(text: str, at: int) -> tuple[_Token, int]:
    """`**`. It takes any number of folders, but as the only wildcard at an end of the pattern it takes any text."""
    is_only = not any(character in "*?[]\\" for character in text[:at] + text[at + 2 :])
    end = at + 3 if text.startswith("/", at + 2) else at + 2
    if end >= len(text):
        return ((_ALL if is_only else _REST), ""), end
    return ((_ALL if is_only and at == 0 and end == 2 else _GAP), ""), end


def _class(text: str, start: int) -> tuple[_Token, int]:
    """`[a-c]`, `[^b]`: one character; what Go finds malformed is refused here too."""
    at = start + 1
    is_negated = text.startswith("^", at)
    at += is_negated
    parts: list[str] = []
    while not (parts and text.startswith("]", at)):
        if at >= len(text) or text[at] in "]-":
            raise PathInvalid(f"pattern {text[:80]!r}: [ without its ]", hint=r"\[ means the character itself")
        low, at = _character(text, at)
        high = low
        if text.startswith("-", at):
            if at + 1 >= len(text) or text[at + 1] in "]-":
                raise PathInvalid(f"pattern {text[:80]!r}: a range without its end", hint=r"\- means the character")
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
