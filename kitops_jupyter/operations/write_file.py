"""Write a small text file of the user's, in one step."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.disk import write_bytes
from kitops_jupyter.pipeline import disk_error


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all; mode 0644 less the umask. Raises StorageFull, StoreError."""
    try:
        write_bytes(path, text.encode("utf-8"), mode=0o644)
    except OSError as problem:
        raise disk_error(problem, path) from problem
