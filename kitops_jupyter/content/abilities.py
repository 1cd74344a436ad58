"""What a place or a stream may be able to do beside the seam; each ability is probed with `isinstance`.

Who copies asks for the ability, never for the class: a new place that has it is used at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from kitops_jupyter.content.descriptors import Descriptor, Digest
from kitops_jupyter.content.seams import Readable, Source, Target
from kitops_jupyter.progress import Observer, ignore

Role = Literal["kit", "index", "referrer"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came in, now named by its content."""

    digest: Digest
    size_bytes: int


@runtime_checkable
class Ingests(Protocol):
    """The ability to take a stream whose digest is known only at its end (pack)."""

    def ingest(self, stream: Readable, *, observe: Observer = ignore, item: str = "") -> Ingested:
        """Store a stream of unknown digest; nothing is stored under any final name if it breaks off."""


@runtime_checkable
class ReadsRanges(Protocol):
    """The ability to read a part of a blob without the rest; what comes is not verified."""

    def read_range(self, descriptor: Descriptor, offset: int, size_bytes: int) -> bytes:
        """Just these bytes."""

    def open_range(self, descriptor: Descriptor, offset: int, size_bytes: int) -> Readable:
        """The same as a stream."""


@runtime_checkable
class OpensChecked(Protocol):
    """The ability to hash what is at hand before a part of it is read; elsewhere that would cost all of it."""

    def open_checked(self, descriptor: Descriptor, *, observe: Observer = ignore) -> Readable:
        """As `open`; where it is at hand, a stream that can seek and whose bytes are right.

        Raises NotFound, DigestMismatch, SizeMismatch.
        """


@runtime_checkable
class HasReferrers(Source, Protocol):
    """The ability to say what refers to a manifest."""

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        """The manifests that have this one as their subject."""


@runtime_checkable
class ListsManifests(Protocol):
    """The ability to list every manifest that is there, the oldest first, for no more than reading a file."""

    def manifests(self) -> list[Descriptor]: ...


@runtime_checkable
class HoldsOne(Protocol):
    """The ability to be named without a tag: of a layout that has one kit, everybody knows which is meant."""

    def only(self) -> tuple[Descriptor, str]:
        """The one kit that is there, and its tag if it has one. Raises NotFound."""


@runtime_checkable
class TagsTogether(Protocol):
    """The ability to move several tags in one step."""

    def tag_together(
        self, wanted: Mapping[str, Descriptor | None], *, expected: Mapping[str, Digest | None] | None = None
    ) -> None:
        """Move all of them, or for None take the tag away; raises Conflict if one does not name what is `expected`."""


@runtime_checkable
class KeepsByRole(Protocol):
    """The ability to keep kits, indexes of kits, and what refers to them apart."""

    def for_role(self, role: Role) -> Target:
        """Where manifests of this role are written and tagged."""


@runtime_checkable
class Tidies(Protocol):
    """The ability to take away what only a copy under way needs."""

    def tidy(self) -> None: ...


@runtime_checkable
class FindsBlobs(Protocol):
    """The ability to say that a blob is there and right; elsewhere, that would cost all of it."""

    def find_blob(self, descriptor: Descriptor, *, observe: Observer = ignore, item: str = "") -> Path | None:
        """Its file; hashed now, unless that is known."""


@runtime_checkable
class KeepsFiles(FindsBlobs, Protocol):
    """The ability to take over a blob that came as a file."""

    @property
    def partials(self) -> Path:
        """Where downloads lie until they are whole, so that a killed one can resume."""

    def keep_file(self, path: Path, descriptor: Descriptor) -> Path:
        """Take over a verified file from `partials` under its digest."""


@runtime_checkable
class Fetches(Protocol):
    """The ability to bring a blob as a verified file, resumed from what an earlier try left."""

    def fetch(
        self,
        descriptor: Descriptor,
        directory: Path,
        *,
        find: Callable[[], Path | None] = ...,
        keep: Callable[[Path], Path] = ...,
        observe: Observer = ignore,
        item: str = "",
        watcher: Sees | None = None,
    ) -> Path:
        """The file; `find` and `keep` say where it is or goes, `watcher` sees all of its bytes, or none."""


class Sees(Protocol):
    """What may look at bytes that pass. See `pipeline.ByteSink`."""

    def write(self, view: memoryview) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...


@runtime_checkable
class Uploads(Source, Protocol):
    """The ability to take a blob over from a neighbour, or from a source that is opened as often as is needed."""

    def upload(
        self,
        descriptor: Descriptor,
        reopen: Callable[[], Readable],
        *,
        mount_from: Sequence[str] = (),
        check: bool = True,
        observe: Observer = ignore,
        item: str = "",
    ) -> None:
        """Have the blob there: found, mounted, or sent; without `check` the place itself refuses wrong bytes."""


@runtime_checkable
class Mountable(Protocol):
    """The ability to lend blobs to repositories beside it."""

    def mount_point(self) -> tuple[Hashable, str]:
        """The registry's origin, and the repository's name there: within one origin, blobs need not travel."""


@runtime_checkable
class TakesVerdict(Protocol):
    """A stream that wants to know whether all of it, read once to its end, had its digest."""

    def judged(self, *, is_right: bool) -> None: ...


@runtime_checkable
class KnowsSize(Protocol):
    """A stream that knows how many bytes it gives."""

    size_bytes: int


@runtime_checkable
class NoticesChange(Protocol):
    """A stream out of a file that knows whether somebody changed it meanwhile."""

    def is_unchanged(self) -> bool: ...


def size_of(stream: Readable) -> int | None:
    """How many bytes the stream gives, None where it does not know."""
    return stream.size_bytes if isinstance(stream, KnowsSize) else None
