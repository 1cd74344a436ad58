"""Where a layer's index is: the annotation that binds it to the kit, and the manifest that keeps it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.errors import ManifestInvalid

# By version: a program that knows only version 1 finds no index in a kit with version 2, rather than a wrong one.
ANNOTATIONS = {1: "vnd.kitops-jupyter.file-index", 2: "vnd.kitops-jupyter.file-index.v2"}
ARTIFACT_TYPES = {number: f"application/vnd.kitops-jupyter.file-index.v{number}" for number in (1, 2)}
MEDIA_TYPES = {number: f"application/vnd.kitops-jupyter.file-index.layer.v{number}" for number in (1, 2)}
LAYER_ANNOTATION = "vnd.kitops-jupyter.file-index.of"
VERSION = 2
EMPTY = Descriptor.of("application/vnd.oci.empty.v1+json", b"{}")
SIZE_LIMIT_BYTES = 1 << 30

_TEXT = re.compile(r"(2;)?(sha256:[0-9a-f]{64});([1-9]\d{0,9});(sha256:[0-9a-f]{64});([1-9]\d{0,9})")


@dataclass(frozen=True, slots=True)
class Address:
    """The whole blob, and its first part, the listing, which can be read and verified alone."""

    digest: Digest
    size_bytes: int
    listing_digest: Digest
    listing_bytes: int
    version: int = VERSION

    def __str__(self) -> str:
        text = f"{self.digest};{self.size_bytes};{self.listing_digest};{self.listing_bytes}"
        return text if self.version == 1 else f"{self.version};{text}"

    @property
    def descriptor(self) -> Descriptor:
        """The blob."""
        return Descriptor(MEDIA_TYPES[self.version], self.digest, self.size_bytes)

    @property
    def annotation(self) -> dict[str, str]:
        """What a layer's descriptor has of it."""
        return {ANNOTATIONS[self.version]: str(self)}


def parse_address(text: str) -> Address | None:
    """The address that `str` made this text of; None for any other text."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    size, listing = int(match.group(3)), int(match.group(5))
    if not listing <= size <= SIZE_LIMIT_BYTES:
        return None
    return Address(Digest(match.group(2)), size, Digest(match.group(4)), listing, 2 if match.group(1) else 1)


def address_of(layer: Descriptor) -> Address | None:
    """Where the layer's index is, the newest that it names; None for a layer without one.

    Raises ManifestInvalid for a garbled annotation.
    """
    for version in sorted(ANNOTATIONS, reverse=True):
        text = layer.annotations.get(ANNOTATIONS[version])
        if text is not None:
            address = parse_address(text)
            if address is None or address.version != version:
                what = f"{ANNOTATIONS[version]} is {text[:200]!r}, which does not name a file index"
                raise ManifestInvalid(f"layer {layer.digest.short}: {what}")
            return address
    return None


def has_index(layer: Descriptor) -> bool:
    """Whether the layer's descriptor names an index, perhaps in a garbled way."""
    return any(key in layer.annotations for key in ANNOTATIONS.values())


def referrer(subject: Descriptor, layers: Sequence[Descriptor]) -> tuple[Descriptor, bytes] | None:
    """The manifest that keeps the indexes of this kit's layers; None if it has none. The same kit makes the same."""
    indexes = {layer.digest: address for layer in layers if (address := address_of(layer))}
    if not indexes:
        return None
    version = max(address.version for address in indexes.values())
    kept: list[Any] = []
    for layer, address in indexes.items():
        blob = address.descriptor
        if version > 1:
            kept.append(replace(blob, annotations={LAYER_ANNOTATION: str(layer), **address.annotation}).to_json())
        elif blob.to_json() not in kept:
            kept.append(blob.to_json())
    text = gojson.dumps(
        {
            "schemaVersion": 2,
            "mediaType": IMAGE_MANIFEST,
            "artifactType": ARTIFACT_TYPES[version],
            "config": EMPTY.to_json(),
            "layers": kept,
            "subject": Descriptor(subject.media_type, subject.digest, subject.size_bytes).to_json(),
        }
    )
    data = text.encode()
    return replace(Descriptor.of(IMAGE_MANIFEST, data), artifact_type=ARTIFACT_TYPES[version]), data
