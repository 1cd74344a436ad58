"""What of a notebook is compared: its bytes, and its cells without outputs, counts and metadata."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import parse_json, read_bytes
from kitops_jupyter.store import Stamp

READ_LIMIT_BYTES = 64 << 20  # of a notebook that is read to be compared


class Content(NamedTuple):
    """Two digests: of the bytes, and of the kinds and sources of the cells; "" for what is not known."""

    whole: str = ""
    cells: str = ""


@lru_cache(512)
def content_of(path: Path, stamp: Stamp) -> Content:
    """The notebook's digests, read once for each of its stamps; nothing for one that is too large, cannot be read, or
    has other stamps when it was read.
    """
    if stamp.size_bytes > READ_LIMIT_BYTES:
        return Content()
    try:
        data = read_bytes(path, READ_LIMIT_BYTES)
        if Stamp.of(path.stat()) != stamp:
            return Content()
    except OSError:
        return Content()
    return Content(Digest.of(data), _cells(data))


def _cells(data: bytes) -> str:
    try:
        cells = [_cell(cell) for cell in parse_json(data)["cells"]]
    except (ValueError, LookupError, TypeError):
        return ""
    return Digest.of(json.dumps(cells).encode())


def _cell(cell: Any) -> tuple[str, str]:
    source = cell["source"]
    return cell["cell_type"], source if isinstance(source, str) else "".join(source)
