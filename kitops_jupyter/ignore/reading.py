"""The file `.kitignore` itself, which anyone may have written."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.disk import clean_path, read_bytes, why
from kitops_jupyter.errors import PathInvalid
from kitops_jupyter.ignore.patterns import check
from kitops_jupyter.ignore.rules import IGNORE_FILE

SIZE_LIMIT_BYTES = 1 << 20
_HINT = f"{IGNORE_FILE} is a text file with one pattern per line; correct it, or move it away"


def read_patterns(root: Path) -> list[str]:
    """The patterns of the folder's `.kitignore`; none if there is no such file. Raises PathInvalid."""
    path = root / IGNORE_FILE
    try:
        lines = read_bytes(path, SIZE_LIMIT_BYTES).decode("utf-8-sig").split("\n")
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise PathInvalid(f"{path} cannot be read: {why(problem)}", hint=_HINT) from problem
    except UnicodeDecodeError as problem:
        raise PathInvalid(f"{path}: byte {problem.start} is not UTF-8", hint=_HINT) from None
    patterns = []
    for number, line in enumerate(lines, 1):
        try:
            if pattern := _pattern_of(line):
                check(pattern)
                patterns.append(pattern)
        except PathInvalid as problem:
            raise PathInvalid(f"{path}, line {number}: {problem.message}", hint=problem.hint) from None
    return patterns


def _pattern_of(line: str) -> str:
    """What a line of the file says; a leading slash changes nothing."""
    text = "" if line.startswith("#") else line.strip()
    mark = "!" if text.startswith("!") else ""
    text = text[len(mark) :].strip()
    if not text:
        return mark
    text = clean_path(text)
    return mark + (text[1:] if text.startswith("/") and len(text) > 1 else text)
