"""A layout into a tar: the same content gives the same bytes, and a copy that broke off resumes where it was.

Every size is known beforehand, so every byte's place is: what a broken-off copy left is compared with what must be
there, as far as it is right it stays, and the rest is written. Memory stays flat; the name comes last.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter import disk
from kitops_jupyter.archive.tar_header import END_OF_ARCHIVE, header, padding
from kitops_jupyter.content import Descriptor, Hashing, Readable
from kitops_jupyter.disk.folders import Folders
from kitops_jupyter.errors import PathInvalid, StorageFull, StoreError
from kitops_jupyter.oci_layout.index_file import INDEX_NAME, MARKER, MARKER_NAME, IndexFile
from kitops_jupyter.oci_layout.unfinished import give_name, in_the_way, unfinished
from kitops_jupyter.pipeline import OutputFile, disk_error, pump
from kitops_jupyter.pipeline.buffers import ALIGNMENT
from kitops_jupyter.progress import Event, Observer

OpenFrom = Callable[[Descriptor, int], Readable]  # a blob's bytes from there on


@dataclass(frozen=True, slots=True)
class _Header:
    """What a tar header needs to know."""

    name: str
    size: int
    source: str = ""
    mode: int = 0o644
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0
    is_dir: bool = False


class TarWriter:
    """Writes `path`; until it is whole, what there is of it is a hidden file beside it."""

    def __init__(self, path: Path, index: IndexFile, blobs: Sequence[Descriptor]) -> None:
        self.path = path
        self.partial = path.with_name(f".{path.name}.partial")
        self._pieces = list(_pieces(index, blobs))
        self.size_bytes = sum(len(piece) if isinstance(piece, bytes) else piece.size_bytes for piece in self._pieces)

    def write(
        self, open_from: OpenFrom, *, overwrite: bool, observe: Observer, item: Callable[[Descriptor], str]
    ) -> None:
        """Write what is missing, then give the file its name.

        Raises Conflict (there is such a file), StorageFull, DigestMismatch, SizeMismatch, Cancelled; only after a
        wrong digest nothing is kept of that blob.
        """
        if not overwrite and os.path.lexists(self.path):
            raise in_the_way(self.path)
        if self.path.is_dir():
            raise PathInvalid(f"{self.path} is a folder", hint=f"oci:{self.path} copies into a folder")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with ExitStack() as stack:
                beside = Folders.opened(self.path.parent, stack)
                file = stack.enter_context(unfinished(beside, self.path, self.partial))
                self._check_room(file)
                self._fill(file, open_from, observe, item)
                disk.sync(file.fileno())
                if os.name == "nt":  # no open file can be renamed there
                    file.close()
                give_name(beside, self.partial, self.path, overwrite=overwrite)
        except OSError as problem:
            raise disk_error(problem, self.path) from None

    def _check_room(self, file: io.FileIO) -> None:
        there = os.fstat(file.fileno()).st_size
        free = disk.free_bytes(self.path.parent)
        if free is not None and self.size_bytes - there > free:
            raise StorageFull(f"{self.path} needs {self.size_bytes - there} more bytes, but only {free} are free")

    def _fill(self, file: io.FileIO, open_from: OpenFrom, observe: Observer, item: Callable[[Descriptor], str]) -> None:
        left = os.fstat(file.fileno()).st_size
        for piece in self._pieces:
            if isinstance(piece, Descriptor):
                left = self._blob(file, piece, left, open_from, observe, item(piece))
                continue
            start = file.tell()
            if left >= len(piece) and file.read(len(piece)) == piece:
                left -= len(piece)
            else:
                left = _cut(file, start)
                _write_all(file, memoryview(piece))
        file.truncate()

    def _blob(
        self, file: io.FileIO, blob: Descriptor, left: int, open_from: OpenFrom, observe: Observer, item: str
    ) -> int:
        """Have one blob in the file; how many bytes behind it may still be right."""
        start, there = file.tell(), min(left, blob.size_bytes)
        event = Event("advanced", item, 0, blob.size_bytes)
        hashing = Hashing().read(file, there, watch=lambda: observe(event))
        if hashing.is_all_of(blob):
            observe(Event("skipped", item, there, there, "unchanged"))
            return left - there
        if there == blob.size_bytes:
            there = 0
        for begin in (there, 0) if there else (0,):
            hashing = hashing if begin else Hashing()
            _cut(file, start + begin)
            stream = open_from(blob, begin)
            try:
                pump(
                    stream,
                    [hashing, _Append(file, blob.size_bytes - begin)],
                    observe=_shifted(observe, begin, blob.size_bytes),
                    item=item,
                    total_bytes=blob.size_bytes,
                )
            finally:
                stream.close()
            if hashing.is_all_of(blob):
                break
            _cut(file, start)
        hashing.check(blob)
        return 0


def _pieces(index: IndexFile, blobs: Sequence[Descriptor]) -> Iterator[bytes | Descriptor]:
    """The whole file: bytes that are known, and blobs that are not here yet."""
    head = b""
    for name, data in ((MARKER_NAME, MARKER), (INDEX_NAME, index.to_bytes())):
        head += header(_Header(name, len(data))) + data + bytes(padding(len(data)))
    for blob in blobs:
        yield head + header(_Header(f"blobs/sha256/{blob.digest.hex}", blob.size_bytes))
        yield blob
        head = bytes(padding(blob.size_bytes))
    yield head + END_OF_ARCHIVE


def _cut(file: io.FileIO, at: int) -> int:
    """Go on writing there; nothing behind it is right."""
    file.seek(at)
    file.truncate()
    return 0


def _shifted(observe: Observer, begin: int, total_bytes: int) -> Observer:
    """The same events, counted from the blob's start; what was there already is not told as moved."""

    def tell(event: Event) -> None:
        if event.step == "finished":
            observe(Event("finished", event.item, event.done_bytes, total_bytes, "resumed" if begin else ""))
        else:
            observe(Event(event.step, event.item, begin + event.done_bytes, total_bytes, "resumed" if begin else ""))

    return tell


class _Append:
    """A sink that continues an open file, and keeps what it has when the stream breaks off.

    What is large goes around the page cache, from the file's next page on: `phase_bytes` is how far into one it begins.
    """

    def __init__(self, file: io.FileIO, size_bytes: int) -> None:
        position = file.tell()
        self.phase_bytes = position % ALIGNMENT
        self._to_page = -position % ALIGNMENT
        self._plain = file
        self._name = str(file.name)
        self._rest = OutputFile(os.dup(file.fileno()), self._name, max(0, size_bytes - self._to_page))

    def write(self, view: memoryview) -> None:
        if head := min(self._to_page, len(view)):
            self._to_page -= head
            _write_all(self._plain, view[:head])
        if head < len(view):
            self._rest.write(view[head:])

    def close(self) -> None:
        self._rest.finish()

    def abort(self) -> None:
        with suppress(StoreError):
            self.close()


def _write_all(file: io.FileIO, view: memoryview) -> None:
    while len(view):
        try:
            count = file.write(view)
        except OSError as problem:
            raise disk_error(problem, str(file.name)) from None
        view = view[count:]
