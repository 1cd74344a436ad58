"""Blobs on their way in: one file an upload, hashed as its bytes come."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import Any, BinaryIO

from kitops_jupyter.server.registry.folder import Folder
from kitops_jupyter.server.registry.refused import Refused

_PIECE_BYTES = 1 << 20


class Uploads:
    """The uploads of this process, and those of earlier ones by their files."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._hashes: dict[str, tuple[Any, int]] = {}
        self._busy: set[str] = set()

    def begin(self) -> str:
        """A new upload's name."""
        name = uuid.uuid4().hex
        self._path(name).touch()
        self._hashes[name] = (hashlib.sha256(), 0)
        return name

    def size_bytes(self, name: str) -> int:
        """How many bytes have come. Raises Refused."""
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            raise Refused(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload") from None

    def open(self, name: str) -> Incoming:
        """Go on with it; only one at a time can. Raises Refused."""
        size = self.size_bytes(name)
        if name in self._busy:
            raise Refused(409, "BLOB_UPLOAD_INVALID", "somebody else is sending to this upload")
        self._busy.add(name)
        hashing, hashed = self._hashes.get(name, (hashlib.sha256(), 0))
        return Incoming(self, name, self._path(name), size, hashing, hashed)

    def finish(self, incoming: Incoming, repository: str, digest: str) -> None:
        """The upload as a blob of the repository. Raises Refused for other bytes, which are dropped."""
        found = incoming.digest()
        incoming.close()
        if found != digest:
            self.drop(incoming.name)
            raise Refused(400, "DIGEST_INVALID", f"the bytes have the digest {found}, expected {digest}")
        self._folder.keep(repository, digest, self._path(incoming.name))
        self._hashes.pop(incoming.name, None)

    def drop(self, name: str) -> None:
        """Forget it, and what has come of it."""
        self.size_bytes(name)
        self._hashes.pop(name, None)
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder.uploads / name


class Incoming:
    """The bytes of one request, appended to an upload."""

    def __init__(self, uploads: Uploads, name: str, path: Path, size_bytes: int, hashing: Any, hashed: int) -> None:
        self._uploads = uploads
        self._path = path
        self._hashing = hashing
        self._hashed_bytes = hashed
        self._stream: BinaryIO | None = path.open("ab")
        self.name = name
        self.size_bytes = size_bytes

    def write(self, data: bytes) -> None:
        """Append; called from a worker thread, one call at a time."""
        assert self._stream
        self._stream.write(data)
        if self._hashed_bytes == self.size_bytes:  # else it is from before: hashed at the end, from disk
            self._hashing.update(data)
            self._hashed_bytes += len(data)
        self.size_bytes += len(data)

    def digest(self) -> str:
        """The digest of all that has come, which is on disk afterwards."""
        assert self._stream
        self._stream.flush()
        os.fsync(self._stream.fileno())
        if self._hashed_bytes != self.size_bytes:
            self._hash_again()
        return f"sha256:{self._hashing.hexdigest()}"

    def _hash_again(self) -> None:
        self._hashing = hashlib.sha256()
        with self._path.open("rb") as stream:
            while piece := stream.read(_PIECE_BYTES):
                self._hashing.update(piece)

    def close(self) -> None:
        """Keep what has come, for a request that goes on with it."""
        if self._stream is None:
            return
        self._stream.close()
        self._stream = None
        self._uploads._busy.discard(self.name)
        if self._path.exists():
            self._uploads._hashes[self.name] = (self._hashing, self._hashed_bytes)
