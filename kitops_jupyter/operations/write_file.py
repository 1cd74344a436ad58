"""Write a small text file of the user's, in one step."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from kitops_jupyter.pipeline import disk_error

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all; mode 0644 less the umask. Raises StorageFull, StoreError."""
    data = text.encode("utf-8")
    temporary = path.with_name(f".kit-{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, _NEW, 0o644)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise disk_error(problem, path) from problem
