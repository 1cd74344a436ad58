"""File indexes that somebody attached to a kit which names none: claims, until all of the layer has passed here.

Whoever may push to a repository can attach one, and no digest of the kit covers it. So nothing is read by a claim: for
a file of such a layer all of the layer is read, by its own digest, and compared. From then on the index is as good as
one that the kit names, on this machine; and a layer is read whole for a claim once, whatever is attached to its kit.
"""

from __future__ import annotations

from kitops_jupyter import file_index
from kitops_jupyter.content import (
    MANIFEST_LIMIT_BYTES,
    MANIFEST_TYPES,
    Descriptor,
    Digest,
    HasReferrers,
    Source,
    read_verified,
)
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.manifest import load_object
from kitops_jupyter.operations.index_findings import IndexFindings, with_index
from kitops_jupyter.operations.passing_index import PassingIndex

_KIND = file_index.ARTIFACT_TYPES[2]
_MOST_CLAIMS = 20  # one is what `kit index-files` makes


class Claims:
    """What the indexes attached to one kit say of its layers; the place is asked when a layer is first asked for."""

    def __init__(self, source: Source, kit: Descriptor, findings: IndexFindings) -> None:
        self._source = source
        self._kit = kit
        self._findings = findings
        self._found: list[tuple[str, file_index.Address]] | None = None

    def of(self, layer: Descriptor) -> file_index.Address | None:
        """An index of this layer that nobody has compared here; None if there is none, or one that is right.

        The right one is then known to `findings`. One that is known to be wrong is passed over.
        """
        if self._found is None:
            self._found = _read(self._source, self._kit)
        unknown = None
        for digest, address in self._found:
            if digest != layer.digest:
                continue
            if self._findings.is_right(with_index(layer, address)):
                self._findings.attach(layer, address)
                return None
            if unknown is None and self._findings.is_open(with_index(layer, address)):
                unknown = address
        return unknown


def _read(source: Source, kit: Descriptor) -> list[tuple[str, file_index.Address]]:
    """The attached indexes: each layer with its address; empty if there are none, or they are unreadable."""
    if not isinstance(source, HasReferrers):
        return []
    found: list[tuple[str, file_index.Address]] = []
    try:
        listed = source.referrers(kit.digest, artifact_type=_KIND)
    except Cancelled:
        raise
    except KitError:
        return []
    for entry in listed[:_MOST_CLAIMS]:
        if entry.media_type not in MANIFEST_TYPES or entry.size_bytes > MANIFEST_LIMIT_BYTES:
            continue
        try:
            found += _claims_in(read_verified(source, entry), kit.digest)
        except Cancelled:
            raise
        except KitError:
            continue
    return found


def _claims_in(data: bytes, kit: Digest) -> list[tuple[str, file_index.Address]]:
    parsed = load_object(data, "file index")
    subject, layers = parsed.get("subject"), parsed.get("layers")
    if not isinstance(subject, dict) or subject.get("digest") != kit or not isinstance(layers, list):
        return []
    found = []
    for value in layers:
        blob = Descriptor.from_json(value, where="file index")
        address = file_index.parse_address(blob.annotations.get(file_index.ANNOTATIONS[2], ""))
        if address is not None and address.version == 2 and address.digest == blob.digest:
            found.append((blob.annotations.get(file_index.LAYER_ANNOTATION, ""), address))
    return found


def attach_found(layer: Descriptor, claim: file_index.Address, passed: PassingIndex, findings: IndexFindings) -> None:
    """Keep which index is the layer's, all of which has passed: the claim if it was right, else what was built."""
    if findings.is_right(with_index(layer, claim)):
        findings.attach(layer, claim)
    elif built := passed.build():
        findings.attach(layer, built.address)
