"""The names of the files that hold tags, also on disks that do not tell upper-case letters from lower-case ones."""

from __future__ import annotations

import re

_BITS = re.compile(r"[0-9a-f]{1,32}")  # of the 128 letters that a tag can have
_ENDING = ".tag"
_LONGEST = 200  # of a name with a mark before each upper-case letter; file systems take 255, some 143


def file_of(tag: str) -> str:
    """The file of a tag: `^` before each upper-case letter; for a long one they are the bits of a number behind it."""
    marked = "".join(f"^{letter.lower()}" if letter.isupper() else letter for letter in tag)
    if len(marked) <= _LONGEST:
        return f"t-{marked}{_ENDING}"
    bits = sum(1 << place for place, letter in enumerate(tag) if letter.isupper())
    return f"u-{tag.lower()}^{bits:x}{_ENDING}"


def tag_of(file: str) -> str:
    """The tag whose file this is; empty for any other file."""
    kind, middle = file[:2], file[2 : -len(_ENDING)]
    if kind == "u-":
        lower, _, number = middle.partition("^")
        bits = int(number, 16) if _BITS.fullmatch(number) else 0
        tag = "".join(letter.upper() if bits >> place & 1 else letter for place, letter in enumerate(lower))
    else:
        first, *rest = middle.split("^")
        tag = first + "".join(part[:1].upper() + part[1:] for part in rest)
    return tag if tag and file_of(tag) == file else ""
