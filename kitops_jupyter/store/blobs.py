"""Blobs: bytes under the name of their digest, whole or not there at all.

Bytes are streamed into a session's folder without the lock; the final name comes in one rename under it, in the same
step as the pin that keeps removals away.
"""

from __future__ import annotations

import io
from pathlib import Path

from kitops_jupyter.content import Descriptor, Digest, Ingested, Readable
from kitops_jupyter.errors import DigestMismatch, NotFound, SizeMismatch, StoreError
from kitops_jupyter.pipeline import FileSink, Sha256Sink, pump
from kitops_jupyter.progress import Observer
from kitops_jupyter.store import work
from kitops_jupyter.store.files import open_regular, replace, storing, unlink
from kitops_jupyter.store.layout import Layout
from kitops_jupyter.store.lists import Lists
from kitops_jupyter.store.lock import locked

MODE = 0o444  # as kit gives it to what it packs


def open_blob(layout: Layout, descriptor: Descriptor) -> Readable:
    """The bytes as stored, not verified. Raises NotFound, StoreError."""
    try:
        return io.FileIO(open_regular(layout.blob(descriptor.digest)), "rb")
    except FileNotFoundError as problem:
        raise NotFound(f"blob {descriptor.digest.short} is not in the store ({layout.root})") from problem
    except OSError as problem:
        raise StoreError(
            f"blob {descriptor.digest.short} cannot be read: {problem.strerror}",
            hint=f"look at {layout.blob(descriptor.digest)}",
        ) from problem


def claim(layout: Layout, digest: Digest, size_bytes: int) -> bool:
    """Whether the blob is there, whole; an open session keeps it from now on."""
    session = work.current(layout)
    if session is None or digest in session.pins or not layout.is_whole(digest, size_bytes):
        return layout.is_whole(digest, size_bytes)
    with locked(layout), storing(layout.root):
        if not layout.is_whole(digest, size_bytes):
            return False
        session.pin(digest)
        return True


def ingest(
    layout: Layout, stream: Readable, *, observe: Observer, item: str, total_bytes: int | None = None
) -> Ingested:
    """Store a stream of unknown digest; closes it. Raises StorageFull, Cancelled; then nothing is stored.

    Its length is what the caller says, or the stream's own `size_bytes`, or not known.
    """
    total_bytes = getattr(stream, "size_bytes", None) if total_bytes is None else total_bytes
    with work.session(layout) as session:
        temporary = session.temporary()
        try:
            digest, size_bytes = _fill(temporary, stream, observe, item, total_bytes)
            _keep(layout, session, temporary, digest, size_bytes)
        finally:
            _discard(temporary)
            stream.close()
    return Ingested(digest, size_bytes)


def store(layout: Layout, descriptor: Descriptor, stream: Readable, *, observe: Observer, item: str) -> None:
    """Store a stream under the digest it must have; closes it.

    Raises DigestMismatch, SizeMismatch, StorageFull, Cancelled; then nothing is stored.
    """
    with work.session(layout) as session:
        temporary = session.temporary()
        bounded = _Bounded(stream, descriptor)
        try:
            digest, size_bytes = _fill(temporary, bounded, observe, item, descriptor.size_bytes)
            if size_bytes != descriptor.size_bytes:
                raise SizeMismatch(
                    f"{descriptor.digest.short}: got {size_bytes} bytes, expected {descriptor.size_bytes}"
                )
            if digest != descriptor.digest:
                raise DigestMismatch(f"sha256 is {digest.hex}, expected {descriptor.digest.hex}")
            _keep(layout, session, temporary, digest, size_bytes)
        finally:
            _discard(temporary)
            stream.close()


def keep_file(layout: Layout, path: Path, descriptor: Descriptor) -> Path:
    """Take over a file on the store's file system that was verified already, in one rename; where it is now."""
    with work.session(layout) as session:
        _keep(layout, session, path, descriptor.digest, descriptor.size_bytes)
        _discard(path)
    return layout.blob(descriptor.digest)


class _Bounded:
    """Refuses a stream that goes on after its promised end, before it fills the disk."""

    def __init__(self, stream: Readable, descriptor: Descriptor) -> None:
        self._stream = stream
        self._descriptor = descriptor
        self._left = descriptor.size_bytes

    def readinto(self, buffer: memoryview, /) -> int:
        count = self._stream.readinto(buffer)
        self._left -= count
        if self._left < 0:
            expected = self._descriptor.size_bytes
            raise SizeMismatch(f"{self._descriptor.digest.short}: got more than {expected} bytes, expected {expected}")
        return count

    def close(self) -> None:
        self._stream.close()


def _keep(layout: Layout, session: work.Session, temporary: Path, digest: Digest, size_bytes: int) -> None:
    """Give a whole file its final name; one that is there and whole is kept instead."""
    with locked(layout), storing(layout.root):
        Lists(layout).prepare()
        session.pin(digest)
        if not layout.is_whole(digest, size_bytes):
            temporary.chmod(MODE)
            replace(temporary, layout.blob(digest))


def _discard(temporary: Path) -> None:
    try:
        unlink(temporary)
    except OSError:
        pass  # the session's end takes the folder


def _fill(
    temporary: Path, stream: Readable, observe: Observer, item: str, total_bytes: int | None
) -> tuple[Digest, int]:
    """Write the stream to a new file; its digest and size. What the stream raises passes as it is."""
    known = Sha256Sink()
    pump(stream, [known, FileSink(temporary, total_bytes)], observe=observe, item=item, total_bytes=total_bytes)
    return known.digest, known.size_bytes
