"""What a transfer says when it is done."""

from __future__ import annotations

from dataclasses import dataclass

from kitops_jupyter.content import Digest
from kitops_jupyter.operations.tally import Counts
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result


class Counted(Result):
    """A result with a tally's counts, each also by its own name."""

    __slots__ = ()
    counts: Counts

    @property
    def moved_bytes(self) -> int:
        """What travelled."""
        return self.counts.moved_bytes

    @property
    def moved_blobs(self) -> int:
        """In how many blobs."""
        return self.counts.moved_blobs

    @property
    def skipped_bytes(self) -> int:
        """What was there already."""
        return self.counts.skipped_bytes

    @property
    def skipped_blobs(self) -> int:
        """In how many blobs."""
        return self.counts.skipped_blobs

    @property
    def elapsed_s(self) -> float:
        """How long all of it took."""
        return self.counts.elapsed_s


@dataclass(frozen=True, slots=True)
class TransferResult(Counted):
    """A kit that was pushed or pulled: what moved, what was there already, and where it is now.

    `notes` say what stayed behind of what goes along with a kit, `warnings` which file index is not its layer's.
    """

    verb: str
    reference: Reference
    digest: Digest
    tags: tuple[str, ...]
    counts: Counts
    hint: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
