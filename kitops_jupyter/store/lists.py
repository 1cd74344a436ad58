"""The lists of a store: one of all manifests, and a pair of files for each repository.

Every function that writes expects its caller to hold the store's lock, and reads again before it writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.store.files import corrupt, read_json, unlink, write_bytes, write_json
from kitops_jupyter.store.layout import KINDS, Kind, Layout, Pair

_IMAGE_INDEX = "application/vnd.oci.image.index.v1+json"
_REF_NAME = "org.opencontainers.image.ref.name"


@dataclass(slots=True)
class Listing:
    """An index file: its manifests in order, each once, and whatever other fields it has."""

    manifests: list[Descriptor]
    fields: dict[str, Any] = field(default_factory=dict)

    def has(self, digest: Digest) -> bool:
        return any(descriptor.digest == digest for descriptor in self.manifests)

    def to_json(self) -> dict[str, Any]:
        """In the order of OCI's image index; fields that it does not know come last."""
        rest = dict(self.fields)
        value: dict[str, Any] = {"schemaVersion": rest.pop("schemaVersion", 2)}
        for name in ("mediaType", "artifactType"):
            if name in rest:
                value[name] = rest.pop(name)
        value["manifests"] = [descriptor.to_json() for descriptor in self.manifests]
        return {**value, **rest}


def read_listing(path: Path) -> Listing:
    """An index file, empty where there is none. Raises StoreCorrupt."""
    parsed = read_json(path, {})
    if not isinstance(parsed, dict):
        raise corrupt(path, f"expected an object, got {type(parsed).__name__}")
    listed = parsed.pop("manifests", None)
    if listed is None:  # as kit writes it when it takes the last one away
        listed = []
    if not isinstance(listed, list):
        raise corrupt(path, f"manifests must be a list, got {type(listed).__name__}")
    try:
        manifests = [Descriptor.from_json(value, where=f"manifest {at}") for at, value in enumerate(listed)]
    except ManifestInvalid as problem:
        raise corrupt(path, problem.message) from problem
    return Listing(list({descriptor.digest: descriptor for descriptor in reversed(manifests)}.values())[::-1], parsed)


def read_tags(path: Path) -> dict[str, Descriptor]:
    """A tags file, empty where there is none. Raises StoreCorrupt."""
    parsed = read_json(path, {})
    if not isinstance(parsed, dict):
        raise corrupt(path, f"expected an object, got {type(parsed).__name__}")
    try:
        return {tag: Descriptor.from_json(value, where=f"tag {tag[:128]!r}") for tag, value in parsed.items()}
    except ManifestInvalid as problem:
        raise corrupt(path, problem.message) from problem


def read_tagged(pair: Pair) -> tuple[Listing, dict[Digest, tuple[str, ...]]]:
    """A repository's manifests, and each one's tags, sorted. Tags first: what they name was listed before they did."""
    tags: dict[Digest, list[str]] = {}
    for tag, descriptor in sorted(read_tags(pair.tags).items()):
        tags.setdefault(descriptor.digest, []).append(tag)
    return read_listing(pair.index), {digest: tuple(names) for digest, names in tags.items()}


class Lists:
    """Reads and writes the lists of one store."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._next = layout.ours / "next"  # one is enough: who writes holds the lock

    def prepare(self) -> None:
        """Make what an empty store has; a lost list of all manifests is made again from those of the repositories."""
        self.layout.blobs.mkdir(parents=True, exist_ok=True)
        if not self.layout.marker.exists():
            marker = b'{"imageLayoutVersion":"1.0.0"}'
            write_bytes(self.layout.marker, marker, temporary=self._next, mode=None)
        if not self.layout.index.exists():
            self.write_shared(Listing(list({entry.digest: _bare(entry) for _, entry in self.owned()}.values())))

    def shared(self) -> Listing:
        """The list of all manifests. Raises StoreCorrupt."""
        return read_listing(self.layout.index)

    def write_shared(self, listing: Listing) -> None:
        listing.fields.setdefault("mediaType", _IMAGE_INDEX)
        write_json(self.layout.index, listing.to_json(), temporary=self._next)

    def add(self, pair: Pair, descriptor: Descriptor) -> None:
        """List a manifest whose blobs are all there: first where garbage collection looks, then in its repository."""
        shared, listing = self.shared(), read_listing(pair.index)
        if shared.has(descriptor.digest) and listing.has(descriptor.digest):
            return
        self.write_journal([descriptor])  # listed there alone, nobody could ever remove it
        if not shared.has(descriptor.digest):
            shared.manifests.append(_bare(descriptor))
            self.write_shared(shared)
        if not listing.has(descriptor.digest):
            listing.manifests.append(_bare(descriptor))
            self.write_listing(pair, listing)
        unlink(self.layout.journal)

    def write_listing(self, pair: Pair, listing: Listing) -> None:
        """Replace a repository's list; without manifests there is no file."""
        if not listing.manifests:
            unlink(pair.index)
            return
        pair.index.parent.mkdir(exist_ok=True)
        write_json(pair.index, listing.to_json(), temporary=self._next)

    def write_tags(self, pair: Pair, tags: Mapping[str, Descriptor]) -> None:
        """Replace a repository's tags, sorted as Go sorts them; without tags there is no file."""
        if not tags:
            unlink(pair.tags)
            return
        ordered = sorted(tags.items(), key=lambda item: item[0].encode("utf-8", "replace"))
        write_json(pair.tags, {tag: descriptor.to_json() for tag, descriptor in ordered}, temporary=self._next)

    def write_journal(self, descriptors: Sequence[Descriptor]) -> None:
        """Note which manifests may be left without a repository, should we be killed."""
        value = {"manifests": [descriptor.to_json() for descriptor in descriptors]}
        write_json(self.layout.journal, value, temporary=self._next, durable=False)

    def owned(self) -> list[tuple[str, Descriptor]]:
        """Every manifest that a repository lists or a tag names, with the repository's name. Raises StoreCorrupt."""
        pairs = [(kind, pair) for kind in KINDS for pair in self.layout.pairs(kind)]
        listed = [(pair.store_name, entry) for kind, pair in pairs for entry in self.listed(kind, pair)]
        return listed + [(pair.store_name, entry) for _, pair in pairs for entry in read_tags(pair.tags).values()]

    def listed(self, kind: Kind, pair: Pair) -> list[Descriptor]:
        """A repository's manifests; of referrers those that are there: kit deletes them with the kit, unasked."""
        manifests = read_listing(pair.index).manifests
        if kind != "referrers":
            return manifests
        return [entry for entry in manifests if self.layout.is_whole(entry.digest, entry.size_bytes)]


def _bare(descriptor: Descriptor) -> Descriptor:
    """The descriptor as kit lists it: without the name that another layout knew it by."""
    annotations = {key: value for key, value in descriptor.annotations.items() if key != _REF_NAME}
    return Descriptor(
        descriptor.media_type, descriptor.digest, descriptor.size_bytes, annotations, descriptor.artifact_type
    )
