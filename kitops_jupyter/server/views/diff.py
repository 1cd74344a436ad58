"""How two kits differ."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.views.usable import usable_settings

if TYPE_CHECKING:
    from kitops_jupyter.operations.diff.results import LayerChange

DIFF_LIMIT = 2000


def compare(asked: bodies.Compare) -> wire.DiffView:
    """Two kits against each other."""
    from kitops_jupyter.operations.diff.diff import diff
    from kitops_jupyter.operations.look.info import info

    settings, a, b = usable_settings(), asked.a, asked.b
    found = given = diff(a, b, contents=False, settings=settings)
    if asked.oldest_first:
        found = given.oldest_first()
    if found is not given:
        a, b = b, a
    files = [
        wire.DiffFile(
            change.path,
            change.change,
            change.before_bytes or 0,
            change.after_bytes or 0,
        )
        for change in found.files
    ]
    one, two = (info(name, settings=settings).yaml.splitlines(keepends=True) for name in (a, b))
    kitfile = "".join([*difflib.unified_diff(one, two)][2:])
    rows = [_row(change) for change in found.changes]
    return wire.DiffView(a, b, rows, files[:DIFF_LIMIT], kitfile, len(files) > DIFF_LIMIT)


def _row(change: LayerChange) -> wire.DiffRow:
    one, two = change.before, change.after
    known = two or one
    assert known
    return wire.DiffRow(
        known.section,
        known.path,
        change.change,
        one.size_bytes if one else 0,
        two.size_bytes if two else 0,
        (one and one.digest) or "",
        (two and two.digest) or "",
    )
