"""Where a pump's bytes go: into a file, or nowhere. What hashes them is `content.Hashing`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from kitops_jupyter.content import Readable
from kitops_jupyter.disk import try_chmod
from kitops_jupyter.pipeline.disk_errors import disk_error
from kitops_jupyter.pipeline.output_file import OutputFile


class ByteSink(Protocol):
    """Takes bytes in order. All its methods are called by one thread at a time.

    A sink may also have `phase_bytes`, how far into a page it wants buffers to begin, and `stop()`, called from
    another thread when the bytes are no longer wanted: a write under way should then soon raise.
    """

    def write(self, view: memoryview) -> None:
        """Take these bytes; the view is not used after this returns."""

    def close(self) -> None:
        """The stream has ended, and every byte was written."""

    def abort(self) -> None:
        """The stream broke off, here or elsewhere: leave nothing behind. May follow `close`, and must not raise."""


@runtime_checkable
class BringsSinks(Protocol):
    """A stream with sinks of its own; who wraps it hands them on."""

    def own_sinks(self) -> Sequence[ByteSink]:
        """What takes the stream's bytes as well, wherever they go."""


def sinks_of(stream: Readable) -> Sequence[ByteSink]:
    """The stream's own sinks; none of most streams."""
    return stream.own_sinks() if isinstance(stream, BringsSinks) else ()


class FileSink:
    """Writes a new file at `path`, for its owner's eyes, until `commit` gives it its name and mode.

    `size_bytes`, where it is known, is a hint. With `durable` the bytes are on disk when the stream has ended.
    Raises StorageFull, StoreError; an existing file at `path` is an error.
    """

    def __init__(self, path: Path, size_bytes: int | None = None, *, durable: bool = False) -> None:
        self.path = path
        self._durable = durable
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise disk_error(error, path) from error
        self._file = OutputFile(descriptor, os.fspath(path), size_bytes)

    @property
    def size_bytes(self) -> int:
        """How much was written."""
        return self._file.written_bytes

    def write(self, view: memoryview) -> None:
        self._file.write(view)

    def close(self) -> None:
        self._file.finish(durable=self._durable)

    def abort(self) -> None:
        """Close and remove the file, unless `commit` has given it its name."""
        self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def commit(self, final_path: Path, mode: int = 0o444) -> None:
        """Give the whole file its mode and, in one step, its name, in place of a file there. Raises StorageFull."""
        try:
            try_chmod(self.path, mode)
            self.path.replace(final_path)
        except OSError as error:
            raise disk_error(error, final_path) from error


class OpenFileSink:
    """Writes a file that is new and open already; whoever opened it removes it when the stream breaks off.

    `name` is for messages, `size_bytes`, where it is known, a hint. Raises StorageFull, StoreError.
    """

    def __init__(self, descriptor: int, name: str, size_bytes: int | None = None) -> None:
        self._file = OutputFile(descriptor, name, size_bytes)

    def write(self, view: memoryview) -> None:
        self._file.write(view)

    def close(self) -> None:
        self._file.finish()

    def abort(self) -> None:
        """Close the file."""
        self._file.close()


class NoSink:
    """Takes bytes that are not wanted, but must be read to be verified."""

    def write(self, view: memoryview) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""

    def abort(self) -> None:
        """Nothing to do."""
