"""Blobs into files that survive: what a broken pull left is hashed and resumed, and nobody pulls it twice.

`HEX.partial` is what has come so far, trusted only after it was hashed; `HEX` is whole and verified; `HEX.lock` is
held by the one process that is at it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from kitops_jupyter.content import Descriptor, Hashing
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import StoreError
from kitops_jupyter.pipeline import ByteSink, OpenFileSink, disk_error, pump
from kitops_jupyter.progress import Observer, watched
from kitops_jupyter.registry.blobs.download import BlobStream
from kitops_jupyter.registry.blobs.sinks import Progress
from kitops_jupyter.registry.http.exchange import Exchange

_ALIGNMENT = 4096  # a partial file resumes at a page, so that it can be written around the page cache


def fetch(
    registry: Exchange,
    name: str,
    descriptor: Descriptor,
    directory: Path,
    *,
    find: Callable[[], Path | None],
    keep: Callable[[Path], Path],
    observe: Observer,
    item: str,
    watcher: ByteSink | None = None,
) -> Path:
    """The blob as a verified file; `watcher` sees its bytes where they all pass in one go.

    Raises DigestMismatch, SizeMismatch, StorageFull, and what the registry answers.
    """
    progress = Progress(observe, item or descriptor.digest.short, descriptor.size_bytes)
    final = directory / descriptor.digest.hex
    with watched(progress.beat), _alone(final.with_suffix(".lock")):
        found = find()
        if found is not None:
            progress.skipped("unchanged")
            return found
        if _is_whole(final, descriptor, progress):
            progress.skipped("unchanged")
            return keep(final)
        _download(registry, name, descriptor, final, progress, watcher)
        progress.finished()
        return keep(final)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock."""
    lock = Lock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise disk_error(error, path) from None
    try:
        yield
    finally:
        lock.release()


def _is_whole(path: Path, descriptor: Descriptor, progress: Progress) -> bool:
    """Whether a file that an earlier pull finished is still what it was."""
    try:
        if path.stat().st_size != descriptor.size_bytes:
            return False
    except OSError:
        return False
    return _hash_of(path, descriptor.size_bytes, progress).is_all_of(descriptor)


def _download(
    registry: Exchange, name: str, descriptor: Descriptor, final: Path, progress: Progress, watcher: ByteSink | None
) -> None:
    """Download the rest of the partial file. If the result is wrong, start once more from nothing."""
    partial = final.with_suffix(".partial")
    for is_last in (False, True):
        start = _usable_bytes(partial, descriptor.size_bytes)
        hashing = _hash_of(partial, start, progress) if start else Hashing()
        progress.started("resumed" if start else "")
        progress.advanced(start)
        was_resumed = start > 0
        if start < descriptor.size_bytes or not start:
            stream = BlobStream(registry, name, descriptor, start=start)
            until = _UntilItBreaks(stream)
            watchers = [watcher] if watcher is not None and not start and not is_last else []
            with contextlib.closing(stream), contextlib.closing(_PartialFile(partial, start, descriptor)) as sink:
                pump(until, [hashing, sink, *watchers], observe=progress.from_start(start))
            if until.error is not None:
                raise until.error
            was_resumed = stream.was_resumed
        if hashing.is_all_of(descriptor):
            partial.replace(final)
            return
        partial.unlink(missing_ok=True)
        if is_last or not was_resumed:
            hint = "the registry, or something in between, changed them; nothing was kept"
            hashing.check(descriptor, f"{registry.name}/{name}: {descriptor.digest.short}", hint=hint)


def _usable_bytes(path: Path, size_bytes: int) -> int:
    """How many bytes of a partial file can be resumed: all, or its whole pages; 0 if it is too long."""
    try:
        found = path.stat().st_size
    except OSError:
        return 0
    if found >= size_bytes:
        return size_bytes if found == size_bytes else 0
    return found // _ALIGNMENT * _ALIGNMENT


class _UntilItBreaks:
    """A stream that ends where it breaks, so that what came before is written, not thrown away; `error` is why."""

    def __init__(self, stream: BlobStream) -> None:
        self._stream = stream
        self.error: BaseException | None = None

    def readinto(self, buffer: memoryview, /) -> int:
        if self.error is not None:
            return 0
        try:
            return self._stream.readinto(buffer)
        except BaseException as error:  # noqa: BLE001  # raised again when all is written
            self.error = error
            return 0

    def close(self) -> None:
        self._stream.close()


class _PartialFile(OpenFileSink):
    """A sink that resumes a file, and keeps what it has when the stream breaks off."""

    def __init__(self, path: Path, start: int, descriptor: Descriptor) -> None:
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            number = os.open(path, flags, 0o600)
        except OSError as error:
            raise disk_error(error, path) from None
        super().__init__(number, os.fspath(path), descriptor.size_bytes - start)
        try:
            os.ftruncate(number, start)
            os.lseek(number, start, os.SEEK_SET)
        except OSError as error:
            super().abort()
            raise disk_error(error, path) from None

    def abort(self) -> None:
        """Keep what came."""
        with contextlib.suppress(StoreError):
            self.close()


def _hash_of(path: Path, size_bytes: int, progress: Progress) -> Hashing:
    """The first bytes of a file, hashed."""
    with path.open("rb", buffering=0) as stream:
        return Hashing().read(stream, size_bytes, watch=progress.beat)
