"""The seam between the verbs and every place that holds content: three methods to read, two to write."""

from __future__ import annotations

from typing import Protocol

from kitops_jupyter.content.descriptors import Descriptor
from kitops_jupyter.progress import Observer, ignore


class Readable(Protocol):
    """A stream of bytes that fills buffers: the one shape in which bytes travel here.

    `readinto` returns the number of bytes put into the buffer, and 0 only at the end.
    """

    def readinto(self, buffer: memoryview, /) -> int: ...

    def close(self) -> None: ...


class Source(Protocol):
    """One repository's content, to read from. Raises NotFound for what does not exist."""

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
