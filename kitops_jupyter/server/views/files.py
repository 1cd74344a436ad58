"""The files of a kit's layers, and a notebook among them."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any, Literal

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import is_notebook
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.filters import text_for_file
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.look.files import KitFile, list_layer
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.progress import in_beats
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.views.layers import key_of
from kitops_jupyter.server.views.usable import usable_settings

NOTEBOOK_LIMIT_BYTES = 20 << 20
PAGE_LIMIT = 1000
_KEPT_LISTINGS = 16


class Listings:
    """The files of layers, cached by layer digest while a user looks at them."""

    def __init__(self) -> None:
        self._kept: dict[Digest, tuple[list[KitFile], bool]] = {}
        self._lock = threading.Lock()

    def page(self, asked: bodies.ListFiles) -> wire.FilePage:
        """The names right below a folder of a layer."""
        with Opener(usable_settings(), remote=asked.remote) as opener:
            opened = opener.open(asked.reference)
            match = find_layer(opened, asked.key)
            files, is_verified = self._kept_or_read(opened, match)
        rows = sorted_rows(_below(files, asked.folder.strip("/"), match.entry.section), asked.sort)
        start = next((at + 1 for at, row in enumerate(rows) if row.name == asked.after), 0) if asked.after else 0
        items = rows[start : start + max(1, min(asked.limit, PAGE_LIMIT))]
        following = items[-1].name if items and start + len(items) < len(rows) else ""
        return wire.FilePage(items, following, len(files), sum(file.size_bytes for file in files), is_verified)

    def files(self, opened: Kit, match: Match) -> list[KitFile]:
        """Every file of a layer."""
        return self._kept_or_read(opened, match)[0]

    def has(self, match: Match) -> bool:
        """Whether the layer's files are known without another look."""
        with self._lock:
            return match.layer.digest in self._kept

    def _kept_or_read(self, opened: Kit, match: Match) -> tuple[list[KitFile], bool]:
        from kitops_jupyter.operations.layer_reader import is_listing_checked

        digest = match.layer.digest
        with self._lock:
            kept = self._kept.get(digest)
        if kept is None:
            kept = list(list_layer(opened.source, match)), is_listing_checked(opened.source, match)
            with self._lock:
                self._kept[digest] = kept
                while len(self._kept) > _KEPT_LISTINGS:
                    del self._kept[next(iter(self._kept))]
        return kept


def find_layer(opened: Kit, key: str) -> Match:
    """The layer of this key. Raises NotFound."""
    for match in opened.matches():
        if key_of(match.entry) == key:
            return match
    raise NotFound(f"{opened.reference} has no layer {key[:80]}")


def _below(files: Sequence[KitFile], folder: str, section: str) -> list[wire.FileRow]:
    """The names right below a folder; a folder with what is below it summed up."""
    prefix = f"{folder}/" if folder else ""
    folders: dict[str, tuple[int, int]] = {}
    rows = []
    for file in in_beats(files):
        if not file.path.startswith(prefix):
            continue
        name, slash, _ = file.path[len(prefix) :].partition("/")
        if slash:
            count, size_bytes = folders.get(name, (0, 0))
            folders[name] = count + 1, size_bytes + file.size_bytes
        else:
            rows.append(wire.FileRow(name, file.path, False, file.size_bytes, 1, text_for_file(section, file.path)))
    folded = [
        wire.FileRow(name, f"{prefix}{name}", True, size_bytes, count, text_for_file(section, f"{prefix}{name}"))
        for name, (count, size_bytes) in folders.items()
    ]
    return folded + rows


def sorted_rows(rows: list[wire.FileRow], sort: Literal["name", "size"]) -> list[wire.FileRow]:
    """Folders first, each by path; or the largest first."""
    if sort == "size":
        return sorted(rows, key=lambda row: (-row.size_bytes, row.path))
    return sorted(rows, key=lambda row: (not row.is_dir, row.path))


def notebook(asked: bodies.ReadFile) -> wire.NotebookView:
    """A notebook out of a kit, as data; the panel renders it without running or trusting it."""
    from kitops_jupyter.operations.read_file import read_file

    path = asked.path
    if not is_notebook(path):
        raise Usage(f"{path[:200]} is not a notebook")
    with Opener(usable_settings(), remote=asked.remote) as opener:
        opened = opener.open(asked.reference)
        found = read_file(opened, find_layer(opened, asked.key), path, limit_bytes=NOTEBOOK_LIMIT_BYTES)
    try:
        parsed: Any = json.loads(found.data)  # also NaN, which notebooks have, though it is not JSON
    except (ValueError, RecursionError):
        raise Usage(f"{path[:200]} cannot be read as a notebook", hint="pull it, and look at the file") from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("cells"), list):
        raise Usage(f"{path[:200]} is not a notebook of version 4")
    return wire.NotebookView(path, len(found.data), parsed, found.is_verified)
