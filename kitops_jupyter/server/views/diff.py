"""How two kits differ."""

from __future__ import annotations

import difflib

from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.views.usable import usable_settings

DIFF_LIMIT = 2000


def compare(asked: bodies.Compare) -> wire.DiffView:
    """Two kits against each other."""
    from kitops_jupyter.operations.look import diff
    from kitops_jupyter.operations.look.info import info

    settings, a, b = usable_settings(), asked.a, asked.b
    found = diff.diff(a, b, settings=settings)

    def row(change: wire.Change, one: diff.DiffLayer | None, two: diff.DiffLayer | None) -> wire.DiffRow:
        known = two or one
        assert known
        return wire.DiffRow(
            known.section,
            known.path,
            change,
            one.size_bytes if one else 0,
            two.size_bytes if two else 0,
            one.digest if one else "",
            two.digest if two else "",
        )

    after = {(layer.section, layer.path): layer for layer in found.only_second}
    before = {(layer.section, layer.path): layer for layer in found.only_first}
    rows = [row("changed" if place in after else "removed", layer, after.get(place)) for place, layer in before.items()]
    rows += [row("added", None, layer) for place, layer in after.items() if place not in before]
    rows += [row("same", layer, layer) for layer in found.shared]
    files = [
        wire.DiffFile(
            change.path,
            "added" if change.before_bytes is None else "removed" if change.after_bytes is None else "changed",
            change.before_bytes or 0,
            change.after_bytes or 0,
        )
        for change in found.files
    ]
    one, two = (info(name, settings=settings).yaml.splitlines(keepends=True) for name in (a, b))
    kitfile = "".join(difflib.unified_diff(one, two, a, b))
    return wire.DiffView(a, b, rows, files[:DIFF_LIMIT], kitfile, len(files) > DIFF_LIMIT)
