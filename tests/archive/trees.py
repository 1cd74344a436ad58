"""Trees on disk as plans, and streams as bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kitops_jupyter.archive import tar_stream
from kitops_jupyter.content import Readable


class Planned(NamedTuple):
    """A member as the plan of a layer has it."""

    name: str
    source: str
    mode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    is_dir: bool


def planned(root: Path, names: Iterable[str]) -> list[Planned]:
    """The plan of these files and folders, as they are now."""
    members = []
    for name in names:
        source = os.path.join(root, name)  # noqa: PTH118  # a Path would drop what some names end in
        found = os.lstat(source)
        is_dir = stat.S_ISDIR(found.st_mode)
        size = 0 if is_dir else found.st_size
        mode = stat.S_IMODE(found.st_mode)
        members.append(Planned(name, source, mode, size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, is_dir))
    return members


def names_below(root: Path, top: str) -> Iterator[str]:
    """A folder and all that is in it, in the order of kit: by bytes, depth first."""
    yield top
    if (root / top).is_dir():
        for name in sorted((path.name for path in (root / top).iterdir()), key=os.fsencode):
            yield from names_below(root, f"{top}/{name}")


def drained(stream: Readable, step_bytes: int = 70_001) -> bytes:
    """All bytes of a stream, read in odd steps."""
    buffer, data = memoryview(bytearray(step_bytes)), bytearray()
    while count := stream.readinto(buffer):
        data += buffer[:count]
    stream.close()
    return bytes(data)


def packed(root: Path, names: Iterable[str]) -> bytes:
    """The tar of these files and folders."""
    return drained(tar_stream(planned(root, names)))
