"""Where a layer's index is: the annotation that binds it to the kit, and the manifest that keeps it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter import gojson
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.media_types import IMAGE_MANIFEST

ANNOTATION = "vnd.kitops-jupyter.file-index"
ARTIFACT_TYPE = "application/vnd.kitops-jupyter.file-index.v1"
MEDIA_TYPE = "application/vnd.kitops-jupyter.file-index.layer.v1"
EMPTY = Descriptor.of("application/vnd.oci.empty.v1+json", b"{}")
SIZE_LIMIT_BYTES = 1 << 30

_TEXT = re.compile(r"(sha256:[0-9a-f]{64});([1-9]\d{0,9});(sha256:[0-9a-f]{64});([1-9]\d{0,9})")


@dataclass(frozen=True, slots=True)
class Address:
    """The whole blob, and its first part, the listing, which can be read and verified alone."""

    digest: Digest
    size_bytes: int
    listing_digest: Digest
    listing_bytes: int

    def __str__(self) -> str:
        return f"{self.digest};{self.size_bytes};{self.listing_digest};{self.listing_bytes}"

    @property
    def descriptor(self) -> Descriptor:
        """The blob."""
        return Descriptor(MEDIA_TYPE, self.digest, self.size_bytes)


def address_of(layer: Descriptor) -> Address | None:
    """Where the layer's index is; None for a layer without one. Raises ManifestInvalid for a garbled annotation."""
    text = layer.annotations.get(ANNOTATION)
    if text is None:
        return None
    match = _TEXT.fullmatch(text)
    size, listing = (int(match.group(2)), int(match.group(4))) if match else (0, 0)
    if not match or not listing <= size <= SIZE_LIMIT_BYTES:
        raise ManifestInvalid(f"layer {layer.digest.short}: {ANNOTATION} is {text[:200]!r}, which names no file index")
    return Address(Digest(match.group(1)), size, Digest(match.group(3)), listing)


def referrer(subject: Descriptor, layers: Sequence[Descriptor]) -> bytes | None:
    """The manifest that keeps the indexes of this kit's layers; None if it has none. The same kit makes the same."""
    found = {address.digest: address.descriptor for layer in layers if (address := address_of(layer))}
    if not found:
        return None
    text = gojson.dumps(
        {
            "schemaVersion": 2,
            "mediaType": IMAGE_MANIFEST,
            "artifactType": ARTIFACT_TYPE,
            "config": EMPTY.to_json(),
            "layers": [descriptor.to_json() for descriptor in found.values()],
            "subject": Descriptor(subject.media_type, subject.digest, subject.size_bytes).to_json(),
        }
    )
    return text.encode()
