"""The two small files of a layout: `oci-layout`, which says that it is one, and `index.json`, which names its content.

Source: OCI image-spec 1.1, "Image Layout Specification", "Pre-Defined Annotation Keys".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import IMAGE_INDEX, MANIFEST_TYPES, Descriptor, Digest, Source, read_verified
from kitops_jupyter.errors import ContentError, ManifestInvalid, NotFound
from kitops_jupyter.manifest import load_object

MARKER_NAME, INDEX_NAME = "oci-layout", "index.json"
MARKER = b'{"imageLayoutVersion":"1.0.0"}'
REF_NAME = "org.opencontainers.image.ref.name"
MARKER_LIMIT_BYTES = 4096
INDEX_LIMIT_BYTES = 16 << 20  # 50,000 kits
ENTRIES_LIMIT = 50_000


def check_marker(data: bytes, where: str) -> None:
    """Raise ManifestInvalid unless these bytes of `oci-layout` say a version that is known."""
    version = load_object(data, f"{where}: {MARKER_NAME}", limit_bytes=MARKER_LIMIT_BYTES).get("imageLayoutVersion")
    if version != "1.0.0":
        raise ManifestInvalid(f"{where}: OCI layout version {str(version)[:40]!r}, expected '1.0.0'")


@dataclass(frozen=True, slots=True)
class IndexFile:
    """What `index.json` lists; an entry has a name by its annotation, or none. Other fields are kept as they were."""

    entries: tuple[Descriptor, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes, where: str) -> IndexFile:
        """Read it. Raises ManifestInvalid."""
        what = f"{where}: {INDEX_NAME}"
        parsed = load_object(data, what, limit_bytes=INDEX_LIMIT_BYTES)
        listed = parsed.pop("manifests", None) or []
        if parsed.get("schemaVersion") != 2 or not isinstance(listed, list):
            raise ManifestInvalid(f"{what} is not an image index of schemaVersion 2")
        if len(listed) > ENTRIES_LIMIT:
            raise ManifestInvalid(f"{what} lists {len(listed)} manifests, expected at most {ENTRIES_LIMIT}")
        return cls(
            tuple(Descriptor.from_json(value, where=f"{what}: entry {at}") for at, value in enumerate(listed)), parsed
        )

    def to_bytes(self) -> bytes:
        """As it is written: the same entries always give the same bytes."""
        rest = {key: value for key, value in self.fields.items() if key not in ("schemaVersion", "mediaType")}
        listed = [entry.to_json() for entry in self.entries]
        return gojson.dumps({"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": listed, **rest}).encode()

    def names(self) -> list[str]:
        """Every name that an entry has, in order."""
        return [name for entry in self.entries if (name := entry.annotations.get(REF_NAME))]

    def find(self, name: str) -> Descriptor | None:
        """The entry with this name or digest, without the name."""
        for entry in self.entries:
            if name and name in (entry.digest, entry.annotations.get(REF_NAME)):
                return unnamed(entry)
        return None

    def with_entry(self, descriptor: Descriptor, name: str = "") -> IndexFile:
        """With this manifest listed, under the name if there is one; who had the name is listed without it."""
        bare = unnamed(descriptor)
        entries = [
            unnamed(entry) if name and entry.annotations.get(REF_NAME) == name else entry for entry in self.entries
        ]
        same = [entry for entry in entries if entry.digest == bare.digest]
        if name:
            named = replace(bare, annotations={**bare.annotations, REF_NAME: name})
            nameless = next((entry for entry in same if REF_NAME not in entry.annotations), None)
            if nameless is None:
                entries.append(named)
            else:
                entries[entries.index(nameless)] = named
        elif not same:
            entries.append(bare)
        return IndexFile(tuple(_each_once(entries)), self.fields)


def unnamed(descriptor: Descriptor) -> Descriptor:
    """The descriptor without the name that a layout knows it by."""
    annotations = {key: value for key, value in descriptor.annotations.items() if key != REF_NAME}
    return replace(descriptor, annotations=annotations)


def _each_once(entries: Sequence[Descriptor]) -> list[Descriptor]:
    """Each digest and name once, and without a name only if it has none anywhere."""
    named = {entry.digest for entry in entries if REF_NAME in entry.annotations}
    found: dict[tuple[Digest, str], Descriptor] = {}
    for entry in entries:
        name = entry.annotations.get(REF_NAME, "")
        if name or entry.digest not in named:
            found.setdefault((entry.digest, name), entry)
    return list(found.values())


def resolve(index: IndexFile, source: Source, name: str, where: str) -> Descriptor:
    """The manifest of this name or digest, also one that an index within lists.

    Raises NotFound, which lists what there is.
    """
    found = index.find(name) or (_within(index, source, name) if ":" in name else None)
    if found is None or found.media_type not in MANIFEST_TYPES:
        names = sorted(set(index.names()))
        there = f"it has {', '.join(names[:20])}" if names else "its kits have no tags"
        raise NotFound(f"{where} has no {name[:140]}", hint=there)
    return found


def only(index: IndexFile, source: Source, where: str) -> tuple[Descriptor, str]:
    """The one kit that is there, and its tag, "" where it has none or several. Raises NotFound, listing them."""
    named = {entry.digest: entry for entry in index.entries if REF_NAME in entry.annotations}
    roots = {entry.digest: entry for entry in index.entries if subject_of(source, entry) is None} if not named else {}
    within = {child.digest for entry in roots.values() for child in _children(source, entry)}
    found = named or {digest: entry for digest, entry in roots.items() if digest not in within}
    if len(found) == 1:
        (descriptor,) = found.values()
        names = [name for name in index.names() if index.find(name) == unnamed(descriptor)]
        return unnamed(descriptor), names[0] if len(names) == 1 else ""
    if not found:
        raise NotFound(f"{where} is an OCI layout without kits")
    shown = [entry.annotations.get(REF_NAME) or str(digest) for digest, entry in found.items()]
    raise NotFound(
        f"{where} has {len(found)} kits, expected the name of one", hint=f"{where}:TAG or {where}@DIGEST", details=shown
    )


def _within(index: IndexFile, source: Source, digest: str) -> Descriptor | None:
    """A manifest that only an index of the layout lists."""
    children = (child for entry in index.entries for child in _children(source, entry))
    return next((child for child in children if child.digest == digest), None)


def _children(source: Source, entry: Descriptor) -> tuple[Descriptor, ...]:
    """What an index lists; nothing for a manifest, and for one that cannot be read."""
    if entry.media_type != IMAGE_INDEX:
        return ()
    try:
        return IndexFile.parse(read_verified(source, entry), entry.digest.short).entries
    except (ContentError, NotFound):
        return ()


def referrers(index: IndexFile, source: Source, subject: Digest, artifact_type: str) -> list[Descriptor]:
    """The manifests with this subject: listed themselves (as oras has it), or under the subject's tag (as regctl)."""
    candidates = {entry.digest: entry for entry in index.entries}
    if tagged := index.find(f"sha256-{subject.hex}"):
        inner = IndexFile.parse(read_verified(source, tagged), tagged.digest.short)
        candidates.update((entry.digest, entry) for entry in inner.entries)
    return [
        unnamed(entry)
        for entry in candidates.values()
        if artifact_type in ("", entry.artifact_type) and subject_of(source, entry) == subject
    ]


def subject_of(source: Source, entry: Descriptor) -> Digest | None:
    """What a manifest is about; None also for one that cannot be read: then it is not taken along."""
    try:
        subject = load_object(read_verified(source, entry), "manifest").get("subject")
        return Descriptor.from_json(subject).digest if subject is not None else None
    except (ContentError, NotFound):
        return None
