"""Zip archives: written without times, so that the same value gives the same bytes; read with nothing that expands."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kitops_jupyter.capture.formats.contract import Loading
from kitops_jupyter.errors import VariableRefused

TIME = (1980, 1, 1, 0, 0, 0)  # the first that zip can name
_MEMBERS_LIMIT = 200_000  # a forest of 10 000 trees has about 20 000


def write_member(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a member without a time, not compressed."""
    archive.writestr(zipfile.ZipInfo(name, TIME), data, zipfile.ZIP_STORED)


def copy_member(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> None:
    """Add a member of any size from a stream."""
    with archive.open(zipfile.ZipInfo(name, TIME), "w", force_zip64=True) as sink:
        shutil.copyfileobj(source, sink, 1 << 20)


def store_again(source: str | Path | IO[bytes], target: str | Path | IO[bytes]) -> None:
    """The same members, sorted, without times and not compressed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for member in sorted(old.namelist()):
            with old.open(member) as stream:
                copy_member(new, member, stream)


@contextmanager
def open_stored(source: Path | IO[bytes], what: str, loading: Loading) -> Iterator[zipfile.ZipFile]:
    """An archive such as kit pack writes, open for reading: plain names, nothing compressed, twice or overlapping, so
    that its content is no larger than its file. Raises VariableRefused, which calls it `what`."""
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise VariableRefused(f"{loading.name}: {what} is not a zip archive: {problem}") from None
    with archive:
        problem_found = _problem_of(archive)
        if problem_found:
            raise VariableRefused(
                f"{loading.name}: {what} {problem_found}",
                hint="kit pack writes archives without that; ask its author for a kit packed from the live variable",
            )
        yield archive


def _problem_of(archive: zipfile.ZipFile) -> str:
    members = archive.infolist()
    if len(members) > _MEMBERS_LIMIT:
        return f"has {len(members)} members, the limit is {_MEMBERS_LIMIT}"
    names = set()
    for member in members:
        name = member.orig_filename
        if name in names or _is_odd(name):
            return f"has a member with an odd name: {name[:80]!r}"
        names.add(name)
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
            return f"has a member that is compressed or encrypted: {name[:80]!r}"
        if member.file_size != member.compress_size:
            return f"has a member of two sizes: {name[:80]!r}"
    if sum(member.file_size for member in members) > archive.start_dir:
        return "has members that overlap"
    return ""


def _is_odd(name: str) -> bool:
    parts = name.split("/")
    return not name.isprintable() or "\\" in name or ":" in name or any(part in ("", ".", "..") for part in parts)
