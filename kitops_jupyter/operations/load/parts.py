"""Parts of a file of a kit, in a file of its size: a library that reads only these parts never fetches the rest."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from kitops_jupyter.file_index import MOST_BY_LEAVES_BYTES, NODE_BYTES
from kitops_jupyter.operations.kit_files import Found, KitFiles
from kitops_jupyter.pipeline import Stoppable, disk_error, run_all
from kitops_jupyter.progress import Event

Parts = Sequence[tuple[int, int]]
PartsOf = Callable[[io.RawIOBase], "Parts | None"]

_NEAR_BYTES = 64 << 10  # a gap that costs less than one more request
_READERS = 4


class KitFile(io.RawIOBase):
    """A file of a kit as a stream, verified piece by piece; only what is read is fetched."""

    def __init__(self, files: KitFiles, found: Found) -> None:
        self._files, self._found, self._at = files, found, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._found.file.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        room = memoryview(buffer).cast("B")
        data = self._files.read(self._found, self._at, self._at + len(room), 0)
        room[: len(data)] = data
        self._at += len(data)
        return len(data)


def write_parts(files: KitFiles, found: Found, parts: Parts, target: Path, observe: Stoppable) -> None:
    """Write these parts of the file, as (start, end), into a new file; between them it is empty.

    Raises DigestMismatch, SizeMismatch, StorageFull, RegistryError, Cancelled.
    """
    size_bytes, name = found.file.size, found.file.name
    pieces = list(_pieces(parts, size_bytes))
    total, done, lock = sum(end - start for start, end in pieces), 0, threading.Lock()

    def copy(stream: BinaryIO, start: int, end: int) -> None:
        nonlocal done
        data = files.read(found, start, end, 0)
        with lock:
            stream.seek(start)
            stream.write(data)
            done += len(data)
            observe(Event("advanced", name, done, total))

    observe(Event("started", name, 0, total))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            stream.truncate(size_bytes)
            jobs = [partial(copy, stream, start, end) for start, end in pieces]
            run_all(jobs, workers=_READERS, name="kit-parts", observe=observe)
    except OSError as problem:
        raise disk_error(problem, target) from problem
    observe(Event("finished", name, done, total))


def _pieces(parts: Parts, size_bytes: int) -> Iterator[tuple[int, int]]:
    """The parts inside the file in order, neighbours joined; whole nodes come at once, others leaf by leaf."""
    joined: list[list[int]] = []
    for start, end in sorted((max(0, start), min(end, size_bytes)) for start, end in parts):
        if start >= end:
            continue
        if joined and start <= joined[-1][1] + _NEAR_BYTES:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    for start, end in joined:
        while start < end:
            node_end = start - start % NODE_BYTES + NODE_BYTES
            is_whole = start % NODE_BYTES == 0 and node_end <= end
            upto = min(end, node_end if is_whole else min(node_end, start + MOST_BY_LEAVES_BYTES))
            yield start, upto
            start = upto
