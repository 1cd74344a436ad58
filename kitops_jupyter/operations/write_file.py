"""Write a small text file of the user's, in one step."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from kitops_jupyter.errors import StorageFull


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all; mode 0644 less the umask. Raises StorageFull."""
    temporary = path.with_name(f".kit-{secrets.token_hex(8)}")
    write_new(temporary, text)
    try:
        temporary.replace(path)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise StorageFull(f"{path} cannot be written: {problem.strerror}") from problem


def write_new(path: Path, text: str) -> None:
    """Write a file that must be new, mode 0644 less the umask. Raises StorageFull."""
    try:
        with os.fdopen(create(path, 0o644), "wb") as stream:
            stream.write(text.encode("utf-8"))
    except OSError as problem:
        raise StorageFull(f"{path} cannot be written: {problem.strerror}") from problem


def create(path: Path, mode: int) -> int:
    """A descriptor to write a new file with this mode, less the umask: the system's own doing. Raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
