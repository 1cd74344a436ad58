"""Small files of the store, read whole and replaced whole; and what an operating system's refusal means here."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kitops_jupyter import disk, gojson
from kitops_jupyter.disk import replace, unlink
from kitops_jupyter.errors import StoreCorrupt, StoreError
from kitops_jupyter.pipeline import disk_error

ELSEWHERE = "set KITOPS_HOME to a folder on a local disk"
JSON_LIMIT_BYTES = 64 << 20  # 300,000 descriptors: a file that is longer was not written by kit
# kit rewrites its files in place: for a moment they are empty or half there.
_READ_TRIES, _READ_PAUSE_S = 5, 0.02


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn an OSError of writing below `path` into StorageFull (no room, no permission) or StoreError."""
    try:
        yield
    except OSError as problem:
        raise disk_error(problem, problem.filename or path, elsewhere=ELSEWHERE) from problem


def open_regular(path: Path) -> int:
    """A descriptor to read a regular file from; a link or a pipe under this name is refused. Raises OSError."""
    return disk.open_regular(path, follow_links=False)


def read_small(path: Path, limit_bytes: int) -> bytes:
    """The whole of a regular file of at most so many bytes. Raises OSError."""
    return disk.read_bytes(path, limit_bytes, follow_links=False)


def read_json(path: Path, default: Any = None, *, tries: int = _READ_TRIES) -> Any:
    """The parsed content, or `default` if there is no file. Raises StoreCorrupt, naming the file."""
    return read_data(path, default, tries=tries)[1]


def read_data(path: Path, default: Any = None, *, tries: int = _READ_TRIES) -> tuple[bytes, Any]:
    """As `read_json`, with the very bytes, b"" if there is no file."""
    for attempt in range(tries):
        try:
            data = read_small(path, JSON_LIMIT_BYTES)
            return data, disk.parse_json(data)
        except FileNotFoundError:
            return b"", default
        except PermissionError as problem:
            raise StoreError(f"{path} cannot be read: {problem.strerror}", hint=f"make {path} readable") from problem
        except OSError as problem:
            raise corrupt(path, problem.strerror or str(problem)) from problem
        except ValueError as problem:
            if attempt + 1 == tries:
                raise corrupt(path, disk.why(problem)) from problem
            time.sleep(_READ_PAUSE_S)
    raise AssertionError("the loop returns or raises")


def corrupt(path: Path, reason: str) -> StoreCorrupt:
    """The error for a file of the store that cannot be used."""
    return StoreCorrupt(
        f"{path} cannot be used: {reason}",
        hint=f"move it away ({path.name}.broken), then pack or pull the kits it listed: their bytes are still there",
    )


def write_json(path: Path, value: Any, *, temporary: Path, durable: bool = True) -> None:
    """Replace the file in one step, by way of `temporary` on the same file system. The caller holds the lock."""
    mode = _mode_of(path)
    data, is_exact = gojson.dumps(value).encode(), mode is not None
    disk.write_bytes(path, data, temporary=temporary, mode=mode or 0o666, is_exact=is_exact, durable=durable)


def write_over(path: Path, data: bytes) -> None:
    """Write notes that may be lost: in place, since a rename over a file waits for the disk. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0) as stream:
        stream.write(data)
        stream.truncate(len(data))


def swap(path: Path, data: bytes, *, temporary: Path) -> tuple[bytes | None, list[int]]:
    """Replace a file that kit may be writing just now; b"" for `data` deletes it. Returns what was there at last.

    kit opens the file, which empties it, and writes: what it writes after we replaced the file goes into the old one,
    which is read once more. So whatever kit wrote is in the file, or is returned; None where that cannot be known
    (Windows replaces no open file). With it, the stamps that our file has as long as nobody writes. Raises OSError.
    """
    old, has_handles, stamps = -1, os.name != "nt", list[int]()
    if has_handles and path.exists():
        old = open_regular(path)
    try:
        if data:
            disk.write_new(temporary, data, durable=True)
            if (mode := _mode_of(path)) is not None:
                disk.try_chmod(temporary, mode)
            stamps = stamps_of(temporary)
            replace(temporary, path)
        else:
            unlink(path)
        return ((_settled(old) if old >= 0 else b"") if has_handles else None), stamps
    finally:
        if old >= 0:
            os.close(old)


def stamps_of(path: Path) -> list[int]:
    """What shows that somebody wrote a list, and is not changed by a rename; [] if there is none."""
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _settled(descriptor: int) -> bytes | None:
    """What is in an open file, once it is a whole JSON text."""
    for attempt in range(_READ_TRIES):
        data = os.pread(descriptor, min(os.fstat(descriptor).st_size + 1, JSON_LIMIT_BYTES), 0)
        try:
            disk.parse_json(data)
        except ValueError:
            if attempt + 1 < _READ_TRIES:
                time.sleep(_READ_PAUSE_S)
                continue
            return None  # whoever wrote it was stopped in the middle
        return data
    return None


def _mode_of(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
