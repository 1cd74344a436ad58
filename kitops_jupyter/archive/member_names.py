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
_HINT = "do not unpack this kit; report it to its author"


_SPELLINGS, _FILE_AND_FOLDER, _TWICE = range(3)  # which of them is reported, whatever came first


def file_and_folder(name: str) -> UnsafeArchive:
    """A file and a folder of one name; `name` is the outermost one, whichever of them came first."""
    reason = "it is a file, and another member needs a folder of that name"
    return UnsafeArchive(f"member {shown(name)}: {reason}", hint=_HINT, clash=(name, _FILE_AND_FOLDER))


def twice(name: str) -> UnsafeArchive:
    """Two files of one name."""
    return UnsafeArchive(f"member {shown(name)}: another member has the same name", hint=_HINT, clash=(name, _TWICE))


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
    def of(cls, folder: Path, descriptor: int | None = None) -> NameRules:
        """The rules of the file system that has `folder`, found out by making a file there. Raises StorageFull.

        `descriptor` is the same folder, opened.
        """
        stem = f".kit-{uuid.uuid4().hex}-"

        def at(name: str) -> str:
            return stem + name if descriptor is not None else os.fspath(folder / (stem + name))

        def is_there(name: str) -> bool:
            try:
                os.stat(at(name), dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:
                return False
            return True

        probe = at("A\u00e9")
        try:
            os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=descriptor))
            try:
                return cls(folds_case=is_there("a\u00e9"), folds_unicode=is_there("Ae\u0301"))
            finally:
                os.unlink(probe, dir_fd=descriptor)
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
        if not cleaned.isascii() and not _is_utf8(cleaned):
            raise _unsafe(name, "a name that is not UTF-8")
        if self.windows and (_WINDOWS_BAD.search(cleaned) or _WINDOWS_RESERVED.search(cleaned)):
            raise _unsafe(name, "Windows does not allow a file of this name")
        return cleaned

    def clean_file(self, name: str) -> str:
        """As `clean`, of a file, which cannot be the top itself. Raises UnsafeArchive."""
        return self.clean(name) or self.clean("")

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
        self._others: dict[str, set[str]] = {}

    def check(self, name: str) -> None:
        """Raises UnsafeArchive (a clash) when the name, or a folder on its way, was there in another spelling."""
        if not self._rules.folds:
            return
        end = 0
        while end < len(name):
            end = name.find("/", end + 1)
            end = len(name) if end < 0 else end
            folded = self._rules.folded(name[:end])
            if self._seen.setdefault(folded, name[:end]) != name[:end]:
                self._others.setdefault(folded, set()).add(name[:end])
                if clash := self.clash(folded):
                    raise clash

    def clash(self, folded: str) -> UnsafeArchive | None:
        """What is to be said of names that are one file, in whatever order they came; None for a name of its own."""
        if folded not in self._others:
            return None
        first, *others = sorted({self._seen[folded], *self._others[folded]})
        known = ", ".join(map(shown, others))
        return UnsafeArchive(
            f"member {shown(first)}: on this file system it is the same file as {known}",
            hint=_HINT,
            clash=(folded, _SPELLINGS),
        )


def _is_utf8(name: str) -> bool:
    """Whether it is text: no half of a surrogate pair, which JSON can write."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _check_lengths(name: str) -> None:
    data = name.encode("utf-8", "surrogatepass")
    if len(data) > MOST_NAME_BYTES:
        raise _unsafe(name, f"a name of {len(data)} bytes, expected at most {MOST_NAME_BYTES}")
    if data.count(b"/") >= MOST_DEPTH:
        raise _unsafe(name, f"a path {data.count(b'/') + 1} levels deep, expected at most {MOST_DEPTH}")
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
