"""Manifests of one repository: read with their digest checked, written as the bytes they are, many at once.

Source: OCI distribution-spec 1.1, "Pulling manifests", "Pushing Manifests", "Deleting Manifests".
"""

from __future__ import annotations

import io
import json
import threading
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from kitops_jupyter.content import (
    IMAGE_INDEX,
    IMAGE_MANIFEST,
    MANIFEST_LIMIT_BYTES,
    MANIFEST_TYPES,
    Descriptor,
    Digest,
    Readable,
    check_digest,
    verified,
)
from kitops_jupyter.errors import (
    Cancelled,
    DigestMismatch,
    InvalidReference,
    KitError,
    ManifestInvalid,
    NotFound,
    RegistryError,
    SizeMismatch,
)
from kitops_jupyter.lines import command
from kitops_jupyter.progress import under_watch, watched
from kitops_jupyter.reference import is_tag
from kitops_jupyter.registry.blobs.download import BlobStream
from kitops_jupyter.registry.http.answers import digest_said, drain, refuse_other_digest
from kitops_jupyter.registry.http.exchange import Exchange
from kitops_jupyter.remembered import Remembered

ACCEPTED_TYPES = (*MANIFEST_TYPES, "application/vnd.oci.artifact.manifest.v1+json")
_AHEAD = 4  # requests queued per thread: enough to keep it busy, few enough to stop soon


@dataclass(frozen=True, slots=True)
class Read:
    """A manifest by its tag, with its config if it was asked for; or why it could not be read."""

    name: str
    descriptor: Descriptor | None = None
    manifest: bytes = b""
    config: bytes = b""
    error: KitError | None = None


class Manifests:
    """The manifests of one repository."""

    def __init__(self, registry: Exchange, name: str, remembered: Remembered) -> None:
        self._registry = registry
        self._remembered = remembered
        self._name = name
        self._place = f"{registry.name}/{name}"

    def url(self, reference: str) -> str:
        """The address of a tag or digest. Raises NotFound for what is neither: no registry can have it."""
        if not is_tag(reference):
            try:
                Digest(reference)
            except ManifestInvalid:
                raise NotFound(
                    f"{reference[:140]!r} is neither a tag nor a digest: {self._place} has no such kit"
                ) from None
        return self._registry.url(self._registry.container(self._name).manifest_url(reference))

    def get(self, reference: str) -> tuple[Descriptor, bytes]:
        """A manifest and its descriptor, checked. Raises NotFound, DigestMismatch, ManifestInvalid."""
        what = f"read {self._place}{'@' if ':' in reference else ':'}{reference}"
        headers = {"Accept": ", ".join(ACCEPTED_TYPES)}
        try:
            response, data = self._registry.read(
                self.url(reference), headers=headers, what=what, limit_bytes=MANIFEST_LIMIT_BYTES
            )
        except NotFound as missing:
            missing.hint = f"{command('list', self._place)} shows what is there"
            raise
        except SizeMismatch:
            raise ManifestInvalid(f"{what}: larger than {MANIFEST_LIMIT_BYTES} bytes, which is the limit") from None
        except RegistryError as error:
            # docker-registry breaks over a blob that is asked for as a manifest.
            if error.status != 500 or ":" not in reference or not self._is_blob(reference):
                raise
            raise NotFound(f"{what}: it is a layer, not a manifest") from None
        digest = Digest.of(data)
        for promised in (reference if ":" in reference else "", digest_said(response)):
            check_digest(digest, promised or digest, what)
        descriptor = _describe(response, data, digest, what)
        self._remembered.put(digest, data)
        return descriptor, data

    def _is_blob(self, digest: str) -> bool:
        url = self._registry.url(self._registry.container(self._name).get_blob_url(digest))
        try:
            drain(self._registry.do_request(url, "HEAD", attempts=1))
        except Cancelled:
            raise
        except KitError:
            return False
        return True

    def resolve(self, reference: str) -> Descriptor:
        """The descriptor behind a tag or digest; its bytes are then at hand."""
        return self.get(reference)[0]

    def open(self, descriptor: Descriptor) -> Readable:
        """The manifest's bytes."""
        data = self._remembered.get(descriptor.digest)
        return io.BytesIO(data if data is not None else self.get(descriptor.digest)[1])

    def exists(self, reference: str) -> bool:
        """Whether it is there; asked by GET where the registry does not do HEAD."""
        what = f"look for {reference[:140]} in {self._place}"
        headers = {"Accept": ", ".join(ACCEPTED_TYPES)}
        return self._registry.look(self.url(reference), headers=headers, what=what) is not None

    def put(self, reference: str, data: bytes, media_type: str) -> requests.Response:
        """Store the bytes under a tag or digest, just as they are. Raises DigestMismatch if it stores others."""
        what = f"push {self._place}{'@' if ':' in reference else ':'}{reference}"
        response = self._registry.do_request(
            self.url(reference),
            "PUT",
            data=data,
            headers={"Content-Type": media_type},
            what=what,
            expect=(201, 200, 202, 204),
        )
        drain(response)
        digest = Digest.of(data)
        refuse_other_digest(response, digest, what)
        self._remembered.put(digest, data)
        return response

    def delete(self, reference: str) -> None:
        """Delete a manifest by digest, or only a tag by its name. Raises RegistryError where that is switched off."""
        what = f"delete {reference[:140]} from {self._place}"
        try:
            response = self._registry.do_request(self.url(reference), "DELETE", what=what, expect=(202, 200, 204))
        except KitError as error:
            status = getattr(error, "status", 0)
            if status in (400, 405, 501) or (
                is_tag(reference) and isinstance(error, (DigestMismatch, InvalidReference))
            ):
                by_tag = is_tag(reference)
                why = "cannot delete a tag alone" if by_tag else "has deletion switched off"
                hint = f"kit remove --remote {self._place}@DIGEST deletes the kit with all its tags" if by_tag else ""
                raise RegistryError(f"{what}: {self._registry.name} {why}", hint=hint, status=status or 400) from None
            raise
        drain(response)

    def read_many(self, names: Iterable[str], *, with_config: bool = True) -> Generator[Read, None, None]:
        """The manifests behind many names, in their order, up to 16 at a time; an error is one item's, not the end.

        Closing the iterator stops what is under way.
        """
        stopped = threading.Event()

        def watch() -> None:
            if stopped.is_set():
                raise Cancelled("no longer wanted")

        def read(name: str) -> Read:
            with watched(watch):
                return self._read(name, with_config=with_config)

        threads = min(16, 2 * self._registry.concurrency)
        pending: deque[Future[Read]] = deque()
        pool = ThreadPoolExecutor(threads, thread_name_prefix="kit-read")
        try:
            for name in names:
                pending.append(pool.submit(under_watch(read), name))
                if len(pending) >= threads * _AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)

    def _read(self, name: str, *, with_config: bool) -> Read:
        try:
            descriptor, data = self.get(name)
            config = self._config(data) if with_config and descriptor.media_type == IMAGE_MANIFEST else b""
        except Cancelled:
            raise
        except KitError as error:
            return Read(name, error=error)
        return Read(name, descriptor, data, config)

    def _config(self, manifest: bytes) -> bytes:
        """The config of a manifest: the remembered one, else it is fetched and remembered."""
        found = json.loads(manifest).get("config")
        if not isinstance(found, dict):
            return b""
        descriptor = Descriptor.from_json(found, where="config")
        if descriptor.size_bytes > MANIFEST_LIMIT_BYTES:
            raise ManifestInvalid(f"config of {descriptor.size_bytes} bytes, expected at most {MANIFEST_LIMIT_BYTES}")
        data = self._remembered.get(descriptor.digest)
        if data is None:
            with verified(BlobStream(self._registry, self._name, descriptor), descriptor) as stream:
                data = stream.readall()
            self._remembered.put(descriptor.digest, data)
        return data


def _describe(response: requests.Response, data: bytes, digest: Digest, what: str) -> Descriptor:
    """The descriptor of a response. Raises if body and header have different media types, as OCI requires."""
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise ManifestInvalid(
            f"{what}: the response is not JSON", hint="check that this is the registry's address"
        ) from None
    if not isinstance(found, dict):
        raise ManifestInvalid(f"{what}: expected an object, got {type(found).__name__}")
    said = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    written = found.get("mediaType")
    if not isinstance(written, str | None):
        raise ManifestInvalid(f"{what}: mediaType is {type(written).__name__}, expected text")
    if written and said in ACCEPTED_TYPES and said != written:
        raise ManifestInvalid(f"{what}: it says {written[:80]}, the registry says {said}")
    artifact = found.get("artifactType")
    guessed = IMAGE_INDEX if "manifests" in found else IMAGE_MANIFEST
    media_type = written or (said if said in ACCEPTED_TYPES else guessed)
    return Descriptor(media_type, digest, len(data), artifact_type=artifact if isinstance(artifact, str) else "")
