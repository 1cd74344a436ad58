"""`.kitignore`: which paths a layer leaves out. A pure predicate, with the meaning that kit gives it.

Patterns are those of `.dockerignore`: anchored at the kit's folder, `*` and `?` within a name, `**` across, `[...]`,
`!` takes back, the last match wins, and a pattern covers what is below it. Source: format.md, ".kitignore";
moby's patternmatcher, as `golden/ignore.json` shows it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kitops_jupyter.errors import PathInvalid

FILE_NAME = ".kitignore"
SIZE_LIMIT_BYTES = 1 << 20
# Never packed, at the top of the kit's folder only.
_ALWAYS = ("Kitfile", "kitfile", ".kitfile", FILE_NAME)
_CLASS = re.compile(r"\[\^?(?:\\.|[^\\\]])(?:\\.|[^\\\]])*\]")
_SPECIAL = frozenset(".+()|{}$^")


class _Pattern(NamedTuple):
    match: re.Pattern[str]
    takes_back: bool


class Rules:
    """The patterns of one kit, and the paths of all its layers, whose files belong to them alone."""

    def __init__(self, patterns: Sequence[str], layer_paths: Sequence[str]) -> None:
        self._patterns = [found for text in (*patterns, *_ALWAYS) if (found := _compile(text))]
        self._has_own = len(self._patterns) > len(_ALWAYS)
        self._layer_paths = list(dict.fromkeys(posixpath.normpath(path) if path else "." for path in layer_paths))
        self._others: dict[str, tuple[str, ...]] = {}

    @property
    def has_exclusions(self) -> bool:
        """Whether some pattern takes back: then an ignored folder may hold files that are kept."""
        return any(pattern.takes_back for pattern in self._patterns)

    def ignores(self, path: str, *, layer: str) -> bool:
        """Whether the layer at `layer` leaves `path` out; both are clean and relative to the kit's folder."""
        return self._is_anothers(path, layer) or self.matches(path)

    def matches(self, path: str) -> bool:
        """Whether the patterns leave it out, for any layer."""
        if not self._has_own:
            return path in _ALWAYS or path.partition("/")[0] in _ALWAYS
        parents = path.split("/")
        places = [path, *("/".join(parents[:count]) for count in range(1, len(parents)))]
        ignored = False
        for pattern in self._patterns:
            if pattern.takes_back == ignored and any(pattern.match.match(place) for place in places):
                ignored = not ignored
        return ignored

    def _is_anothers(self, path: str, layer: str) -> bool:
        others = self._others.get(layer)
        if others is None:
            others = tuple(other for other in self._layer_paths if not is_within(layer, other))
            self._others[layer] = others
        return any(path == other or path.startswith(f"{other}/") for other in others)


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
        lines = data.decode("utf-8-sig").splitlines()
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise PathInvalid(f"{path} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise PathInvalid(f"{path}: byte {problem.start} is not UTF-8") from None
    for number, line in enumerate(lines, 1):
        try:
            _compile(line)
        except PathInvalid as problem:
            raise PathInvalid(f"{path}, line {number}: {problem.message}", hint=problem.hint) from None
    return [_anchored(line) for line in lines]


def _anchored(line: str) -> str:
    """As kit reads a line of the file: a slash in front says nothing that is not so anyway."""
    text = line.strip()
    mark = "!" if text.startswith("!") else ""
    plain = text[len(mark) :].strip()
    return line if line.startswith("#") or len(plain) < 2 else mark + plain.removeprefix("/")


def _compile(text: str) -> _Pattern | None:
    """A pattern as a regular expression; None for a comment or a blank line. Raises PathInvalid."""
    text = "" if text.startswith("#") else text.strip()
    takes_back = text.startswith("!")
    text = text[1:].strip() if takes_back else text
    if takes_back and not text:
        raise PathInvalid("'!' alone takes nothing back", hint="!PATTERN takes back what PATTERN matches")
    if not text:
        return None
    text = posixpath.normpath(text)
    return _Pattern(re.compile(_translate(text) + r"\Z", re.DOTALL), takes_back)


def _translate(text: str) -> str:
    out, at = [], 0
    while at < len(text):
        character = text[at]
        if text.startswith("**", at):
            at += 2
            if text[at : at + 1] == "/":
                at += 1
            out.append(".*" if at >= len(text) else "(?:.*/)?")
            continue
        if character == "[":
            match = _CLASS.match(text, at)
            if not match:
                raise PathInvalid(f"pattern {text[:80]!r}: [ without its ]", hint=r"\[ means the character itself")
            out.append(match.group().replace("[[", r"[\["))
            at = match.end()
            continue
        if character == "\\":
            if at + 1 >= len(text):
                raise PathInvalid(f"pattern {text[:80]!r} ends with a backslash", hint="paths have / between parts")
            at += 1
            out.append(re.escape(text[at]))
        elif character == "*":
            out.append("[^/]*")
        elif character == "?":
            out.append("[^/]")
        else:
            out.append(re.escape(character) if character in _SPECIAL else character)
        at += 1
    return "".join(out)
