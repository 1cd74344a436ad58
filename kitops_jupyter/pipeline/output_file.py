"""A new file, written front to back; around the page cache once it is large.

First touch of fresh page-cache pages is what writing a large new file costs most (2 to 3 s of a core for 2 GiB); with
O_DIRECT the disk takes the bytes straight out of our buffers. Where the file system refuses, it is written as usual.
"""

from __future__ import annotations

import errno
import os

from kitops_jupyter.disk import sync
from kitops_jupyter.pipeline.buffers import ALIGNMENT, aligned_buffer, is_aligned
from kitops_jupyter.pipeline.disk_errors import disk_error

# Below this the page cache is faster, and the file is likely to be read again soon.
DIRECT_FROM_BYTES = 16 << 20
_BOUNCE_BYTES = 1 << 20


class OutputFile:
    """Writes views in order to a file descriptor that it owns, and closes.

    `name` is for messages; with `size_bytes` unknown (None) a file counts as large when that much was written.
    A view at a page's beginning, at a file position that is a multiple of 4096, is written without a copy.
    """

    def __init__(self, descriptor: int, name: str, size_bytes: int | None = None) -> None:
        self.written_bytes = 0
        self._fd = descriptor
        self._name = name
        self._on_disk_bytes = 0
        self._bounce: memoryview | None = None
        self._held_bytes = 0
        self._is_direct = False
        self._may_be_direct = hasattr(os, "O_DIRECT")
        if size_bytes is not None:
            self._may_be_direct &= size_bytes >= DIRECT_FROM_BYTES
            if self._may_be_direct:
                self._go_direct()

    def write(self, view: memoryview) -> None:
        """Append the bytes; the view is not used after this returns. Raises StorageFull, StoreError."""
        try:
            if self._may_be_direct and self._on_disk_bytes >= DIRECT_FROM_BYTES:
                self._go_direct()
            if self._is_direct:
                self._write_direct(view)
            else:
                self._write_all(view)
        except OSError as error:
            raise disk_error(error, self._name) from error
        self.written_bytes += len(view)

    def finish(self, *, durable: bool = False) -> None:
        """Hand what is held back to the system, with `durable` to the disk, and close; may be called twice.

        Raises StorageFull, StoreError; it is closed then, too.
        """
        if self._fd < 0:
            return
        try:
            self._leave_direct()
            if durable:
                sync(self._fd)
        except OSError as error:
            raise disk_error(error, self._name) from error
        finally:
            self.close()

    def close(self) -> None:
        """Release the descriptor, without what is held back; may be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _go_direct(self) -> None:
        if self._on_disk_bytes % ALIGNMENT:
            return
        self._may_be_direct = False
        self._is_direct = self._set_direct(True)

    def _set_direct(self, wanted: bool) -> bool:
        import fcntl  # there wherever O_DIRECT is

        flags = fcntl.fcntl(self._fd, fcntl.F_GETFL)
        direct = getattr(os, "O_DIRECT", 0)
        try:
            fcntl.fcntl(self._fd, fcntl.F_SETFL, flags | direct if wanted else flags & ~direct)
        except OSError:
            return False
        return True

    def _leave_direct(self) -> None:
        """Go on as usual, from the first byte that is not on disk."""
        if self._is_direct:
            self._set_direct(False)
            self._is_direct = False
        for view in self._taken():
            self._write_all(view)

    def _write_direct(self, view: memoryview) -> None:
        """Whole blocks go to disk, the rest waits in the bounce buffer for the bytes that follow."""
        at = 0
        if self._held_bytes:
            at = min(len(view), -self._held_bytes % ALIGNMENT)
            self._hold(view[:at])
        if len(view) - at >= ALIGNMENT and is_aligned(view[at:]):
            whole = (len(view) - at) // ALIGNMENT * ALIGNMENT
            self._write_blocks([*self._taken(), view[at : at + whole]])
            at += whole
        while at < len(view) and self._is_direct:
            count = min(len(view) - at, _BOUNCE_BYTES - self._held_bytes)
            self._hold(view[at : at + count])
            at += count
            if self._held_bytes == _BOUNCE_BYTES:
                self._write_blocks(self._taken())
        if at < len(view):
            self._write_all(view[at:])

    def _hold(self, view: memoryview) -> None:
        if self._bounce is None:
            self._bounce = aligned_buffer(_BOUNCE_BYTES)
        self._bounce[self._held_bytes : self._held_bytes + len(view)] = view
        self._held_bytes += len(view)

    def _taken(self) -> list[memoryview]:
        """What the bounce buffer holds, which is then free again: a list of one view, or of none."""
        held, self._held_bytes = self._held_bytes, 0
        return [self._bounce[:held]] if held and self._bounce is not None else []

    def _write_blocks(self, views: list[memoryview]) -> None:
        """Whole blocks at a block's position; EINVAL means that this file system wants them otherwise."""
        count = 0
        if self._is_direct:
            try:
                count = os.writev(self._fd, views)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
            self._on_disk_bytes += count
            if count < sum(map(len, views)):
                self._leave_direct()
        for view in views:
            self._write_all(view[count:])
            count = max(0, count - len(view))

    def _write_all(self, view: memoryview) -> None:
        while len(view):
            count = os.write(self._fd, view)
            self._on_disk_bytes += count
            view = view[count:]
