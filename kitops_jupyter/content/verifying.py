"""Reading is verifying: the one place where bytes are counted, hashed, and judged by what they should be.

`verified` is for who reads, `pipeline.pump_verified` for who writes to several sinks; a copy that resumes continues a
`Hashing` of its own.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

from kitops_jupyter.content.abilities import TakesVerdict
from kitops_jupyter.content.descriptors import MANIFEST_LIMIT_BYTES, Descriptor, Digest
from kitops_jupyter.content.seams import Readable, Source
from kitops_jupyter.errors import DigestMismatch, ManifestInvalid, SizeMismatch
from kitops_jupyter.progress import beat

_BLOCK_BYTES = 1 << 20


class Hashing:
    """Counts and hashes the bytes that pass, and says what they are. A `pipeline.ByteSink`."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """How much has passed."""
        return self._size_bytes

    @property
    def digest(self) -> Digest:
        """The digest of what has passed so far."""
        return Digest(f"sha256:{self._hash.hexdigest()}")

    def write(self, view: bytes | memoryview) -> None:
        """Hash these bytes after those that have passed."""
        self._hash.update(view)
        self._size_bytes += len(view)

    def close(self) -> None:
        """Nothing to do: the digest can be asked for at any time."""

    def abort(self) -> None:
        """Nothing to do."""

    def read(self, stream: Readable, size_bytes: int | None = None, *, watch: Callable[[], object]) -> Hashing:
        """Hash that many bytes of a stream, or all that is left of it; returns itself.

        `watch` is called after each MiB, and can raise.
        """
        left = _BLOCK_BYTES if size_bytes is None else size_bytes
        view = memoryview(bytearray(min(_BLOCK_BYTES, left)))
        while left and (count := stream.readinto(view[:left])):
            self.write(view[:count])
            left -= count if size_bytes is not None else 0
            beat()
            watch()
        return self

    def is_all_of(self, descriptor: Descriptor) -> bool:
        """Whether what has passed is the whole content that the descriptor names."""
        return self._size_bytes == descriptor.size_bytes and self.digest == descriptor.digest

    def check(self, descriptor: Descriptor, what: str = "", *, hint: str = "") -> None:
        """Raise SizeMismatch or DigestMismatch unless `is_all_of`; `what` is for the message."""
        what = what or descriptor.digest.short
        check_size(self._size_bytes, descriptor.size_bytes, what)
        check_digest(self.digest, descriptor.digest, what, hint=hint)


def check_size(found_bytes: int, expected_bytes: int, what: str) -> None:
    """Raise SizeMismatch unless they are equal."""
    if found_bytes != expected_bytes:
        raise SizeMismatch(f"{what}: got {found_bytes} bytes, expected {expected_bytes}")


def check_digest(found: Digest, expected: str, what: str, *, hint: str = "") -> None:
    """Raise DigestMismatch unless they are equal."""
    if found != expected:
        raise DigestMismatch(f"{what}: sha256 is {found.hex}, expected {expected[7:71]}", hint=hint)


def judge(stream: Readable, *, is_right: bool) -> None:
    """Tell a stream that wants to know it (`judged`) whether all of it, read once to its end, had its digest."""
    if isinstance(stream, TakesVerdict):
        stream.judged(is_right=is_right)


class Measured:
    """A stream that has just as many bytes as the descriptor says: more never pass, and fewer are an error.

    Raises SizeMismatch, and tells the stream so. Closing it closes the stream.
    """

    def __init__(self, stream: Readable, descriptor: Descriptor) -> None:
        self._stream = stream
        self._descriptor = descriptor
        self._left_bytes = descriptor.size_bytes

    def readinto(self, buffer: memoryview, /) -> int:
        if not len(buffer):
            return 0
        count = self._stream.readinto(buffer)
        if count > self._left_bytes or (not count and self._left_bytes):
            judge(self._stream, is_right=False)
            expected = self._descriptor.size_bytes
            got = expected - self._left_bytes + count
            more = " or more" if count else ""
            raise SizeMismatch(f"{self._descriptor.digest.short}: got {got}{more} bytes, expected {expected}")
        self._left_bytes -= count
        return count

    def close(self) -> None:
        self._stream.close()


class Verifying(Hashing):
    """A sink that sees all bytes of a stream: its `close` tells the stream the verdict, and raises if it is wrong."""

    def __init__(self, stream: Readable, descriptor: Descriptor) -> None:
        super().__init__()
        self._stream = stream
        self._descriptor = descriptor

    def close(self) -> None:
        judge(self._stream, is_right=self.is_all_of(self._descriptor))
        self.check(self._descriptor)


class _Verified(io.RawIOBase):
    """A stream whose end is only the end when size and digest are right."""

    def __init__(self, stream: Readable, descriptor: Descriptor) -> None:
        super().__init__()
        self._stream = Measured(stream, descriptor)
        self._seen = Verifying(stream, descriptor)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        count = self._stream.readinto(view)
        if count:
            self._seen.write(view[:count])
        elif len(view):
            self._seen.close()
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


def read_verified(source: Source, descriptor: Descriptor, *, limit_bytes: int = MANIFEST_LIMIT_BYTES) -> bytes:
    """A small piece of content (manifest, config), whole and verified.

    Raises ManifestInvalid when it claims to be larger, NotFound, SizeMismatch, DigestMismatch.
    """
    if descriptor.size_bytes > limit_bytes:
        raise ManifestInvalid(
            f"{descriptor.digest.short}: {descriptor.size_bytes} bytes, expected at most {limit_bytes}"
        )
    with verified(source.open(descriptor), descriptor) as stream:
        return stream.readall()


def fill(stream: Readable, view: memoryview) -> int:
    """Read until the view is full or the stream ends; how many bytes that were."""
    at = 0
    while at < len(view) and (count := stream.readinto(view[at:])):
        at += count
    return at


def read_exactly(stream: Readable, size_bytes: int, what: str) -> bytes:
    """The next bytes of a stream, so many. Raises SizeMismatch."""
    data = bytearray(size_bytes)
    check_size(fill(stream, memoryview(data)), size_bytes, what)
    return bytes(data)
