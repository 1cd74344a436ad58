"""The file index: what is where in a layer, with digests, so that a part of a layer can be read and verified.

One blob a layer, made while the layer is packed. The layer's descriptor in the kit's manifest names it in an
annotation: so the kit's digest vouches for the index, and the index for every piece of every file. A manifest whose
subject is the kit's keeps the blobs from being collected. No layer and no config is other for it, and a program that
does not know it does not see it.

Version 2, which is written, is three parts: a listing (zlib over JSON), a table of nodes, a table of leaves. A leaf is
64 KiB of a file, its digest BLAKE3; a node is 4 MiB of a file, its digest BLAKE3 over the digests of its leaves.
`pages` in the listing has the digest of every 64 nodes: a reader of one file needs the listing and a page, a reader of
a few bytes also the leaves of one node. Version 1, which is read, has sha256 over 4 MiB, and no leaves.
A compressed layer has no offsets (-1) and no digests: it cannot be read in parts, but listed.
Source: docs/format-file-index.md, which has every field.
"""

from __future__ import annotations

from kitops_jupyter.file_index.address import (
    ANNOTATIONS,
    ARTIFACT_TYPES,
    EMPTY,
    LAYER_ANNOTATION,
    MEDIA_TYPES,
    Address,
    address_of,
    has_index,
    parse_address,
    referrer,
)
from kitops_jupyter.file_index.building import BuiltIndex, FileRow, IndexBuilder, listing_only
from kitops_jupyter.file_index.keeping import keep
from kitops_jupyter.file_index.reading import FILES_LIMIT, FileIndex, IndexedFile, read_listing
from kitops_jupyter.file_index.tree import LEAF_BYTES, NODE_BYTES, V1, V2, Tree, is_piece, piece_name
from kitops_jupyter.file_index.verifying import MOST_BY_LEAVES_BYTES, Piece, VerifiedFile

LAYER_LIMIT_BYTES = 1 << 40  # of a larger layer the tables of digests are more than half a gigabyte

__all__ = [
    "ANNOTATIONS",
    "ARTIFACT_TYPES",
    "EMPTY",
    "FILES_LIMIT",
    "LAYER_ANNOTATION",
    "LAYER_LIMIT_BYTES",
    "LEAF_BYTES",
    "MEDIA_TYPES",
    "MOST_BY_LEAVES_BYTES",
    "NODE_BYTES",
    "V1",
    "V2",
    "Address",
    "BuiltIndex",
    "FileIndex",
    "FileRow",
    "IndexBuilder",
    "IndexedFile",
    "Piece",
    "Tree",
    "VerifiedFile",
    "address_of",
    "has_index",
    "is_piece",
    "keep",
    "listing_only",
    "parse_address",
    "piece_name",
    "read_listing",
    "referrer",
]
