"""The registry on disk: blobs by their digest, and for each repository what it has, as small files.

    blobs/HEX                             the bytes, also of manifests
    repositories/NAME/_blobs/HEX          NAME has this blob (empty)
    repositories/NAME/_manifests/HEX      NAME has this manifest; the file holds its media type
    repositories/NAME/_tags/TAG.tag       the digest that the tag names
    repositories/NAME/_referrers/HEX/HEX  a manifest whose subject is the first one; its descriptor
    uploads/ID                            bytes that have come so far
    lock                                  held while names are given and taken away

HEX has 64 digits for sha256, 128 for sha512. Every file gets its name when it is whole, so that a kill leaves nothing
half, and two processes may share the folder. No part of a repository name begins with `_`. What else is in
the folder, links above all, is not there for us.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kitops_jupyter.content import MANIFEST_LIMIT_BYTES
from kitops_jupyter.serve import manifests, refused, tag_files
from kitops_jupyter.serve.lock import Lock
from kitops_jupyter.serve.refused import Refused
from kitops_jupyter.serve.tree import Tree

UPLOADS = "uploads"
_BLOBS, _REPOSITORIES = "blobs", "repositories"
_NOTE_LIMIT_BYTES = 1024  # of a file that holds a digest or a media type


class Folder:
    """A registry's folder, made when it is needed. Safe for several threads and processes."""

    def __init__(self, root: Path) -> None:
        self.tree = Tree(root, UPLOADS)
        self._lock = Lock(self.tree, "lock")
        for name in (_BLOBS, _REPOSITORIES, UPLOADS):
            self.tree.make(name)

    # blobs

    def open_blob(self, repository: str, digest: str) -> int:
        """A descriptor of a blob or manifest that this repository has. Raises Refused."""
        if self._has(repository, digest):
            try:
                return self.tree.open(_BLOBS, digest[7:])
            except FileNotFoundError:
                pass
        raise _no_blob(repository, digest)

    def keep(self, repository: str, digest: str, upload: str) -> None:
        """Take an upload, whose bytes have this digest and change no more, as a blob of this repository."""
        with self._lock.held():
            self._mark(repository, "_blobs", digest)
            self.tree.move((UPLOADS, upload), (_BLOBS, digest[7:]))

    def mount(self, repository: str, digest: str, source: str) -> bool:
        """Let the repository have what another one has; whether that has it."""
        with self._lock.held():
            if not self._has(source, digest) or not self.tree.is_file(_BLOBS, digest[7:]):
                return False
            self._mark(repository, "_blobs", digest)
            return True

    def delete_blob(self, repository: str, digest: str) -> None:
        """Take a blob from the repository; its bytes go with the last one that has it. Raises Refused."""
        with self._lock.held():
            if not self.tree.is_file(*self._of(repository, "_blobs", digest[7:])):
                raise _no_blob(repository, digest)
            self.tree.remove(*self._of(repository, "_blobs", digest[7:]))
            self._collect(digest)

    def _has(self, repository: str, digest: str) -> bool:
        return any(self.tree.is_file(*self._of(repository, kind, digest[7:])) for kind in ("_blobs", "_manifests"))

    def _collect(self, digest: str) -> None:
        if not any(self._has(repository, digest) for repository in self.repositories()):
            self.tree.remove(_BLOBS, digest[7:])

    # manifests

    def manifest(self, repository: str, reference: str) -> tuple[str, str, bytes]:
        """Digest, media type and bytes of the manifest that a tag or digest names. Raises Refused."""
        digest = reference if refused.is_digest(reference) else self._tagged(repository, reference)
        try:
            noted = self.tree.read(*self._of(repository, "_manifests", digest[7:]), limit_bytes=_NOTE_LIMIT_BYTES)
            data = self.tree.read(_BLOBS, digest[7:], limit_bytes=MANIFEST_LIMIT_BYTES)
        except FileNotFoundError:
            raise _no_manifest(repository, reference) from None
        return digest, manifests.media_type(noted.decode("ascii", "replace")) or "application/octet-stream", data

    def put_manifest(self, repository: str, digest: str, media_type: str, data: bytes, tag: str) -> str:
        """Store a manifest whose blobs are all here, then let the tag name it; the digest of its subject, or "".

        Raises Refused for one that is not a manifest, or refers to what the repository does not have.
        """
        parsed = manifests.parse(data, media_type)
        children, subject = manifests.children(parsed), manifests.subject(parsed)
        described = manifests.descriptor(parsed, digest, media_type, len(data))
        with self._lock.held():
            for child in children:
                if not self._has(repository, child) or not self.tree.is_file(_BLOBS, child[7:]):
                    raise Refused(
                        404,
                        "MANIFEST_BLOB_UNKNOWN",
                        f"the manifest refers to {child}, which this registry does not have",
                    )
            self.tree.write(data, _BLOBS, digest[7:])
            self._mark(repository, "_manifests", digest, media_type)
            if subject:
                path = self._of(repository, "_referrers", subject[7:], digest[7:])
                self.tree.write(json.dumps(described).encode(), *path)
            if tag:
                self.tree.write(digest.encode(), *self._tag_file(repository, tag))
        return subject

    def delete_manifest(self, repository: str, reference: str) -> None:
        """Take a tag away, or a manifest with every tag that names it. Raises Refused."""
        with self._lock.held():
            digest, _, data = self.manifest(repository, reference)
            if not refused.is_digest(reference):
                self.tree.remove(*self._tag_file(repository, reference))
                return
            subject = _subject_of(data)
            if subject:
                self.tree.remove(*self._of(repository, "_referrers", subject[7:], digest[7:]))
            for tag in self.tags(repository):
                if self._digest_of(repository, tag) == digest:
                    self.tree.remove(*self._tag_file(repository, tag))
            self.tree.remove(*self._of(repository, "_manifests", digest[7:]))
            self._collect(digest)

    def referrers(self, repository: str, digest: str) -> list[dict[str, Any]]:
        """Descriptors of the manifests whose subject this is; none for one that nobody refers to."""
        folder = self._of(repository, "_referrers", digest[7:])
        found = (self._described((*folder, name)) for name in self.tree.files(*folder))
        return [item for item in found if item is not None]

    def _described(self, path: tuple[str, ...]) -> dict[str, Any] | None:
        try:
            found = json.loads(self.tree.read(*path, limit_bytes=2 * MANIFEST_LIMIT_BYTES))
        except (FileNotFoundError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    # names

    def tags(self, repository: str) -> list[str]:
        """Every tag, sorted. Raises Refused when there is no such repository."""
        if not self.tree.is_folder(*self._of(repository, "_manifests")):
            raise Refused(404, "NAME_UNKNOWN", f"there is no repository {repository}")
        found = (tag_files.tag_of(name) for name in self.tree.files(*self._of(repository, "_tags")))
        return sorted(tag for tag in found if tag)

    def repositories(self) -> Iterator[str]:
        """Every repository that has or had something, in order of their paths."""
        waiting: list[tuple[str, ...]] = [()]
        while waiting:
            path = waiting.pop()
            folders = self.tree.folders(_REPOSITORIES, *path)
            if "_blobs" in folders or "_manifests" in folders:
                yield "/".join(path)
            waiting += [(*path, name) for name in reversed(folders) if refused.is_name(name)]

    def _tagged(self, repository: str, tag: str) -> str:
        digest = self._digest_of(repository, tag)
        if not digest:
            raise Refused(404, "MANIFEST_UNKNOWN", f"{repository} has no tag {tag}")
        return digest

    def _digest_of(self, repository: str, tag: str) -> str:
        """What the tag names; empty if there is no such tag, or its file holds anything else."""
        try:
            text = self.tree.read(*self._tag_file(repository, tag), limit_bytes=_NOTE_LIMIT_BYTES)
            return refused.digest(text.decode("ascii", "replace"))
        except (FileNotFoundError, Refused):
            return ""

    def _tag_file(self, repository: str, tag: str) -> tuple[str, ...]:
        return self._of(repository, "_tags", tag_files.file_of(tag))

    def _mark(self, repository: str, kind: str, digest: str, text: str = "") -> None:
        self.tree.write(text.encode(), *self._of(repository, kind, digest[7:]))

    def _of(self, repository: str, *path: str) -> tuple[str, ...]:
        return (_REPOSITORIES, *repository.split("/"), *path)


def _subject_of(data: bytes) -> str:
    """Of a manifest that lies here; whatever it is, it can be deleted."""
    try:
        return manifests.subject(json.loads(data))
    except (ValueError, RecursionError, Refused):
        return ""


def _no_blob(repository: str, digest: str) -> Refused:
    return Refused(404, "BLOB_UNKNOWN", f"{repository} has no blob {digest}")


def _no_manifest(repository: str, reference: str) -> Refused:
    return Refused(404, "MANIFEST_UNKNOWN", f"{repository} has no manifest {reference}")
