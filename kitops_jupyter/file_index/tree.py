"""How a file is cut into nodes and leaves, and hashed: the one difference between the versions of the index."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blake3 import blake3

DIGEST_BYTES = 32
# Measured: one call hashes 64 KiB at 3.8 GiB/s, 32 KiB at 3.1, 4 MiB at 4.0. Smaller leaves also double the table.
LEAF_BYTES = 64 << 10
NODE_BYTES = 4 << 20
# So that no file's bytes have the digest of a node, whatever is in them. Source: BLAKE3 paper, 6.2, "derive_key".
NODE_CONTEXT = "kitops-jupyter file index v2, node over leaves"


@dataclass(frozen=True, slots=True)
class Tree:
    """A node of `node_bytes` is a digest over those of its leaves; a node of one leaf has that leaf's digest."""

    version: int
    leaf_bytes: int
    node_bytes: int
    start: Callable[..., Any]  # a hash to be updated, or the one of some bytes

    def digest(self, data: bytes | bytearray | memoryview) -> bytes:
        """The digest of a leaf, or of a page of the table of nodes."""
        found: bytes = self.start(data).digest()
        return found

    def over(self, leaves: bytes | bytearray | memoryview) -> bytes:
        """The digest of a node with these leaves, given one after another."""
        if len(leaves) == DIGEST_BYTES:
            return bytes(leaves)
        return blake3(leaves, derive_key_context=NODE_CONTEXT).digest()

    def node_of(self, data: bytes | bytearray | memoryview) -> bytes:
        """The digest of a node with these bytes."""
        view = memoryview(data)
        starts = range(0, len(view), self.leaf_bytes)
        return self.over(b"".join(self.digest(view[at : at + self.leaf_bytes]) for at in starts))

    def nodes_in(self, size: int) -> int:
        """How many nodes a file of this size has: none if it is empty."""
        return -(-size // self.node_bytes)

    def listed_leaves(self, size: int) -> int:
        """How many leaves of a file of this size are in the table of leaves: all of each node with two or more."""
        whole, rest = divmod(size, self.node_bytes)
        per_node, last = self.node_bytes // self.leaf_bytes, -(-rest // self.leaf_bytes)
        return (whole * per_node if per_node > 1 else 0) + (last if last > 1 else 0)


V1 = Tree(1, NODE_BYTES, NODE_BYTES, hashlib.sha256)
V2 = Tree(2, LEAF_BYTES, NODE_BYTES, blake3)


def piece_name(tree: Tree, digest: bytes, *, is_leaf: bool) -> str:
    """Names the bytes with this digest, wherever they are kept; see `is_piece`."""
    return digest.hex() + ("" if tree.version == 1 else ".leaf" if is_leaf else ".node")


def is_piece(name: str, data: bytes | bytearray | memoryview) -> bool:
    """Whether these are the bytes with this name: `HEX.leaf` and `HEX.node` by BLAKE3, `HEX` alone by sha256."""
    text, _, kind = name.partition(".")
    found = {"leaf": V2.digest, "node": V2.node_of, "": V1.digest}.get(kind)
    return found is not None and found(data).hex() == text
