"""Which names an archive may have, on this system and on this file system."""

from __future__ import annotations

import os
import re
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter.errors import UnsafeArchive
from kitops_jupyter.pipeline import disk_error

# Linux takes no longer path, and no file system in use a longer part.
MOST_NAME_BYTES = 4096
MOST_PART_BYTES = 255
MOST_DEPTH = 255

_BAD_PART = re.compile(r"(?:\A|/)\.{0,2}(?:/|\Z)")
_WINDOWS_BAD = re.compile(r'[\x00-\x1f<>:"|?*\\]|[ .](?:/|\Z)')
_WINDOWS_RESERVED = re.compile(r"(?:\A|/)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|/|\Z)", re.I)
_HINT = "do not unpack this kit; tell whoever made it"


@dataclass(frozen=True, slots=True)
class NameRules:
    """What the place where files are made thinks of names.

    `windows`: Windows' own rules hold. `folds_case`, `folds_unicode`: names that differ only in case, or only in
    how an accent is composed, are one file there.
    """

    windows: bool = os.name == "nt"
    folds_case: bool = False
    folds_unicode: bool = False

    @classmethod
    def of(cls, folder: Path) -> NameRules:
        """The rules of the file system that has `folder`, found out by making a file there. Raises StorageFull."""
        stem = f".kit-{uuid.uuid4().hex}-"
        probe = folder / f"{stem}A\u00e9"
        try:
            probe.touch(exist_ok=False)
            try:
                return cls(
                    folds_case=os.path.lexists(folder / f"{stem}a\u00e9"),
                    folds_unicode=os.path.lexists(folder / f"{stem}Ae\u0301"),
                )
            finally:
                probe.unlink()
        except OSError as error:
            raise disk_error(error, folder) from error

    def clean(self, name: str) -> str:
        """The name as a relative path without `./` in front and `/` behind; "" is the top. Raises UnsafeArchive."""
        cleaned = name
        while cleaned.startswith("./"):
            cleaned = cleaned[2:]
        cleaned = cleaned[:-1] if cleaned.endswith("/") and cleaned != "/" else cleaned
        if cleaned in ("", "."):
            if not name:
                raise _unsafe(name, "a member without a name")
            return ""
        if _BAD_PART.search(cleaned) or "\x00" in cleaned:
            raise _unsafe(name, _reason(cleaned))
        if len(cleaned) > 63:
            _check_lengths(cleaned)
        if self.windows and (_WINDOWS_BAD.search(cleaned) or _WINDOWS_RESERVED.search(cleaned)):
            raise _unsafe(name, "Windows cannot have a file of this name")
        return cleaned

    @property
    def folds(self) -> bool:
        """Whether two spellings can be one file."""
        return self.folds_case or self.folds_unicode

    def folded(self, name: str) -> str:
        """The same text for all spellings that are one file."""
        text = unicodedata.normalize("NFC", name) if self.folds_unicode else name
        return text.casefold() if self.folds_case else text


class Spellings:
    """Sees to it that on a file system which folds names every path, and every folder of it, has one spelling."""

    def __init__(self, rules: NameRules) -> None:
        self._rules = rules
        self._seen: dict[str, str] = {}

    def check(self, name: str) -> None:
        """Raises UnsafeArchive when another spelling of the name, or of a folder on its way, was there before."""
        while name and self._rules.folds:
            known = self._seen.setdefault(self._rules.folded(name), name)
            if known != name:
                raise _unsafe(name, f"on this file system it is the same file as {known!r}")
            name = name.rpartition("/")[0]


def _check_lengths(name: str) -> None:
    data = name.encode("utf-8", "surrogateescape")
    if len(data) > MOST_NAME_BYTES:
        raise _unsafe(name, f"a name of {len(data)} bytes, expected at most {MOST_NAME_BYTES}")
    if data.count(b"/") >= MOST_DEPTH:
        raise _unsafe(name, f"a path {data.count(b'/') + 1} deep, expected at most {MOST_DEPTH}")
    if max(map(len, data.split(b"/"))) > MOST_PART_BYTES:
        raise _unsafe(name, f"a part of the path is longer than {MOST_PART_BYTES} bytes")


def _reason(name: str) -> str:
    if "\x00" in name:
        return "a name with a NUL byte"
    if name.startswith("/"):
        return "an absolute path"
    parts = name.split("/")
    return "a path that leaves its folder" if ".." in parts else "a path with an empty part, or with '.' as a part"


def _unsafe(name: str, reason: str) -> UnsafeArchive:
    return UnsafeArchive(f"member {shown(name)}: {reason}", hint=_HINT)


def shown(name: str) -> str:
    """A name for messages: quoted, no control characters, not endless."""
    return repr(name if len(name) <= 120 else name[:100] + "…")
