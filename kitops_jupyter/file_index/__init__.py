"""The file index: what is where in a layer, with digests, so that a part of a layer can be read and verified.

One blob a layer, made while the layer is packed. The layer's descriptor in the kit's manifest names it in an
annotation: so the kit's digest vouches for the index, and the index for every piece of every file. A manifest whose
subject is the kit's keeps the blobs from being collected. No layer and no config is other for it, and a program that
does not know it does not see it.

The blob is a listing (zlib over JSON: `version`, `files` as [name, size, mode, offset], `pages`), then a table of
sha256 digests, one for each 4 MiB of each file in the listing's order (of a smaller file one for all of it; of an
empty one none). `pages` has the sha256 of every 64 of them, so that a reader of one file needs the listing and a page.
A compressed layer has no offsets (-1) and no digests: it cannot be read in parts, but listed.
"""

from __future__ import annotations

from kitops_jupyter.file_index.address import (
    ANNOTATION,
    ARTIFACT_TYPE,
    EMPTY,
    MEDIA_TYPE,
    Address,
    address_of,
    referrer,
)
from kitops_jupyter.file_index.building import IndexBuilder, listing_only
from kitops_jupyter.file_index.reading import FILES_LIMIT, PIECE_BYTES, FileIndex, IndexedFile, read_listing
from kitops_jupyter.file_index.verifying import VerifiedFile

__all__ = [
    "ANNOTATION",
    "ARTIFACT_TYPE",
    "EMPTY",
    "FILES_LIMIT",
    "MEDIA_TYPE",
    "PIECE_BYTES",
    "Address",
    "FileIndex",
    "IndexBuilder",
    "IndexedFile",
    "VerifiedFile",
    "address_of",
    "listing_only",
    "read_listing",
    "referrer",
]
