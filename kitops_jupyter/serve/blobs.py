"""Blobs, and their way in. Source: OCI distribution-spec 1.1, "Pulling blobs", "Pushing blobs"."""

from __future__ import annotations

import contextlib
import os
import re

from kitops_jupyter.serve import refused
from kitops_jupyter.serve.base import Base, Site, natural
from kitops_jupyter.serve.incoming import Incoming
from kitops_jupyter.serve.refused import Refused

_PIECE_BYTES = 1 << 20
_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
_CONTENT_RANGE = re.compile(r"(?:bytes )?([0-9]+)-([0-9]+)(?:/.*)?")


class Blobs(Base):
    """Blobs, whole or a part of them."""

    async def get(self, name: str, digest: str) -> None:
        descriptor = await self.in_thread(self.site.folder.open_blob, refused.name(name), refused.digest(digest))
        with os.fdopen(descriptor, "rb") as stream:
            start, end = self._range(os.fstat(descriptor).st_size)
            self._describe(digest, end - start)
            stream.seek(start)
            while start < end and self.request.method == "GET":
                piece = await self.in_thread(stream.read, min(_PIECE_BYTES, end - start))
                if not piece:
                    break
                start += len(piece)
                self.write(piece)
                await self.flush()

    head = get

    def _describe(self, digest: str, size_bytes: int) -> None:
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Docker-Content-Digest", digest)
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("ETag", f'"{digest}"')
        self.set_header("Content-Length", str(size_bytes))

    def _range(self, size: int) -> tuple[int, int]:
        """The part that is asked for; a Range that is none is ignored, as HTTP says."""
        match = _RANGE.fullmatch(self.request.headers.get("Range", ""))
        if not match or self.request.method == "HEAD":
            return 0, size
        start, last = natural(match[1]), natural(match[2]) if match[2] else size - 1
        if start >= size or last < start:
            raise Refused(416, "SIZE_INVALID", f"the blob has {size} bytes", Content_Range=f"bytes */{size}")
        last = min(last, size - 1)
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {start}-{last}/{size}")
        return start, last + 1

    async def delete(self, name: str, digest: str) -> None:
        await self.in_thread(self.site.folder.delete_blob, refused.name(name), refused.digest(digest))
        self.set_status(202)


class Sending(Base):
    """Bytes into an upload, streamed to disk: POST (all at once), PATCH (some), PUT (the last, with the digest)."""

    def initialize(self, site: Site) -> None:
        super().initialize(site)
        self.incoming: Incoming | None = None
        self.is_mounted = False

    async def begin(self) -> None:
        name, upload = refused.name(self.path_kwargs["name"]), self.path_kwargs.get("upload") or ""
        if self.request.method == "POST" and upload:
            raise Refused(405, "UNSUPPORTED", "an upload takes PATCH and PUT", Allow="GET, PATCH, PUT, DELETE")
        if self.request.method == "POST":
            self.is_mounted = await self.in_thread(self._mount, name)
            if not self.is_mounted and self.get_query_argument("digest", ""):
                refused.digest(self.get_query_argument("digest"))
                await self._receive(await self.in_thread(self.site.uploads.begin))
        elif self.request.method in ("PATCH", "PUT"):
            refused.upload(upload)
            await self._receive(upload)
            if self.request.method == "PUT":
                refused.digest(self.get_query_argument("digest", ""))

    def _mount(self, name: str) -> bool:
        digest, source = self.get_query_argument("mount", ""), self.get_query_argument("from", "")
        if not digest or not source:
            return False
        return self.site.folder.mount(name, refused.digest(digest), refused.name(source))

    async def _receive(self, upload: str) -> None:
        self.incoming = await self.in_thread(self.site.uploads.open, upload)
        said = self.request.headers.get("Content-Range", "")
        if not said:
            return
        size, match = self.incoming.size_bytes, _CONTENT_RANGE.fullmatch(said)
        length = self.request.headers.get("Content-Length", "")
        if not match or (length and natural(match[2]) - natural(match[1]) + 1 != natural(length)):
            raise Refused(400, "BLOB_UPLOAD_INVALID", "Content-Range is not the range of the bytes that are sent")
        if natural(match[1]) != size:
            raise Refused(416, "BLOB_UPLOAD_INVALID", f"{size} bytes have arrived so far", **_so_far(size))

    async def take(self, chunk: bytes) -> None:
        if self.incoming:
            await self.in_thread(self.incoming.write, chunk)

    def lose(self) -> None:
        if self.incoming:
            with contextlib.suppress(Refused):
                self.site.uploads.drop(self.incoming.name)

    def let_go(self) -> None:
        if self.incoming is None:
            return
        if self.request.method == "POST" and not self.incoming.is_ending:  # its name was never sent
            self.lose()
        self.site.uploads.release(self.incoming)

    async def post(self, name: str) -> None:
        if self.incoming:
            await self._finish_upload(name, self.get_query_argument("digest"))
        elif self.is_mounted:
            self._created(name, self.get_query_argument("mount"))
        else:
            self._accepted(name, await self.in_thread(self.site.uploads.begin), 0)

    async def patch(self, name: str, upload: str = "") -> None:
        assert self.incoming
        self.incoming.require()
        self.site.uploads.release(self.incoming)  # before the answer: the next request can come at once
        self._accepted(name, upload, self.incoming.size_bytes)

    async def put(self, name: str, upload: str = "") -> None:
        await self._finish_upload(name, self.get_query_argument("digest", ""))

    async def get(self, name: str, upload: str = "") -> None:
        size = await self.in_thread(self.site.uploads.size_bytes, refused.upload(upload))
        self._accepted(name, upload, size, status=204)

    async def delete(self, name: str, upload: str = "") -> None:
        await self.in_thread(self.site.uploads.drop, refused.upload(upload))
        self.set_status(204)

    async def _finish_upload(self, name: str, digest: str) -> None:
        assert self.incoming
        await self.in_thread(self.site.uploads.finish, self.incoming, name, refused.digest(digest))
        self._created(name, digest)

    def _created(self, name: str, digest: str) -> None:
        self.set_status(201)
        self.set_header("Location", f"/v2/{name}/blobs/{digest}")
        self.set_header("Docker-Content-Digest", digest)

    def _accepted(self, name: str, upload: str, size: int, *, status: int = 202) -> None:
        self.set_status(status)
        self.set_header("Location", f"/v2/{name}/blobs/uploads/{upload}")
        self.set_header("Docker-Upload-UUID", upload)
        for header, value in _so_far(size).items():
            self.set_header(header, value)


def _so_far(size_bytes: int) -> dict[str, str]:
    return {"Range": f"0-{max(0, size_bytes - 1)}"}
