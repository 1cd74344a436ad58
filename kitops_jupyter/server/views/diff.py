"""How two kits differ: as a whole, and inside their files."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kitops_jupyter.errors import NotFound
from kitops_jupyter.progress import Event, Observer
from kitops_jupyter.server import compare_bodies, wire
from kitops_jupyter.server.answers import to_json
from kitops_jupyter.server.paths import Root
from kitops_jupyter.server.views.usable import usable_settings

if TYPE_CHECKING:
    from kitops_jupyter.operations.diff.results import DiffResult, FieldChange, FileChange, LayerChange
    from kitops_jupyter.show.cards import Fold

DIFF_LIMIT = 2000
_FIELDS = 500
_TEXT = 1000
# What is sent of the insides of all files together: the others are asked for one by one.
_INSIDES_BYTES = 4 << 20


class Comparisons:
    """Comparisons that run, by the names that their askers gave them."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}
        self._lock = threading.Lock()

    def read(self, asked: compare_bodies.OneComparison) -> wire.Comparing:
        """How far it is; one that ended, or is unknown, does not run."""
        with self._lock:
            return wire.Comparing(self._read.get(asked.id, 0), asked.id in self._read)

    def whole(self, asked: compare_bodies.Compare, root: Root) -> wire.DiffView:
        """Two kits against each other; inside their files only where that is asked for (`deep`)."""
        from kitops_jupyter.operations.diff.diff import diff

        one, two = _side(asked.a, root), _side(asked.b, root)
        with self._observed(asked.id) as observe:
            found = diff(
                one,
                two,
                contents=asked.deep,
                deep=asked.deep,
                oldest_first=asked.oldest_first,
                settings=usable_settings(),
                observe=observe,
            )
        a, b = (asked.b, asked.a) if found.is_turned else (asked.a, asked.b)
        files = _shortened([_file(change) for change in found.files[:DIFF_LIMIT]])
        is_cut = max(len(found.files), len(found.changes)) > DIFF_LIMIT or len(found.parameters) > _FIELDS
        return wire.DiffView(
            a,
            b,
            [_row(change) for change in found.changes[:DIFF_LIMIT]],
            files,
            [_field(each) for each in found.parameters[:_FIELDS]],
            _kitfile(found),
            is_cut,
            [text[:_TEXT] for text in found.warnings[:100]],
        )

    def inside(self, asked: compare_bodies.CompareFile, root: Root) -> wire.DiffFile:
        """What differs inside one file that both have. Raises NotFound for one that does not differ."""
        from kitops_jupyter.operations.diff.diff import diff

        one, two = _side(asked.a, root), _side(asked.b, root)
        with self._observed(asked.id) as observe:
            found = diff(one, two, files=[asked.path], deep=asked.deep, settings=usable_settings(), observe=observe)
        for change in found.files:
            return _file(change)
        raise NotFound(f"{asked.path[:_TEXT]}: no file of this name differs", hint="compare the kits again")

    @contextmanager
    def _observed(self, name: str) -> Iterator[Observer]:
        def observe(event: Event) -> None:
            if name and event.step == "advanced":
                with self._lock:
                    self._read[name] = event.done_bytes

        with self._lock:
            if name:
                self._read[name] = 0
        try:
            yield observe
        finally:
            with self._lock:
                self._read.pop(name, None)


def _side(text: str, root: Root) -> str | Path:
    """A kit's name, or a folder below the server's. Raises PathInvalid, NotFound."""
    from kitops_jupyter.operations.diff.diff import is_folder

    return root.existing(text) if is_folder(text) else text


def _file(change: FileChange) -> wire.DiffFile:
    from kitops_jupyter.show.diff.insides import folds, summary

    inside = None
    if change.content is not None:
        shown = [_fold(fold) for fold in folds(change.content)]
        inside = wire.DiffInside(summary(change.content), shown)
    sizes = change.before_bytes or 0, change.after_bytes or 0
    return wire.DiffFile(change.path, change.change, *sizes, inside, change.why, change.would_move_bytes)


def _fold(fold: Fold) -> wire.DiffFold:
    table = fold.table
    columns = list(table.columns) if table else []
    rows = [[str(cell) for cell in row] for row in table.rows] if table else []
    return wire.DiffFold(fold.title, list(fold.lines), columns, rows, list(fold.notes))


def _shortened(files: list[wire.DiffFile]) -> list[wire.DiffFile]:
    """The insides of the first files, as far as they are small together."""
    left, found = _INSIDES_BYTES, []
    for file in files:
        left -= len(to_json(file.inside)) if file.inside else 0
        found.append(file if left >= 0 else replace(file, inside=None))
    return found


def _field(change: FieldChange) -> wire.DiffField:
    name = change.field.removeprefix("model.parameters").removeprefix(".") or change.field
    return wire.DiffField(name[:_TEXT], change.before[:_TEXT], change.after[:_TEXT], change.difference)


def _kitfile(found: DiffResult) -> str:
    from kitops_jupyter.kitfile import to_yaml

    one, two = (to_yaml(each).splitlines(keepends=True) for each in found.kitfiles)
    return "".join([*difflib.unified_diff(one, two)][2:])


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
