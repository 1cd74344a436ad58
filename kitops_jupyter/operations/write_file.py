"""Write a small text file of the user's, in one step."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kitops_jupyter.errors import StorageFull


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all; mode 0644 less the umask. Raises StorageFull."""
    try:
        handle, temporary = tempfile.mkstemp(prefix=".kit-", dir=path.parent)
    except OSError as problem:
        raise StorageFull(f"{path} cannot be written: {problem.strerror}") from problem
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
        Path(temporary).chmod(0o644 & ~umask())
        Path(temporary).replace(path)
    except OSError as problem:
        raise StorageFull(f"{path} cannot be written: {problem.strerror}") from problem
    finally:
        Path(temporary).unlink(missing_ok=True)


def write_new(path: Path, text: str) -> None:
    """Write a file that must be new, mode 0644 less the umask. Raises StorageFull."""
    try:
        with path.open("xb", opener=lambda name, flags: os.open(name, flags, 0o644)) as stream:
            stream.write(text.encode("utf-8"))
    except OSError as problem:
        raise StorageFull(f"{path} cannot be written: {problem.strerror}") from problem


def umask() -> int:
    """The process's umask."""
    # The umask cannot be read without being set; for the moment between, the strictest one stands.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
