"""Blobs: bytes under the name of their digest, whole or not there at all.

Bytes are streamed into a session's folder without the lock; the final name comes in one rename under it, in the same
step as the pin that keeps removals away. A name is believed only with the stamps that the file had when it was hashed:
disks fail, and other programs write here, too. Whoever has the right bytes puts a damaged blob right by storing them.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

from kitops_jupyter.content import Descriptor, Digest, Hashing, Ingested, Readable, size_of
from kitops_jupyter.disk import replace, try_chmod, unlink
from kitops_jupyter.errors import ContentError, DigestMismatch, NotFound, SizeMismatch, StoreError
from kitops_jupyter.pipeline import FileSink, pump, pump_verified
from kitops_jupyter.progress import Event, Observer, ignore
from kitops_jupyter.store import work
from kitops_jupyter.store.files import open_regular, storing
from kitops_jupyter.store.known import KnownBlobs, Stamp, set_back
from kitops_jupyter.store.layout import Layout
from kitops_jupyter.store.lists import Lists
from kitops_jupyter.store.lock import locked

MODE = 0o444  # as kit gives it to what it packs


class StoredBlob(io.FileIO):
    """A blob's file, opened to be read; remembers what its reader finds out about it."""

    def __init__(self, layout: Layout, digest: Digest, descriptor: int) -> None:
        super().__init__(descriptor, "rb")
        self._known = KnownBlobs(layout.known)
        self._digest = digest
        self.stamp = Stamp.of(os.fstat(descriptor))

    def judged(self, *, is_right: bool) -> None:
        """Its reader has hashed all of it; counts if the file did not change meanwhile, and cannot have unseen."""
        stamp = Stamp.of(os.fstat(self.fileno()))
        if stamp == self.stamp and (not is_right or stamp.is_settled):
            self._known.note(self._digest, stamp, is_right=is_right)

    def is_unchanged(self) -> bool:
        """Whether the file is what it was when it was opened."""
        return Stamp.of(os.fstat(self.fileno())) == self.stamp

    def verdict(self) -> bool | None:
        """Whether the bytes, as the file has them now, are right; None where that is not known."""
        return self._known.find(self._digest, Stamp.of(os.fstat(self.fileno())))


def open_blob(layout: Layout, descriptor: Descriptor) -> StoredBlob:
    """The bytes as stored, not verified. Raises NotFound, StoreError."""
    try:
        return StoredBlob(layout, descriptor.digest, open_regular(layout.blob(descriptor.digest)))
    except FileNotFoundError as problem:
        raise NotFound(
            f"blob {descriptor.digest.short} is not in the store ({layout.root})",
            hint="pack or pull the kit again to restore it",
        ) from problem
    except OSError as problem:
        raise StoreError(
            f"blob {descriptor.digest.short} cannot be read: {problem.strerror}",
            hint=f"look at {layout.blob(descriptor.digest)}",
        ) from problem


def open_checked(layout: Layout, descriptor: Descriptor, *, observe: Observer = ignore, item: str = "") -> StoredBlob:
    """The blob, to be read in parts: all of its bytes are known to be right, or hashed now.

    Raises NotFound, StoreError, SizeMismatch, DigestMismatch.
    """
    stream = open_blob(layout, descriptor)
    try:
        verdict = stream.verdict() if stream.stamp.size_bytes == descriptor.size_bytes else False
        if verdict is None:
            verdict = _has_digest(stream, descriptor, observe, item)
            stream.judged(is_right=verdict)
            stream.seek(0)
        if verdict:
            return stream
        raise _damaged(layout, descriptor, stream.stamp.size_bytes)
    except BaseException:
        stream.close()
        raise


def _has_digest(stream: StoredBlob, descriptor: Descriptor, observe: Observer, item: str) -> bool:
    event = Event("advanced", item or descriptor.digest.short, 0, descriptor.size_bytes, "checking")
    # The event says nothing new, but lets a cancel be heard: a check brings nobody's bytes any further.
    return Hashing().read(stream, watch=lambda: observe(event)).is_all_of(descriptor)


def _damaged(layout: Layout, descriptor: Descriptor, size_bytes: int) -> ContentError:
    what = f"blob {descriptor.digest.short} is damaged in the store ({layout.blob(descriptor.digest)})"
    hint = "pack or pull the kit again to repair it; kit doctor --deep says which kits need it"
    if size_bytes != descriptor.size_bytes:
        return SizeMismatch(f"{what}: it has {size_bytes} bytes, expected {descriptor.size_bytes}", hint=hint)
    return DigestMismatch(f"{what}: its bytes have a different sha256", hint=hint)


def is_right(layout: Layout, descriptor: Descriptor, *, observe: Observer = ignore, item: str = "") -> bool:
    """Whether the blob is there and has its digest; hashed only where that is not known."""
    try:
        found = layout.blob(descriptor.digest).lstat()
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode) or found.st_size != descriptor.size_bytes:
        return False
    verdict = KnownBlobs(layout.known).find(descriptor.digest, Stamp.of(found))
    if verdict is None:
        try:
            open_checked(layout, descriptor, observe=observe, item=item).close()
        except (NotFound, ContentError, StoreError, OSError):
            return False
        return True
    return verdict


def claim(layout: Layout, descriptor: Descriptor, *, observe: Observer = ignore, item: str = "") -> bool:
    """Whether the blob is there and right; an open session keeps it from now on. Hashed, if so, outside the lock."""
    digest, session = descriptor.digest, work.current(layout)
    if not is_right(layout, descriptor, observe=observe, item=item):
        return False
    if session is None or digest in session.pins:
        return True
    with locked(layout), storing(layout.root):
        if not layout.is_whole(digest, descriptor.size_bytes):
            return False
        session.pin(digest)
        return True


def ingest(
    layout: Layout, stream: Readable, *, observe: Observer, item: str, total_bytes: int | None = None
) -> Ingested:
    """Store a stream of unknown digest; closes it. Raises StorageFull, Cancelled; then nothing is stored.

    Its length is what the caller says, or the stream's own `size_bytes`, or not known.
    """
    total_bytes = size_of(stream) if total_bytes is None else total_bytes
    with work.session(layout) as session:
        temporary = session.temporary()
        try:
            known = Hashing()
            pump(stream, [known, FileSink(temporary, total_bytes)], observe=observe, item=item, total_bytes=total_bytes)
            _keep(layout, session, temporary, known.digest, known.size_bytes)
        finally:
            _discard(temporary)
            stream.close()
    return Ingested(known.digest, known.size_bytes)


def store(layout: Layout, descriptor: Descriptor, stream: Readable, *, observe: Observer, item: str) -> None:
    """Store a stream under the digest it must have; closes it.

    Raises DigestMismatch, SizeMismatch, StorageFull, Cancelled; then nothing is stored.
    """
    with work.session(layout) as session:
        temporary = session.temporary()
        try:
            pump_verified(stream, descriptor, [FileSink(temporary, descriptor.size_bytes)], observe=observe, item=item)
            _keep(layout, session, temporary, descriptor.digest, descriptor.size_bytes)
        finally:
            _discard(temporary)
            stream.close()


def keep_file(layout: Layout, path: Path, descriptor: Descriptor) -> Path:
    """Take over a file on the store's file system that was verified already, in one rename; where it is now."""
    with work.session(layout) as session:
        _keep(layout, session, path, descriptor.digest, descriptor.size_bytes)
        _discard(path)
    return layout.blob(descriptor.digest)


def _keep(layout: Layout, session: work.Session, temporary: Path, digest: Digest, size_bytes: int) -> None:
    """Give a verified file its final name; a blob that is there and known to be right is kept instead."""
    with locked(layout), storing(layout.root):
        Lists(layout).prepare()
        session.pin(digest)
        put(layout, temporary, digest, size_bytes)


def forget(layout: Layout, digest: Digest) -> None:
    """Believe nothing of this blob any more: it is gone, or was found to be wrong."""
    KnownBlobs(layout.known).forget(digest)


def put(layout: Layout, temporary: Path, digest: Digest, size_bytes: int) -> None:
    """Let the blob be this file, whose bytes are right, whatever stands there now. The caller holds the lock."""
    path, known = layout.blob(digest), KnownBlobs(layout.known)
    try:
        there = path.lstat()
    except FileNotFoundError:
        pass
    else:
        if stat.S_ISREG(there.st_mode) and known.find(digest, Stamp.of(there)):
            return
        if stat.S_ISDIR(there.st_mode):
            layout.trash.mkdir(exist_ok=True)
            replace(path, layout.trash / f"{digest.hex}-{os.urandom(4).hex()}")
    try_chmod(temporary, MODE)
    is_set_back = set_back(temporary)
    inode = temporary.stat().st_ino
    try:
        replace(temporary, path)
    except PermissionError:
        if sys.platform != "win32" or not layout.is_whole(digest, size_bytes):
            raise
        return  # somebody reads it just now: what is there stays, and is hashed by who reads it next
    found = path.lstat()
    if is_set_back and found.st_ino == inode and found.st_size == size_bytes:
        known.note(digest, Stamp.of(found), is_right=True)


def _discard(temporary: Path) -> None:
    try:
        unlink(temporary)
    except OSError:
        pass  # the session's end takes the folder
