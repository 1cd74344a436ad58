"""After a pack: which notebooks are in the kit, noted beside the kits, so that their state can be told later."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import is_notebook
from kitops_jupyter.layers import Member, PlannedLayer
from kitops_jupyter.operations.notebook_content import Content, content_of
from kitops_jupyter.store import PackedNotebook, PackedNotebooks, Stamp

NOTEBOOKS_LIMIT = 500  # of one pack: the note of each is a small file


def note_notebooks(
    packed: PackedNotebooks, layers: Sequence[PlannedLayer], first: Path | None, reference: str, manifest: Digest
) -> None:
    """Note each notebook of these layers as packed into this kit, `first` before others; never fails a pack."""
    found = sorted(_notebooks(layers), key=lambda member: first is None or Path(member.source) != first)
    for member in found[:NOTEBOOKS_LIMIT]:
        path = Path(member.source)
        was = Stamp(member.size, member.mtime_ns, member.ctime_ns, member.inode)
        before = packed.find(path)
        is_known = before is not None and before.has_stamp(was)
        content = Content(before.content, before.cells) if before and is_known else content_of(path, was)
        now = PackedNotebook(path, member.size, was, *content, reference, manifest, time.time())
        packed.keep(now.with_stamp(was))


def _notebooks(layers: Sequence[PlannedLayer]) -> Iterator[Member]:
    for layer in layers:
        for member in layer.members:
            if not member.is_dir and is_notebook(member.name):
                yield member
