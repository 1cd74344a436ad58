"""Blobs on their way in: one file an upload.

An upload belongs to one request at a time, and the request that ends it keeps it until its file has become a blob:
the bytes that were hashed are the bytes that get the digest's name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
import uuid
from typing import Any

from kitops_jupyter.serve import refused
from kitops_jupyter.serve.folder import UPLOADS, Folder
from kitops_jupyter.serve.incoming import Incoming
from kitops_jupyter.serve.lock import is_locked_by_us
from kitops_jupyter.serve.refused import Refused

_FORGOTTEN_S = 7 * 24 * 3600.0


class Uploads:
    """The uploads of this process, and those of earlier ones by their files. Safe for several threads and processes."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._tree = folder.tree
        self._hashes: dict[str, tuple[Any, int]] = {}  # of those that no request has now
        self._busy: dict[str, Incoming] = {}
        self._guard = threading.Lock()

    def begin(self) -> str:
        """A new upload's name. Raises OSError."""
        name = uuid.uuid4().hex
        os.close(self._tree.create(UPLOADS, name))
        self._hashes[name] = (hashlib.sha256(), 0)
        return name

    def size_bytes(self, name: str) -> int:
        """How many bytes have come. Raises Refused."""
        try:
            return self._tree.size_bytes(UPLOADS, name)
        except FileNotFoundError:
            raise refused.no_upload() from None

    def open(self, name: str) -> Incoming:
        """Resume it; only one request at a time can, and one that lost its network gives way. Raises Refused."""
        with self._guard:
            other = self._busy.get(name)
            if other is not None:
                if not other.gives_way():
                    raise _in_use()
                self._take_back(other)
            descriptor = self._open_file(name)
            hashing, hashed_bytes = self._hashes.pop(name, (hashlib.sha256(), 0))
            incoming = self._busy[name] = Incoming(name, descriptor, hashing, hashed_bytes)
            return incoming

    def _open_file(self, name: str) -> int:
        """Its file, locked against other processes until it is closed. Raises Refused."""
        try:
            descriptor = self._tree.append(UPLOADS, name)
        except FileNotFoundError:
            raise refused.no_upload() from None
        try:
            if not is_locked_by_us(descriptor):
                raise _in_use()
            if not self._tree.is_same(descriptor, UPLOADS, name):  # another process finished it meanwhile
                raise refused.no_upload()
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def release(self, incoming: Incoming) -> None:
        """Keep what has come, for a request that resumes it; may be called twice, and while it becomes a blob."""
        with self._guard:
            if incoming.is_ending:
                return
            incoming.close()
            self._take_back(incoming)

    def _take_back(self, incoming: Incoming) -> None:
        if self._busy.get(incoming.name) is incoming:
            del self._busy[incoming.name]
            if not incoming.is_cancelled:
                self._hashes[incoming.name] = incoming.hashed

    def finish(self, incoming: Incoming, repository: str, digest: str) -> None:
        """The upload as a blob of the repository. Raises Refused for other bytes, which are dropped; OSError."""
        incoming.begin_ending()
        try:
            found = incoming.digest(digest[:6])
            if found != digest:
                raise Refused(400, "DIGEST_INVALID", f"the bytes have the digest {found}, expected {digest}")
            if not incoming.has_no_other_bytes() or not self._tree.is_same(incoming.descriptor, UPLOADS, incoming.name):
                raise Refused(409, "BLOB_UPLOAD_INVALID", "another program changed the upload's file")
            if os.name == "nt":  # which cannot rename what is open
                incoming.close()
            self._folder.keep(repository, digest, incoming.name)
        except BaseException:
            self._tree.remove(UPLOADS, incoming.name)
            raise
        finally:
            incoming.close()
            with self._guard:
                self._busy.pop(incoming.name, None)

    def drop(self, name: str) -> None:
        """Cancel it, also while its bytes come: they are gone. Raises Refused when it is becoming a blob."""
        with self._guard:
            incoming = self._busy.get(name)
            if incoming is not None and not incoming.cancel():
                raise _in_use()
            self._hashes.pop(name, None)
            self.size_bytes(name)
            self._tree.remove(UPLOADS, name)

    def sweep(self) -> None:
        """Remove what nobody resumed for a week, and what a kill left."""
        for name in self._tree.files(UPLOADS):
            with contextlib.suppress(OSError):
                if time.time() - self._tree.modified_s(UPLOADS, name) > _FORGOTTEN_S:
                    self._tree.remove(UPLOADS, name)


def _in_use() -> Refused:
    return Refused(409, "BLOB_UPLOAD_INVALID", "another request is sending to this upload", Retry_After="1")
