"""The lists of a store: one of all manifests, and a pair of files for each repository.

Every function that writes expects its caller to hold the store's lock, and reads again before it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kitops_jupyter import disk, gojson
from kitops_jupyter.content import IMAGE_INDEX, Descriptor, Digest
from kitops_jupyter.disk import unlink, write_bytes
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.store.files import corrupt, read_data, read_json, swap, write_json
from kitops_jupyter.store.layout import KINDS, Kind, Layout, Pair

_REF_NAME = "org.opencontainers.image.ref.name"
_TRIES = 8  # to change a list that kit is writing at the same time


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
    """An index file, empty if there is none. Raises StoreCorrupt."""
    return _listing(path, read_json(path, {}))


def parse_listing(path: Path, data: bytes) -> Listing:
    """The bytes of an index file, b"" for none. Raises StoreCorrupt."""
    return _listing(path, _parsed(path, data))


def _parsed(path: Path, data: bytes) -> Any:
    try:
        return disk.parse_json(data) if data else {}
    except ValueError as problem:
        raise corrupt(path, disk.why(problem)) from problem


def _listing(path: Path, parsed: Any) -> Listing:
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
    """A tags file, empty if there is none. Raises StoreCorrupt."""
    return _tags(path, read_json(path, {}))


def parse_tags(path: Path, data: bytes) -> dict[str, Descriptor]:
    """The bytes of a tags file, b"" for none. Raises StoreCorrupt."""
    return _tags(path, _parsed(path, data))


def _tags(path: Path, parsed: Any) -> dict[str, Descriptor]:
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
        self.wrote: dict[Path, list[int]] = {}  # every list that was changed here, with its stamps after that
        self.rescued: list[tuple[Path, bytes, bytes]] = []  # lists that kit wrote meanwhile: before, and by kit

    def prepare(self) -> None:
        """Make what an empty store has; a lost list of all manifests is made again from those of the repositories."""
        self.layout.blobs.mkdir(parents=True, exist_ok=True)
        if not self.layout.marker.exists():
            marker = b'{"imageLayoutVersion":"1.0.0"}'
            write_bytes(self.layout.marker, marker, temporary=self.layout.next, durable=True)
        if not self.layout.index.exists():
            self.change_listing(self.layout.index, put=[entry for _, entry in self.owned()])

    def shared(self) -> Listing:
        """The list of all manifests. Raises StoreCorrupt."""
        return read_listing(self.layout.index)

    def add(self, pair: Pair, descriptor: Descriptor) -> None:
        """List a manifest whose blobs are all there: first where garbage collection looks, then in its repository."""
        is_shared, is_listed = (
            self.shared().has(descriptor.digest),
            read_listing(pair.index).has(descriptor.digest),
        )
        if is_shared and is_listed:
            return
        self.write_journal([descriptor])  # listed there alone, nobody could ever remove it
        if not is_shared:
            self.change_listing(self.layout.index, put=[descriptor])
        if not is_listed:
            self.change_listing(pair.index, put=[descriptor])
        unlink(self.layout.journal)

    def change_listing(self, path: Path, *, put: Sequence[Descriptor] = (), drop: Collection[Digest] = ()) -> None:
        """List and no longer list manifests; a list without manifests has no file. Raises StoreCorrupt."""

        def change(data: bytes) -> bytes:
            listing = parse_listing(path, data)
            wanted = {entry.digest: _bare(entry) for entry in put if not listing.has(entry.digest)}
            listing.manifests = [entry for entry in listing.manifests if entry.digest not in drop] + [*wanted.values()]
            if path == self.layout.index:
                listing.fields.setdefault("mediaType", IMAGE_INDEX)
            elif not listing.manifests:
                return b""
            return gojson.dumps(listing.to_json()).encode()

        self._change(path, change)

    def change_tags(
        self, pair: Pair, *, put: Mapping[str, Descriptor] | None = None, drop: Collection[str] = ()
    ) -> None:
        """Set and take away tags; without tags there is no file. Sorted as Go sorts them. Raises StoreCorrupt."""

        def change(data: bytes) -> bytes:
            tags = {tag: named for tag, named in parse_tags(pair.tags, data).items() if tag not in drop}
            ordered = sorted((tags | dict(put or {})).items(), key=lambda item: item[0].encode("utf-8", "replace"))
            return gojson.dumps({tag: named.to_json() for tag, named in ordered}).encode() if ordered else b""

        self._change(pair.tags, change)

    def _change(self, path: Path, change: Callable[[bytes], bytes]) -> None:
        """Replace a list that kit may be writing, too: what it wrote meanwhile gets the same change."""
        expected, _ = read_data(path)
        base = expected
        for _ in range(_TRIES):
            changed = change(base)
            if changed == expected:
                return
            path.parent.mkdir(exist_ok=True)
            found, self.wrote[path] = swap(path, changed, temporary=self.layout.next)
            if found is None or found == expected:
                return
            self.rescued.append((path, expected, found))
            expected, base = changed, found

    def write_journal(self, descriptors: Sequence[Descriptor]) -> None:
        """Note which manifests may be left without a repository, should we be killed."""
        value = {"manifests": [descriptor.to_json() for descriptor in descriptors]}
        write_json(self.layout.journal, value, temporary=self.layout.next, durable=False)

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
