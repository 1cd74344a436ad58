"""Content that is named by what it is: digests, descriptors, and the places that hold it.

The three protocols `Source`, `Sink` and `Target` are the seam between the verbs and the store, a
registry or memory. Reading is verifying: `verified` is the only way that bytes come out of a Source whole.
Source: OCI image-spec 1.1, "Content Descriptors".
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from kitops_jupyter.errors import DigestMismatch, ManifestInvalid, NotFound, SizeMismatch
from kitops_jupyter.progress import Observer, ignore

# What a repository lists and a tag names; everything else is a blob. Source: OCI image-spec 1.1, "Media Types".
MANIFEST_TYPES = frozenset(
    {
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}\Z")


class Digest(str):
    """`sha256:` and 64 lower-case hex digits; anything else is refused, so a Digest is safe in a file name."""

    __slots__ = ()

    def __new__(cls, text: str) -> Digest:
        if not isinstance(text, str) or not _SHA256.match(text):
            raise ManifestInvalid(f"{str(text)[:80]!r} is not a digest: expected sha256: and 64 hex digits")
        return super().__new__(cls, text)

    @classmethod
    def of(cls, data: bytes | bytearray | memoryview) -> Digest:
        """The digest of these bytes."""
        return cls("sha256:" + hashlib.sha256(data).hexdigest())

    @property
    def hex(self) -> str:
        """The 64 digits without the algorithm."""
        return self[7:]

    @property
    def short(self) -> str:
        """For people: `sha256:` and 12 digits."""
        return self[:19]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a piece of content is (media type), its digest and its size; the three that OCI asks for, and annotations.

    `extra` keeps every other field as it was read (`platform`, `urls`, kit's `modelMetadata`), so that
    writing a descriptor back loses nothing.
    """

    media_type: str
    digest: Digest
    size_bytes: int
    annotations: Mapping[str, str] = field(default_factory=dict)
    artifact_type: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, media_type: str, data: bytes, annotations: Mapping[str, str] | None = None) -> Descriptor:
        """The descriptor of these bytes."""
        return cls(media_type, Digest.of(data), len(data), dict(annotations or {}))

    @classmethod
    def from_json(cls, value: object, *, where: str = "descriptor") -> Descriptor:
        """Read a descriptor out of parsed JSON; everything about it is checked. Raises ManifestInvalid."""
        if not isinstance(value, dict):
            raise ManifestInvalid(f"{where}: expected an object, got {type(value).__name__}")
        rest = dict(value)
        media_type, size = rest.pop("mediaType", ""), rest.pop("size", None)
        annotations, artifact_type = rest.pop("annotations", None) or {}, rest.pop("artifactType", "")
        if type(size) is not int or not 0 <= size < 1 << 63:
            raise ManifestInvalid(f"{where}: size is {size!r}, expected a number of bytes")
        if not isinstance(media_type, str) or not isinstance(artifact_type, str):
            raise ManifestInvalid(f"{where}: mediaType and artifactType must be text")
        if not isinstance(annotations, dict) or not all(isinstance(text, str) for text in annotations.values()):
            raise ManifestInvalid(f"{where}: annotations must be an object of text")
        return cls(media_type, Digest(rest.pop("digest", "")), size, annotations, artifact_type, rest)

    def to_json(self) -> dict[str, Any]:
        """The fields in OCI's order, empty ones left out; to be written by `gojson`."""
        fields: dict[str, Any] = {"mediaType": self.media_type, "digest": str(self.digest), "size": self.size_bytes}
        extra = dict(self.extra)
        if "urls" in extra:
            fields["urls"] = extra.pop("urls")
        if self.annotations:
            fields["annotations"] = dict(sorted(self.annotations.items()))
        for name in ("data", "platform"):
            if name in extra:
                fields[name] = extra.pop(name)
        if self.artifact_type:
            fields["artifactType"] = self.artifact_type
        return {**fields, **extra}


class Readable(Protocol):
    """A stream of bytes that fills buffers: the one shape in which bytes travel here.

    `readinto` returns the number of bytes put into the buffer, and 0 only at the end.
    """

    def readinto(self, buffer: memoryview, /) -> int: ...

    def close(self) -> None: ...


class Source(Protocol):
    """One repository's content, to read from. Raises NotFound for what is not there."""

    def resolve(self, name: str) -> Descriptor:
        """The descriptor of the manifest behind a tag or a digest."""

    def open(self, descriptor: Descriptor) -> Readable:
        """The bytes as stored, not yet verified: use `verified`. The caller closes it."""

    def exists(self, descriptor: Descriptor) -> bool:
        """Whether the content is there, whole."""


class Sink(Protocol):
    """One repository's content, to write to."""

    def write(self, descriptor: Descriptor, stream: Readable, *, observe: Observer = ignore, item: str = "") -> None:
        """Store the bytes under their digest, verified before they have their name; a no-op when they are there.

        A manifest is stored by its media type, after the content it refers to.
        Raises DigestMismatch, SizeMismatch, Cancelled; then nothing is stored.
        """

    def tag(self, descriptor: Descriptor, name: str) -> None:
        """Let `name` point at a manifest that is there, whole; in one step. Raises NotFound."""


class Target(Source, Sink, Protocol):
    """A place that can be read and written."""


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


def read_digest(stream: Readable, watch: Callable[[int], None]) -> Digest:
    """The digest of what is left of a stream; `watch` is told after each MiB how much that was, and may raise."""
    hashed, buffer = hashlib.sha256(), memoryview(bytearray(1 << 20))
    while count := stream.readinto(buffer):
        hashed.update(buffer[:count])
        watch(count)
    return Digest(f"sha256:{hashed.hexdigest()}")


@runtime_checkable
class OpensChecked(Protocol):
    """The ability to hash what is at hand before a part of it is read; elsewhere that would cost all of it."""

    def open_checked(self, descriptor: Descriptor, *, observe: Observer = ignore) -> Readable:
        """As `open`; where it is at hand, a stream that can seek and whose bytes are right.

        Raises NotFound, DigestMismatch, SizeMismatch.
        """


def judge(stream: Readable, *, is_right: bool) -> None:
    """Tell a stream that wants to know it (`judged`) whether all of it, read once to its end, had its digest."""
    judged = getattr(stream, "judged", None)
    if judged is not None:
        judged(is_right=is_right)


class _Verified(io.RawIOBase):
    """Counts and hashes what passes; the end is only the end when size and digest are right."""

    def __init__(self, stream: Readable, descriptor: Descriptor) -> None:
        super().__init__()
        self._stream = stream
        self._descriptor = descriptor
        self._hash = hashlib.sha256()
        self._left = descriptor.size_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        if not len(view):
            return 0
        count = self._stream.readinto(view)
        if count > self._left or (count == 0 and self._left):
            got = self._descriptor.size_bytes - self._left + count
            more = " or more" if count else ""
            judge(self._stream, is_right=False)
            raise SizeMismatch(
                f"{self._descriptor.digest.short}: got {got}{more} bytes, expected {self._descriptor.size_bytes}"
            )
        self._hash.update(view[:count])
        self._left -= count
        if not count:
            is_right = self._hash.hexdigest() == self._descriptor.digest.hex
            judge(self._stream, is_right=is_right)
            if not is_right:
                raise DigestMismatch(f"sha256 is {self._hash.hexdigest()}, expected {self._descriptor.digest.hex}")
        return count

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def verified(stream: Readable, descriptor: Descriptor) -> io.RawIOBase:
    """Read `stream` to its end and no further than the descriptor says; the last read raises unless all is right.

    Closing it closes `stream`. Raises SizeMismatch, DigestMismatch.
    """
    return _Verified(stream, descriptor)


def read_verified(source: Source, descriptor: Descriptor, *, limit_bytes: int = 4 << 20) -> bytes:
    """A small piece of content (manifest, config), whole and verified; 4 MiB is OCI's limit for a manifest.

    Raises ManifestInvalid when it claims to be larger, NotFound, SizeMismatch, DigestMismatch.
    """
    if descriptor.size_bytes > limit_bytes:
        raise ManifestInvalid(
            f"{descriptor.digest.short}: {descriptor.size_bytes} bytes, expected at most {limit_bytes}"
        )
    with verified(source.open(descriptor), descriptor) as stream:
        return stream.readall()


class MemoryTarget:
    """A Target in memory, for tests and for small kits; not for use by several threads."""

    def __init__(self) -> None:
        self.blobs: dict[str, tuple[bytes, str]] = {}
        self.tags: dict[str, Descriptor] = {}

    def resolve(self, name: str) -> Descriptor:
        if name in self.tags:
            return self.tags[name]
        if name in self.blobs and self.blobs[name][1] in MANIFEST_TYPES:
            data, media_type = self.blobs[name]
            return Descriptor.of(media_type, data)
        raise NotFound(f"{name}: no such tag or manifest")

    def open(self, descriptor: Descriptor) -> Readable:
        if descriptor.digest not in self.blobs:
            raise NotFound(f"{descriptor.digest.short}: no such blob")
        return io.BytesIO(self.blobs[descriptor.digest][0])

    def exists(self, descriptor: Descriptor) -> bool:
        return descriptor.digest in self.blobs

    def write(self, descriptor: Descriptor, stream: Readable, *, observe: Observer = ignore, item: str = "") -> None:
        if self.exists(descriptor):
            return
        with verified(stream, descriptor) as checked:
            self.blobs[descriptor.digest] = (checked.readall(), descriptor.media_type)

    def ingest(self, stream: Readable, *, observe: Observer = ignore, item: str = "") -> Ingested:
        chunks, buffer = [], memoryview(bytearray(1 << 16))
        while count := stream.readinto(buffer):
            chunks.append(bytes(buffer[:count]))
        data = b"".join(chunks)
        self.blobs.setdefault(Digest.of(data), (data, ""))
        return Ingested(Digest.of(data), len(data))

    def tag(self, descriptor: Descriptor, name: str) -> None:
        if not self.exists(descriptor):
            raise NotFound(f"{descriptor.digest.short}: cannot be tagged {name}, it is not here")
        self.tags[name] = descriptor
