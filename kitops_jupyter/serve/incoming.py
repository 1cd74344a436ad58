"""The bytes of one request, appended to an upload's file and hashed as they come."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from typing import Any

from kitops_jupyter.serve import refused
from kitops_jupyter.serve.tree import write_all

_PIECE_BYTES = 1 << 20
_SILENT_S = 10.0  # who has sent nothing for so long has lost its network: the next request takes the upload over


class Incoming:
    """An upload in the hands of one request. Safe for several threads: another request can cancel it at any time."""

    def __init__(self, name: str, descriptor: int, hashing: Any, hashed_bytes: int) -> None:
        self.name = name
        self.descriptor = descriptor
        self.size_bytes = os.fstat(descriptor).st_size
        self.is_ending = False
        self.is_cancelled = False
        self._hashing = hashing
        self._hashed_bytes = hashed_bytes
        self._is_closed = False
        self._heard_s = time.monotonic()
        self._lock = threading.Lock()

    @property
    def hashed(self) -> tuple[Any, int]:
        """The hash so far, and of how many bytes it is."""
        return self._hashing, self._hashed_bytes

    def write(self, data: bytes) -> None:
        """Append. Raises Refused when it was cancelled or taken over, OSError."""
        with self._lock:
            self._require()
            write_all(self.descriptor, data)
            if self._hashed_bytes == self.size_bytes:  # else it is from before: hashed at the end, from disk
                self._hashing.update(data)
                self._hashed_bytes += len(data)
            self.size_bytes += len(data)
            self._heard_s = time.monotonic()

    def require(self) -> None:
        """Raises Refused when it was cancelled or taken over."""
        with self._lock:
            self._require()

    def _require(self) -> None:
        if self.is_cancelled or self._is_closed:
            raise refused.no_upload()

    def begin_ending(self) -> None:
        """From now on it is nobody else's, and cannot be cancelled. Raises Refused."""
        with self._lock:
            self._require()
            self.is_ending = True

    def cancel(self) -> bool:
        """Take nothing more; false when it is becoming a blob."""
        with self._lock:
            self.is_cancelled = not self.is_ending
            return self.is_cancelled

    def gives_way(self) -> bool:
        """Close it for a request that resumes it, if nothing has come for long; whether that was done."""
        if not self._lock.acquire(blocking=False):  # bytes are being written
            return False
        try:
            if self.is_ending or (not self.is_cancelled and time.monotonic() - self._heard_s < _SILENT_S):
                return False
            self._close()
            return True
        finally:
            self._lock.release()

    def digest(self, algorithm: str) -> str:
        """The digest of all that has come, which is on disk afterwards; `algorithm` is sha256 or sha512."""
        os.fsync(self.descriptor)
        if algorithm == "sha256" and self._hashed_bytes == self.size_bytes:
            return f"sha256:{self._hashing.hexdigest()}"
        hashing = hashlib.new(algorithm)
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        while piece := os.read(self.descriptor, _PIECE_BYTES):
            hashing.update(piece)
        return f"{algorithm}:{hashing.hexdigest()}"

    def has_no_other_bytes(self) -> bool:
        """Whether the file is as long as what has come."""
        return os.fstat(self.descriptor).st_size == self.size_bytes

    def close(self) -> None:
        """Take nothing more; may be called twice."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            os.close(self.descriptor)
