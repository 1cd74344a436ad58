"""The distribution API over a `Folder`: HTTP only. Disk work runs in threads; nothing here blocks the loop.

Source: OCI distribution-spec 1.1, "Endpoints", and `_catalog` from before it.
"""

from __future__ import annotations

import hashlib
import json
import re
from itertools import islice
from typing import Any

import tornado.iostream
import tornado.web

from kitops_jupyter.server.registry import refused
from kitops_jupyter.server.registry.base import PAGE_LIMIT, Base, Site
from kitops_jupyter.server.registry.folder import MANIFEST_LIMIT_BYTES
from kitops_jupyter.server.registry.refused import Refused
from kitops_jupyter.server.registry.uploads import Incoming

_PIECE_BYTES = 1 << 20
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_CONTENT_RANGE = re.compile(r"(?:bytes )?(\d+)-(\d+)(?:/.*)?")
JSON_INDEX = "application/vnd.oci.image.index.v1+json"


class Root(Base):
    """Whether this is a registry, and whether one may come in."""

    def get(self) -> None:
        self.set_header("Content-Type", "application/json")
        self.finish("{}")


class Catalog(Base):
    """The repositories."""

    async def get(self) -> None:
        size, last = self.page()
        size = min(size, PAGE_LIMIT)
        found = await self.in_thread(
            lambda: list(islice((name for name in sorted(self.site.folder.repositories()) if name > last), size + 1))
        )
        names = found[:size]
        self.answer_page(
            names, len(found) > size and "n" in self.request.arguments, {"repositories": names}, "/v2/_catalog"
        )


class Tags(Base):
    """The tags of a repository; all of them unless `n` is given."""

    async def get(self, name: str) -> None:
        refused.name(name)
        size, last = self.page()
        tags = await self.in_thread(self.site.folder.tags, name)
        later = [tag for tag in tags if tag > last]
        is_paged = "n" in self.request.arguments
        names = later[:size] if is_paged else later
        self.answer_page(names, is_paged and len(later) > size, {"name": name, "tags": names}, f"/v2/{name}/tags/list")


@tornado.web.stream_request_body
class Manifests(Base):
    """Manifests by tag and by digest."""

    body_limit_bytes = MANIFEST_LIMIT_BYTES

    async def get(self, name: str, reference: str) -> None:
        digest, media_type, path = await self.in_thread(self._find, name, reference)
        data = await self.in_thread(path.read_bytes)
        self.set_header("Content-Type", media_type)
        self.set_header("Docker-Content-Digest", digest)
        self.set_header("ETag", f'"{digest}"')
        self.set_header("Content-Length", str(len(data)))
        await self.finish(data if self.request.method == "GET" else None)

    head = get

    def _find(self, name: str, reference: str) -> Any:
        return self.site.folder.manifest(refused.name(name), _reference(reference))

    async def put(self, name: str, reference: str) -> None:
        refused.name(name)
        _reference(reference)
        data, media_type = bytes(self.body), self.request.headers.get("Content-Type", "")
        if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", media_type):
            raise Refused(400, "MANIFEST_INVALID", "the manifest has no Content-Type")
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if refused.is_digest(reference) and reference != digest:
            raise Refused(400, "DIGEST_INVALID", f"the manifest has the digest {digest}, expected {reference}")
        tag = "" if refused.is_digest(reference) else reference
        subject = await self.in_thread(self.site.folder.put_manifest, name, digest, media_type, data, tag)
        if subject:
            self.set_header("OCI-Subject", subject)
        self.set_status(201)
        self.set_header("Location", f"/v2/{name}/manifests/{digest}")
        self.set_header("Docker-Content-Digest", digest)

    async def delete(self, name: str, reference: str) -> None:
        await self.in_thread(self.site.folder.delete_manifest, refused.name(name), _reference(reference))
        self.set_status(202)


class Referrers(Base):
    """What refers to a manifest."""

    async def get(self, name: str, digest: str) -> None:
        found = await self.in_thread(self.site.folder.referrers, refused.name(name), refused.digest(digest))
        wanted = self.get_query_argument("artifactType", "")
        if wanted:
            found = [item for item in found if item.get("artifactType") == wanted]
            self.set_header("OCI-Filters-Applied", "artifactType")
        self.set_header("Content-Type", JSON_INDEX)
        await self.finish(json.dumps({"schemaVersion": 2, "mediaType": JSON_INDEX, "manifests": found}))


class Blobs(Base):
    """Blobs, whole or a part of them."""

    async def get(self, name: str, digest: str) -> None:
        path = await self.in_thread(self.site.folder.blob, refused.name(name), refused.digest(digest))
        size = path.stat().st_size
        start, end = self._range(size)
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Docker-Content-Digest", digest)
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("ETag", f'"{digest}"')
        self.set_header("Content-Length", str(end - start))
        if self.request.method == "HEAD":
            await self.finish()
            return
        with await self.in_thread(path.open, "rb") as stream:
            stream.seek(start)
            while start < end:
                piece = await self.in_thread(stream.read, min(_PIECE_BYTES, end - start))
                if not piece:
                    break
                start += len(piece)
                self.write(piece)
                await self.flush()

    head = get

    def _range(self, size: int) -> tuple[int, int]:
        """The part that is asked for; a Range that is none is ignored, as HTTP says."""
        match = _RANGE.fullmatch(self.request.headers.get("Range", ""))
        if not match or self.request.method == "HEAD":
            return 0, size
        start, last = int(match.group(1)), int(match.group(2) or size - 1)
        if start >= size or last < start:
            raise Refused(416, "SIZE_INVALID", f"the blob has {size} bytes", Content_Range=f"bytes */{size}")
        last = min(last, size - 1)
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {start}-{last}/{size}")
        return start, last + 1

    async def delete(self, name: str, digest: str) -> None:
        await self.in_thread(self.site.folder.delete_blob, refused.name(name), refused.digest(digest))
        self.set_status(202)


@tornado.web.stream_request_body
class Sending(Base):
    """Bytes into an upload, streamed to disk: POST (all at once), PATCH (some), PUT (the last, with the digest)."""

    def initialize(self, site: Site) -> None:
        super().initialize(site)
        self.incoming: Incoming | None = None
        self.is_mounted = False

    async def prepare(self) -> None:
        await super().prepare()
        name = refused.name(self.path_kwargs["name"])
        if self.request.method == "POST":
            self.is_mounted = await self.in_thread(self._mount, name)
            if not self.is_mounted and self.get_query_argument("digest", ""):
                self._take(await self.in_thread(self.site.uploads.begin))
        elif self.request.method in ("PATCH", "PUT"):
            self._take(refused.upload(self.path_kwargs["upload"]))

    def _mount(self, name: str) -> bool:
        digest, source = self.get_query_argument("mount", ""), self.get_query_argument("from", "")
        if not digest or not source:
            return False
        return self.site.folder.mount(name, refused.digest(digest), refused.name(source))

    def _take(self, upload: str) -> None:
        self.incoming = self.site.uploads.open(upload)
        match = _CONTENT_RANGE.fullmatch(self.request.headers.get("Content-Range", ""))
        if match and int(match.group(1)) != self.incoming.size_bytes:
            size = self.incoming.size_bytes
            raise Refused(416, "BLOB_UPLOAD_INVALID", f"{size} bytes have come so far", Range=f"0-{max(0, size - 1)}")

    async def data_received(self, chunk: bytes) -> None:
        if self.incoming:
            await self.in_thread(self.incoming.write, chunk)

    def on_finish(self) -> None:
        self._let_go()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._let_go()

    def _let_go(self) -> None:
        if self.incoming:
            self.incoming.close()

    async def post(self, name: str) -> None:
        if self.incoming:
            await self._finish_upload(name, self.get_query_argument("digest"))
        elif self.is_mounted:
            self._created(name, self.get_query_argument("mount"))
        else:
            self._accepted(name, await self.in_thread(self.site.uploads.begin), 0)

    async def patch(self, name: str, upload: str) -> None:
        assert self.incoming
        self._accepted(name, upload, self.incoming.size_bytes)

    async def put(self, name: str, upload: str) -> None:
        await self._finish_upload(name, self.get_query_argument("digest", ""))

    async def get(self, name: str, upload: str) -> None:
        size = await self.in_thread(self.site.uploads.size_bytes, refused.upload(upload))
        self._accepted(name, upload, size, status=204)

    async def delete(self, name: str, upload: str) -> None:
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
        self.set_header("Range", f"0-{max(0, size - 1)}")


class Unknown(Base):
    """Everything else."""

    async def prepare(self) -> None:
        await super().prepare()
        raise Refused(404, "UNSUPPORTED", "this registry has no such endpoint")


def _reference(text: str) -> str:
    return refused.digest(text) if refused.is_digest(text) else refused.tag(text)


def routes(site: Site) -> list[Any]:
    """Where each endpoint is."""
    options = {"site": site}
    name, part = r"(?P<name>[^?]+)", r"[^/?]+"
    return [
        (r"/v2/?", Root, options),
        (r"/v2/_catalog", Catalog, options),
        (rf"/v2/{name}/tags/list", Tags, options),
        (rf"/v2/{name}/manifests/(?P<reference>{part})", Manifests, options),
        (rf"/v2/{name}/referrers/(?P<digest>{part})", Referrers, options),
        (rf"/v2/{name}/blobs/uploads/?", Sending, options),
        (rf"/v2/{name}/blobs/uploads/(?P<upload>{part})", Sending, options),
        (rf"/v2/{name}/blobs/(?P<digest>{part})", Blobs, options),
    ]
