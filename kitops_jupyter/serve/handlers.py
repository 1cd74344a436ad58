"""The distribution API over a `Folder`: HTTP only. Disk work runs in threads; nothing here blocks the loop.

Source: OCI distribution-spec 1.1, "Endpoints", and `_catalog` from before it.
"""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from typing import Any

from kitops_jupyter.content import IMAGE_INDEX, MANIFEST_LIMIT_BYTES
from kitops_jupyter.serve import manifests, refused
from kitops_jupyter.serve.base import PAGE_LIMIT, Base, Site, natural
from kitops_jupyter.serve.blobs import Blobs, Sending
from kitops_jupyter.serve.refused import Refused


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


class Manifests(Base):
    """Manifests by tag and by digest."""

    async def begin(self) -> None:
        self._body = bytearray()
        refused.name(self.path_kwargs["name"])
        refused.reference(self.path_kwargs["reference"])
        if self.request.method == "PUT":
            if not manifests.media_type(self._type()):
                raise Refused(400, "MANIFEST_INVALID", "the manifest has no Content-Type")
            self._require_size(natural(self.request.headers.get("Content-Length", "")))

    async def take(self, chunk: bytes) -> None:
        self._require_size(len(self._body) + len(chunk))
        self._body += chunk

    def _require_size(self, size_bytes: int) -> None:
        if size_bytes > MANIFEST_LIMIT_BYTES:
            raise Refused(413, "SIZE_INVALID", f"a manifest has at most {MANIFEST_LIMIT_BYTES} bytes")

    def _type(self) -> str:
        return str(self.request.headers.get("Content-Type", ""))

    async def get(self, name: str, reference: str) -> None:
        digest, media_type, data = await self.in_thread(self.site.folder.manifest, name, reference)
        self.set_header("Content-Type", media_type)
        self.set_header("Docker-Content-Digest", digest)
        self.set_header("ETag", f'"{digest}"')
        self.set_header("Content-Length", str(len(data)))
        await self.finish(data if self.request.method == "GET" else None)

    head = get

    async def put(self, name: str, reference: str) -> None:
        data, is_digest = bytes(self._body), refused.is_digest(reference)
        algorithm = reference[:6] if is_digest else "sha256"
        digest = f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
        if is_digest and reference != digest:
            raise Refused(400, "DIGEST_INVALID", f"the manifest has the digest {digest}, expected {reference}")
        tag = "" if is_digest else reference
        subject = await self.in_thread(self.site.folder.put_manifest, name, digest, self._type(), data, tag)
        if subject:
            self.set_header("OCI-Subject", subject)
        self.set_status(201)
        self.set_header("Location", f"/v2/{name}/manifests/{digest}")
        self.set_header("Docker-Content-Digest", digest)

    async def delete(self, name: str, reference: str) -> None:
        await self.in_thread(self.site.folder.delete_manifest, name, reference)
        self.set_status(202)


class Referrers(Base):
    """What refers to a manifest."""

    async def get(self, name: str, digest: str) -> None:
        found = await self.in_thread(self.site.folder.referrers, refused.name(name), refused.digest(digest))
        wanted = self.get_query_argument("artifactType", "")
        if wanted:
            found = [item for item in found if item.get("artifactType") == wanted]
            self.set_header("OCI-Filters-Applied", "artifactType")
        self.set_header("Content-Type", IMAGE_INDEX)
        await self.finish(json.dumps({"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": found}))


class Unknown(Base):
    """Everything else."""

    async def begin(self) -> None:
        raise Refused(404, "UNSUPPORTED", "this registry has no such endpoint")


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
