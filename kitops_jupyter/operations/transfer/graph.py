"""What belongs to a kit or an index of kits: its manifests, their blobs, and what refers to them.

Raw bytes travel, so no digest changes. Source: OCI image-spec 1.1, "Image Manifest", "Image Index".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from kitops_jupyter.content import (
    IMAGE_INDEX,
    IMAGE_MANIFEST,
    MANIFEST_TYPES,
    Descriptor,
    Digest,
    HasReferrers,
    Role,
    Source,
    read_verified,
)
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.kit_index import parse_index
from kitops_jupyter.manifest import FILE_PATH, load_object, parse_manifest
from kitops_jupyter.operations.transfer.extras import Extras

# A kit has a handful; more is not one that anybody made to be used.
MOST_MANIFESTS, MOST_BYTES, MOST_DEPTH = 10_000, 64 << 20, 8


@dataclass(frozen=True, slots=True)
class Node:
    """A manifest with its bytes, and the blobs that it needs, the config last; `role` says where a store keeps it."""

    descriptor: Descriptor
    role: Role
    data: bytes = field(repr=False)
    blobs: tuple[Descriptor, ...]


def walk(source: Source, root: Descriptor, extras: Extras, *, referrers: bool) -> list[Node]:
    """The kit, or the index and its kits, each after what it needs; then what refers to them, after its subject.

    What refers to them is an extra: where it cannot be listed or read, `extras` has a note.
    Raises NotAModelKit (a plain image), ManifestInvalid, NotFound, DigestMismatch.
    """
    walker = _Walker(source, referrers, extras)
    walker.add(root, "index" if root.media_type == IMAGE_INDEX else "kit", 0)
    return walker.nodes


class _TooMuch(ManifestInvalid):
    """More blobs than any kit has: an attack."""


class _Walker:
    def __init__(self, source: Source, referrers: bool, extras: Extras) -> None:
        self._extras = extras
        self.nodes: list[Node] = []
        self._source = source
        self._referrers = referrers
        self._seen: set[Digest] = set()
        self._size_bytes = 0

    def add(self, descriptor: Descriptor, role: Role, depth: int) -> None:
        """Add a manifest, what it lists before it, what refers to it behind it."""
        if descriptor.digest in self._seen:
            return
        self._seen.add(descriptor.digest)
        data = read_verified(self._source, descriptor)
        self._size_bytes += len(data)
        if len(self._seen) > MOST_MANIFESTS or self._size_bytes > MOST_BYTES or depth > MOST_DEPTH:
            raise _TooMuch(f"{descriptor.digest.short}: the graph of its manifests is too large")
        blobs, children = _read(data, descriptor, role)
        for child in children:
            self.add(child, "kit" if role == "index" else role, depth + 1)
        self.nodes.append(Node(_described(data, descriptor), role, data, blobs))
        for referrer in sorted(self._referrers_of(descriptor), key=lambda entry: entry.digest):
            if referrer.media_type in MANIFEST_TYPES:
                self._extras.try_to(
                    _shown(referrer), partial(self.add, referrer, "referrer", depth + 1), but=(_TooMuch,)
                )

    def _referrers_of(self, subject: Descriptor) -> list[Descriptor]:
        """What refers to it. A place that failed to answer once is not asked again."""
        found: list[Descriptor] = []
        source = self._source
        if self._referrers and isinstance(source, HasReferrers):
            self._referrers = self._extras.try_to(
                "what refers to it (such as signatures)",
                lambda: found.extend(source.referrers(subject.digest)),
                hint="with --no-referrers, kit copy does not ask for them",
            )
        return found


def _read(data: bytes, descriptor: Descriptor, role: Role) -> tuple[tuple[Descriptor, ...], tuple[Descriptor, ...]]:
    """The blobs and manifests that this manifest needs. Raises ManifestInvalid if it does not fit its role."""
    if role == "kit":
        kit = parse_manifest(data)
        return (*kit.layers, kit.config), ()
    if role == "index":
        return (), parse_index(data).entries
    what = f"manifest {descriptor.digest.short}"
    parsed = load_object(data, what)
    found: dict[str, list[Descriptor]] = {}
    for name in ("layers", "blobs", "manifests"):
        listed = parsed.get(name) or []
        if not isinstance(listed, list):
            raise ManifestInvalid(f"{what}: {name} is {type(listed).__name__}, expected a list")
        found[name] = [Descriptor.from_json(value, where=f"{what}: {name}") for value in listed]
    config = [Descriptor.from_json(parsed["config"], where=what)] if parsed.get("config") is not None else []
    return (*found["layers"], *found["blobs"], *config), tuple(found["manifests"])


def _described(data: bytes, descriptor: Descriptor) -> Descriptor:
    """The same descriptor, whatever place the manifest comes from: what its bytes say, and its media type."""
    parsed = load_object(data, "manifest")
    media_type = parsed.get("mediaType") or descriptor.media_type or IMAGE_MANIFEST
    config = parsed.get("config")
    config_type = config.get("mediaType") if isinstance(config, dict) and "subject" in parsed else ""
    kind = parsed.get("artifactType") or config_type
    annotations = parsed.get("annotations") if "subject" in parsed else None
    return Descriptor(
        str(media_type),
        descriptor.digest,
        len(data),
        {key: text for key, text in annotations.items() if isinstance(text, str)}
        if isinstance(annotations, dict)
        else {},
        kind if isinstance(kind, str) else "",
    )


def blobs_of(nodes: Sequence[Node]) -> dict[Digest, Descriptor]:
    """Every blob once. Raises ManifestInvalid where two manifests do not agree on a size."""
    found: dict[Digest, Descriptor] = {}
    for blob in (blob for node in nodes for blob in node.blobs):
        if found.setdefault(blob.digest, blob).size_bytes != blob.size_bytes:
            raise ManifestInvalid(f"blob {blob.digest.short} has two sizes: {blob.size_bytes} bytes, and others")
    return found


def item_name(blob: Descriptor) -> str:
    """What progress says of a blob."""
    return blob.annotations.get(FILE_PATH) or blob.digest.short


def _shown(referrer: Descriptor) -> str:
    return f"{referrer.artifact_type[:80] or 'a manifest'} {referrer.digest.short}, which refers to it,"
