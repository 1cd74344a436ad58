"""Reading is verifying: how bytes come out of a Source whole."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

from kitops_jupyter.content.abilities import TakesVerdict
from kitops_jupyter.content.descriptors import Descriptor, Digest
from kitops_jupyter.content.seams import Readable, Source
from kitops_jupyter.errors import DigestMismatch, ManifestInvalid, SizeMismatch


def read_digest(stream: Readable, watch: Callable[[int], None]) -> Digest:
    """The digest of what is left of a stream; `watch` is told after each MiB how much that was, and may raise."""
    hashed, buffer = hashlib.sha256(), memoryview(bytearray(1 << 20))
    while count := stream.readinto(buffer):
        hashed.update(buffer[:count])
        watch(count)
    return Digest(f"sha256:{hashed.hexdigest()}")


def judge(stream: Readable, *, is_right: bool) -> None:
    """Tell a stream that wants to know it (`judged`) whether all of it, read once to its end, had its digest."""
    if isinstance(stream, TakesVerdict):
        stream.judged(is_right=is_right)


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
