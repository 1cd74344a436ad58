"""Content that is named by what it is: digests, descriptors, and the places that hold it.

The three protocols `Source`, `Sink` and `Target` are the seam between the verbs and the store, a
registry or memory. Reading is verifying: `verified` is the only way that bytes come out of a Source whole.
Source: OCI image-spec 1.1, "Content Descriptors".
"""

from __future__ import annotations

from kitops_jupyter.content.abilities import (
    Fetches,
    FindsBlobs,
    HasReferrers,
    HoldsOne,
    Ingested,
    Ingests,
    KeepsByRole,
    KeepsFiles,
    KnowsSize,
    ListsManifests,
    Mountable,
    NoticesChange,
    OpensChecked,
    ReadsRanges,
    Role,
    TagsTogether,
    TakesVerdict,
    Tidies,
    Uploads,
    size_of,
)
from kitops_jupyter.content.descriptors import (
    IMAGE_INDEX,
    IMAGE_MANIFEST,
    MANIFEST_LIMIT_BYTES,
    MANIFEST_TYPES,
    Descriptor,
    Digest,
)
from kitops_jupyter.content.seams import (
    Readable,
    Sink,
    Source,
    Target,
)
from kitops_jupyter.content.verifying import (
    Hashing,
    Measured,
    Verifying,
    check_digest,
    check_size,
    fill,
    read_exactly,
    read_verified,
    verified,
)

__all__ = [
    "IMAGE_INDEX",
    "IMAGE_MANIFEST",
    "MANIFEST_LIMIT_BYTES",
    "MANIFEST_TYPES",
    "Descriptor",
    "Digest",
    "Fetches",
    "FindsBlobs",
    "HasReferrers",
    "Hashing",
    "HoldsOne",
    "Ingested",
    "Ingests",
    "KeepsByRole",
    "KeepsFiles",
    "KnowsSize",
    "ListsManifests",
    "Measured",
    "Mountable",
    "NoticesChange",
    "OpensChecked",
    "Readable",
    "ReadsRanges",
    "Role",
    "Sink",
    "Source",
    "TagsTogether",
    "TakesVerdict",
    "Target",
    "Tidies",
    "Uploads",
    "Verifying",
    "check_digest",
    "check_size",
    "fill",
    "read_exactly",
    "read_verified",
    "size_of",
    "verified",
]
