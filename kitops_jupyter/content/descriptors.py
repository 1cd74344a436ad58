"""Content named by what it is. Source: OCI image-spec 1.1, "Content Descriptors"."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter.errors import ManifestInvalid

IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE_INDEX = "application/vnd.oci.image.index.v1+json"
# What a repository lists and a tag names; everything else is a blob. Source: OCI image-spec 1.1, "Media Types".
MANIFEST_TYPES = (
    IMAGE_MANIFEST,
    IMAGE_INDEX,
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_LIMIT_BYTES = 4 << 20  # Source: OCI distribution-spec 1.1, "Pushing Manifests"
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}\Z")


class Digest(str):
    """`sha256:` and 64 lower-case hex digits; anything else is refused, so a Digest is safe in a file name."""

    __slots__ = ()

    def __new__(cls, text: str) -> Digest:
        if not isinstance(text, str) or not _SHA256.match(text):
            raise ManifestInvalid(f"{str(text)[:80]!r} is not a digest: expected sha256: and 64 hex digits")
        return super().__new__(cls, text)

    @classmethod
    def of(cls, data: bytes | bytearray | memoryview) -> Digest:
        """The digest of these bytes."""
        return cls("sha256:" + hashlib.sha256(data).hexdigest())

    @property
    def hex(self) -> str:
        """The 64 digits without the algorithm."""
        return self[7:]

    @property
    def short(self) -> str:
        """For people: `sha256:` and 12 digits."""
        return self[:19]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a piece of content is (media type), its digest and its size; the three that OCI asks for, and annotations.

    `extra` keeps every other field as it was read (`platform`, `urls`, kit's `modelMetadata`), so that
    writing a descriptor back loses nothing.
    """

    media_type: str
    digest: Digest
    size_bytes: int
    annotations: Mapping[str, str] = field(default_factory=dict)
    artifact_type: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, media_type: str, data: bytes, annotations: Mapping[str, str] | None = None) -> Descriptor:
        """The descriptor of these bytes."""
        return cls(media_type, Digest.of(data), len(data), dict(annotations or {}))

    @classmethod
    def from_json(cls, value: object, *, where: str = "descriptor") -> Descriptor:
        """Read a descriptor out of parsed JSON; everything about it is checked. Raises ManifestInvalid."""
        if not isinstance(value, dict):
            raise ManifestInvalid(f"{where}: expected an object, got {type(value).__name__}")
        rest = dict(value)
        media_type, size = rest.pop("mediaType", ""), rest.pop("size", None)
        annotations, artifact_type = rest.pop("annotations", None) or {}, rest.pop("artifactType", "")
        if type(size) is not int or not 0 <= size < 1 << 63:
            raise ManifestInvalid(f"{where}: size is {size!r}, expected a number of bytes")
        if not isinstance(media_type, str) or not isinstance(artifact_type, str):
            raise ManifestInvalid(f"{where}: mediaType and artifactType must be text")
        if not isinstance(annotations, dict) or not all(isinstance(text, str) for text in annotations.values()):
            raise ManifestInvalid(f"{where}: annotations must be an object with text values")
        return cls(media_type, Digest(rest.pop("digest", "")), size, annotations, artifact_type, rest)

    def to_json(self) -> dict[str, Any]:
        """The fields in OCI's order, empty ones left out; to be written by `gojson`."""
        fields: dict[str, Any] = {"mediaType": self.media_type, "digest": str(self.digest), "size": self.size_bytes}
        extra = dict(self.extra)
        if "urls" in extra:
            fields["urls"] = extra.pop("urls")
        if self.annotations:
            fields["annotations"] = dict(sorted(self.annotations.items()))
        for name in ("data", "platform"):
            if name in extra:
                fields[name] = extra.pop(name)
        if self.artifact_type:
            fields["artifactType"] = self.artifact_type
        return {**fields, **extra}
