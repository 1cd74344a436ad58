"""The file `.kitignore` itself, which anyone may have written."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.errors import PathInvalid
from kitops_jupyter.ignore.patterns import check, clean
from kitops_jupyter.ignore.rules import FILE_NAME

SIZE_LIMIT_BYTES = 1 << 20


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
                check(pattern)
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
    text = clean(text)
    return mark + (text[1:] if text.startswith("/") and len(text) > 1 else text)
