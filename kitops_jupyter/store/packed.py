"""Which notebook was packed into which kit from here, whoever packed it: a cell, a terminal, Python, or the panel.

A kit does not say where its files came from, so a pack notes it beside the kits: a small file a notebook, bounded in
number. A note that cannot be written, or read again, is not an error: then nothing is known of that notebook.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.store.known import Stamp, is_settled
from kitops_jupyter.store.notes import Notes

_NO_STAMP = Stamp(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PackedNotebook:
    """A notebook as it was packed: its stamps then, the digests of its bytes and of its cells' sources, and the kit.

    A digest is "" where it is not known.
    `reference` names the kit as whoever packed it did; `at_s` is when, in seconds since 1970.
    """

    path: Path
    size_bytes: int
    stamp: Stamp
    content: str
    cells: str
    reference: str
    manifest: Digest
    at_s: float

    def has_stamp(self, stamp: Stamp) -> bool:
        """Whether the file is as it was, without reading it; False also where stamps do not tell."""
        return self.stamp == stamp

    def with_stamp(self, stamp: Stamp) -> PackedNotebook:
        """The same with the stamps that the same bytes have now; stamps that may hide a later change do not count."""
        return replace(self, stamp=stamp if is_settled(stamp.mtime_ns, stamp.ctime_ns) else _NO_STAMP)


class PackedNotebooks:
    """The last pack of each notebook. Threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._notes = Notes(folder)

    def find(self, path: Path) -> PackedNotebook | None:
        """The last pack of the notebook at this place."""
        place = os.path.realpath(path)
        return self._read(f"path {place}")

    def find_moved(self, content: str) -> PackedNotebook | None:
        """The last pack of a notebook with these bytes that is not at its place any more: it was renamed or moved."""
        found = self._read(f"content {content}")
        return None if found is None or os.path.lexists(found.path) else found

    def keep(self, packed: PackedNotebook) -> None:
        """Note this pack in place of an earlier one of the same notebook."""
        placed = replace(packed, path=Path(os.path.realpath(packed.path)))
        text = json.dumps(
            {
                "path": os.fspath(placed.path),
                "size": placed.size_bytes,
                "stamp": placed.stamp,
                "content": placed.content,
                "cells": placed.cells,
                "reference": placed.reference,
                "manifest": placed.manifest,
                "at": placed.at_s,
            }
        )
        self._notes.keep(f"path {placed.path}", text)
        if placed.content:
            self._notes.keep(f"content {placed.content}", text)

    def _read(self, key: str) -> PackedNotebook | None:
        try:
            said = parse_json((self._notes.find(key) or "").encode())
            texts = [said[name] for name in ("path", "content", "cells", "reference")]
            size, at_s, stamp = said["size"], said["at"], Stamp(*said["stamp"])
            are_texts = all(isinstance(text, str) for text in texts)
            if not are_texts or not all(type(number) in (int, float) for number in (size, at_s, *stamp)):
                return None
            path, content, cells, reference = texts
            return PackedNotebook(Path(path), size, stamp, content, cells, reference, Digest(said["manifest"]), at_s)
        except Cancelled:
            raise
        except (ValueError, LookupError, TypeError, KitError):
            return None
