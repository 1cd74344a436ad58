"""The registry on disk: blobs by their digest, and for each repository what it has, as small files.

    blobs/HEX                             the bytes, also of manifests
    repositories/NAME/_blobs/HEX          NAME has this blob (empty)
    repositories/NAME/_manifests/HEX      NAME has this manifest; the file holds its media type
    repositories/NAME/_tags/TAG.tag       the digest that the tag names
    repositories/NAME/_referrers/HEX/HEX  a manifest whose subject is the first one; its descriptor
    uploads/ID                            bytes that have come so far

Every file gets its name when it is whole, so that a kill leaves nothing half, and two processes may share the folder.
Names of repositories have no part that begins with `_`.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kitops_jupyter.server.registry import refused
from kitops_jupyter.server.registry.refused import Refused

MANIFEST_LIMIT_BYTES = 4 << 20


class Folder:
    """A registry's folder, made when it is needed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._blobs = root / "blobs"
        self._repositories = root / "repositories"
        self.uploads = root / "uploads"
        for folder in (self._blobs, self._repositories, self.uploads):
            folder.mkdir(parents=True, exist_ok=True)

    def _of(self, repository: str, kind: str) -> Path:
        return self._repositories / repository / kind

    # blobs

    def blob(self, repository: str, digest: str) -> Path:
        """The file of a blob or manifest that this repository has. Raises Refused."""
        hexadecimal = digest[7:]
        path = self._blobs / hexadecimal
        has = any((self._of(repository, kind) / hexadecimal).exists() for kind in ("_blobs", "_manifests"))
        if not has or not path.exists():
            raise Refused(404, "BLOB_UNKNOWN", f"{repository} has no blob {digest}")
        return path

    def keep(self, repository: str, digest: str, upload: Path) -> None:
        """Take bytes whose digest was checked as a blob of this repository."""
        upload.replace(self._blobs / digest[7:])
        self._mark(repository, "_blobs", digest[7:])

    def mount(self, repository: str, digest: str, source: str) -> bool:
        """Let the repository have what another one has; whether that has it."""
        try:
            self.blob(source, digest)
        except Refused:
            return False
        self._mark(repository, "_blobs", digest[7:])
        return True

    def delete_blob(self, repository: str, digest: str) -> None:
        """Take a blob from the repository; its bytes go with the last one that has it."""
        self.blob(repository, digest)
        (self._of(repository, "_blobs") / digest[7:]).unlink(missing_ok=True)
        self._collect(digest[7:])

    def _collect(self, hexadecimal: str) -> None:
        for repository in self.repositories():
            if any((self._of(repository, kind) / hexadecimal).exists() for kind in ("_blobs", "_manifests")):
                return
        (self._blobs / hexadecimal).unlink(missing_ok=True)

    # manifests

    def manifest(self, repository: str, reference: str) -> tuple[str, str, Path]:
        """Digest, media type and file of the manifest that a tag or digest names. Raises Refused."""
        digest = reference if ":" in reference else self._tagged(repository, reference)
        try:
            media_type = (self._of(repository, "_manifests") / digest[7:]).read_text("utf-8")
        except FileNotFoundError:
            raise Refused(404, "MANIFEST_UNKNOWN", f"{repository} has no manifest {reference}") from None
        return digest, media_type, self._blobs / digest[7:]

    def put_manifest(self, repository: str, digest: str, media_type: str, data: bytes, tag: str) -> str:
        """Store a manifest whose blobs are all here, then let the tag name it; the digest of its subject, or "".

        Raises Refused for one that is no manifest, or refers to what the repository does not have.
        """
        parsed = _parse(data, media_type)
        for referred in _children(parsed):
            self._require(repository, referred)
        _write(self._blobs / digest[7:], data)
        self._mark(repository, "_manifests", digest[7:], media_type)
        subject = _subject(parsed)
        if subject:
            described = _descriptor(parsed, digest, media_type, len(data))
            _write(self._of(repository, "_referrers") / subject[7:] / digest[7:], json.dumps(described).encode())
        if tag:
            _write(self._tag_file(repository, tag), digest.encode())
        return subject

    def _require(self, repository: str, digest: str) -> None:
        try:
            self.blob(repository, digest)
        except Refused:
            raise Refused(404, "MANIFEST_BLOB_UNKNOWN", f"the manifest refers to {digest}, which is not here") from None

    def delete_manifest(self, repository: str, reference: str) -> None:
        """Take a tag away, or a manifest with every tag that names it. Raises Refused."""
        digest, _, path = self.manifest(repository, reference)
        if ":" not in reference:
            self._tag_file(repository, reference).unlink(missing_ok=True)
            return
        subject = _subject(json.loads(path.read_bytes()))
        if subject:
            (self._of(repository, "_referrers") / subject[7:] / digest[7:]).unlink(missing_ok=True)
        for tag in self.tags(repository):
            with contextlib.suppress(Refused):
                if self._tagged(repository, tag) == digest:
                    self._tag_file(repository, tag).unlink(missing_ok=True)
        (self._of(repository, "_manifests") / digest[7:]).unlink(missing_ok=True)
        self._collect(digest[7:])

    def referrers(self, repository: str, digest: str) -> list[dict[str, Any]]:
        """Descriptors of the manifests whose subject this is; none for one that nobody refers to."""
        folder = self._of(repository, "_referrers") / digest[7:]
        with contextlib.suppress(FileNotFoundError):
            return [json.loads(path.read_bytes()) for path in sorted(folder.iterdir()) if _is_whole(path)]
        return []

    # names

    def tags(self, repository: str) -> list[str]:
        """Every tag, sorted. Raises Refused when there is no such repository."""
        if not self._of(repository, "_manifests").is_dir():
            raise Refused(404, "NAME_UNKNOWN", f"there is no repository {repository}")
        with contextlib.suppress(FileNotFoundError), os.scandir(self._of(repository, "_tags")) as entries:
            return sorted(_tag_of(entry.name) for entry in entries if entry.name.endswith(".tag"))
        return []

    def repositories(self) -> Iterator[str]:
        """Every repository that has or had something, in order of their paths."""
        for folder, below, _ in os.walk(self._repositories):
            if "_blobs" in below or "_manifests" in below:
                yield Path(folder).relative_to(self._repositories).as_posix()
            below[:] = sorted(name for name in below if not name.startswith("_"))

    def _tagged(self, repository: str, tag: str) -> str:
        try:
            return self._tag_file(repository, tag).read_text("ascii")
        except FileNotFoundError:
            raise Refused(404, "MANIFEST_UNKNOWN", f"{repository} has no tag {tag}") from None

    def _tag_file(self, repository: str, tag: str) -> Path:
        """Upper-case letters are marked, for disks that do not tell them from lower-case ones."""
        name = "".join(f"^{letter.lower()}" if letter.isupper() else letter for letter in tag)
        return self._of(repository, "_tags") / f"t-{name}.tag"

    def _mark(self, repository: str, kind: str, name: str, text: str = "") -> None:
        _write(self._of(repository, kind) / name, text.encode())


def _tag_of(file_name: str) -> str:
    first, *rest = file_name[2:-4].split("^")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def _is_whole(path: Path) -> bool:
    return not path.name.startswith(".")


def _write(path: Path, data: bytes) -> None:
    """The file with these bytes, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _parse(data: bytes, media_type: str) -> dict[str, Any]:
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(400, "MANIFEST_INVALID", "the manifest is no JSON") from None
    if not isinstance(parsed, dict) or parsed.get("schemaVersion") != 2:
        raise Refused(400, "MANIFEST_INVALID", "the manifest is no object of schemaVersion 2")
    if parsed.get("mediaType") not in (None, media_type):
        raise Refused(
            400, "MANIFEST_INVALID", f"the manifest says {parsed['mediaType']!r:.100}, the header {media_type}"
        )
    return parsed


def _children(parsed: dict[str, Any]) -> list[str]:
    """The digests of config, layers and manifests."""
    found = [parsed["config"]] if "config" in parsed else []
    for key in ("layers", "manifests"):
        listed = parsed.get(key) or []
        if not isinstance(listed, list):
            raise Refused(400, "MANIFEST_INVALID", f"{key} is no list")
        found += listed
    return [_digest_of(item) for item in found]


def _subject(parsed: dict[str, Any]) -> str:
    return _digest_of(parsed["subject"]) if parsed.get("subject") else ""


def _digest_of(descriptor: object) -> str:
    found = descriptor.get("digest") if isinstance(descriptor, dict) else None
    if not isinstance(found, str):
        raise Refused(400, "MANIFEST_INVALID", "the manifest has a descriptor without a digest")
    return refused.digest(found)


def _descriptor(parsed: dict[str, Any], digest: str, media_type: str, size_bytes: int) -> dict[str, Any]:
    config = parsed.get("config")
    artifact_type = parsed.get("artifactType") or (config.get("mediaType") if isinstance(config, dict) else None)
    found = {"mediaType": media_type, "digest": digest, "size": size_bytes, "artifactType": artifact_type}
    if isinstance(parsed.get("annotations"), dict):
        found["annotations"] = parsed["annotations"]
    return {key: value for key, value in found.items() if value is not None}
