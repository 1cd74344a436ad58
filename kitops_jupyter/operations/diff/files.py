"""The files of two sides against each other: new, gone, changed; and what differs inside those that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kitops_jupyter.comparing import Budget, Everywhere, Pair, Spans, TooFar, compare
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.file_index import VerifiedFile
from kitops_jupyter.operations.diff.results import FileChange
from kitops_jupyter.operations.diff.sides import SideFile
from kitops_jupyter.operations.diff.spans import spans_of

_PIECE_BYTES = 4 << 20
_HELD_BYTES = 8 << 20


def changed_files(
    before: Mapping[str, SideFile], after: Mapping[str, SideFile], budget: Budget, *, inside: bool
) -> list[FileChange]:
    """Compare files by path; only those of equal size are read to know whether they are the same.

    Pieces with equal digests in both file indexes are equal. With `inside` also what differs in them, the small ones
    first, so that large ones do not use up the budget.
    """
    found = [FileChange(path, _size(before.get(path)), _size(after.get(path))) for path in before.keys() ^ after.keys()]
    both = sorted(before.keys() & after.keys(), key=lambda path: (max(before[path].size, after[path].size), path))
    for path in both:
        change = _changed(path, before[path], after[path], budget, inside)
        if change is not None:
            found.append(change)
    return sorted(found, key=lambda change: change.path)


def _size(file: SideFile | None) -> int | None:
    return file.size if file else None


def _changed(path: str, one: SideFile, two: SideFile, budget: Budget, inside: bool) -> FileChange | None:
    """What became of a file that both sides have; None if it is the same."""
    change = FileChange(path, one.size, two.size)
    spans: Spans = Everywhere()
    if one.size == two.size:
        if one.digest and one.digest == two.digest:
            return None
        spans = spans_of(one, two)
        try:
            if isinstance(spans, Everywhere) and one.size <= _HELD_BYTES:
                one, two = _held(one, budget), _held(two, budget)
            if not (one.digest and two.digest) and is_same(one, two, spans, budget):
                return None
        except TooFar as far:
            return replace(change, would_move_bytes=far.size_bytes, is_unknown=True)
    if not inside:
        return change
    try:
        if one.size != two.size:
            spans = spans_of(one, two)
        compared = compare(Pair(path, one, two, spans, budget))
    except Cancelled:
        raise
    except KitError as problem:
        return replace(change, why=problem.message)
    return replace(change, content=compared.content, why=compared.why, would_move_bytes=compared.would_move_bytes)


@dataclass(frozen=True, slots=True)
class _Held:
    """A file that was moved, and is read more than once."""

    data: bytes
    mode: int
    digest: Digest | None

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, start: int, end: int, /) -> bytes:
        return self.data[start:end]

    def cost(self, start: int, end: int, /) -> int:
        return 0

    def by_index(self) -> VerifiedFile | None:
        return None


def _held(file: SideFile, budget: Budget) -> SideFile:
    """The file in memory if reading it moves it; it is moved once then. Raises TooFar."""
    if cost := file.cost(0, file.size):
        budget.take(cost)
        return _Held(file.read(0, file.size), file.mode, file.digest)
    return file


def is_same(one: SideFile, two: SideFile, spans: Spans, budget: Budget) -> bool:
    """Whether two files of one size are equal: by digests, else by reading up to the first byte that is not.

    Raises TooFar.
    """
    if not isinstance(spans, Everywhere):
        return next(spans.within(0, one.size), None) is None
    budget.take(one.cost(0, one.size) + two.cost(0, two.size))
    return all(
        one.read(at, min(at + _PIECE_BYTES, one.size)) == two.read(at, min(at + _PIECE_BYTES, one.size))
        for at in range(0, one.size, _PIECE_BYTES)
    )


def by_path(layers: Iterable[Mapping[str, SideFile]]) -> dict[str, SideFile]:
    """The files of several layers; of two with one path the last, as unpacking leaves it."""
    return {path: file for files in layers for path, file in files.items()}
