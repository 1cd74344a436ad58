"""Small files that others wrote (settings, lists, text): read whole, never waited for, never without an end.

Nothing here waits: a pipe, a socket or a device under the file's name is refused. Callers turn OSError and ValueError
into an error of their own, with `why` for its words.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from typing import Any, NoReturn

TEXT_LIMIT_BYTES = 8 << 20  # of settings and text that a person writes: more is a mistake, or an attack

# O_NONBLOCK: opening a pipe that nobody writes to returns at once; for regular files it means nothing.
_READ = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC", "O_NOCTTY"):
    _READ |= getattr(os, _flag, 0)
_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
    (stat.S_ISLNK, "it is a link"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
)


def kind_of(mode: int) -> str:
    """What a file that is not regular is, as `it is a pipe`; empty for a regular file."""
    if stat.S_ISREG(mode):
        return ""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "it is not a regular file")


def open_regular(path: str | os.PathLike[str], *, follow_links: bool = True) -> int:
    """A descriptor to read a regular file from; the caller closes it.

    Raises OSError, whose `strerror` says what is there instead; without `follow_links` also for a link.
    """
    flags = _READ if follow_links else _READ | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as problem:
        if problem.errno in (errno.ENXIO, errno.ELOOP):  # a socket; a link that is not followed
            _refuse(path, follow_links, problem)
        raise
    except ValueError as problem:  # NUL, or a character that no name can have
        raise OSError(errno.EINVAL, str(problem), os.fspath(path)) from None
    kind = kind_of(os.fstat(descriptor).st_mode)
    if not kind:
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EISDIR if "folder" in kind else errno.EINVAL, kind, os.fspath(path))


def _refuse(path: str | os.PathLike[str], follow_links: bool, problem: OSError) -> NoReturn:
    try:
        kind = kind_of((os.stat if follow_links else os.lstat)(path).st_mode)
    except OSError:
        raise problem from None
    raise OSError(errno.EINVAL, kind or problem.strerror, os.fspath(path)) from None


def read_bytes(
    path: str | os.PathLike[str], limit_bytes: int = TEXT_LIMIT_BYTES, *, follow_links: bool = True
) -> bytes:
    """The whole of a regular file of at most so many bytes. Raises OSError; FileNotFoundError if it does not exist."""
    if os.fspath(path) == os.devnull:  # how people say that a file of settings is empty
        return b""
    data = read_start(path, limit_bytes + 1, follow_links=follow_links)
    if len(data) > limit_bytes:
        raise OSError(errno.EFBIG, f"it is longer than {limit_bytes} bytes", os.fspath(path))
    return data


def read_start(path: str | os.PathLike[str], count: int, *, follow_links: bool = True) -> bytes:
    """The first `count` bytes of a regular file, or all of a shorter one. Raises OSError."""
    descriptor = open_regular(path, follow_links=follow_links)
    pieces = []
    try:
        while count and (piece := os.read(descriptor, min(count, 1 << 16))):
            pieces.append(piece)
            count -= len(piece)
    finally:
        os.close(descriptor)
    return b"".join(pieces)


def check_regular(path: str | os.PathLike[str]) -> None:
    """Open and close it, before somebody opens it who would wait. Raises OSError for what is not a readable file."""
    os.close(open_regular(path))


def parse_json(data: bytes | str) -> Any:
    """The value of a JSON text. Raises ValueError, whose text says what is wrong: also for what Python's parser takes
    or fails at in a way of its own (NaN, text that is not UTF-8, lists nested too deeply)."""
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError as problem:
        raise ValueError(f"byte {problem.start} is not UTF-8") from None
    except json.JSONDecodeError as problem:
        raise ValueError(f"it is not JSON: line {problem.lineno}, column {problem.colno}: {problem.msg}") from None


def read_json(path: str | os.PathLike[str], limit_bytes: int = TEXT_LIMIT_BYTES) -> Any:
    """The value that a small JSON file holds. Raises OSError, ValueError, as `read_bytes` and `parse_json` do."""
    return parse_json(read_bytes(path, limit_bytes))


def why(problem: OSError | ValueError) -> str:
    """In words why a file could not be read; the file's name is the caller's to say."""
    if isinstance(problem, OSError):
        return problem.strerror or str(problem)
    return f"byte {problem.start} is not UTF-8" if isinstance(problem, UnicodeDecodeError) else str(problem)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"it is not JSON: {name} is not a JSON number")
