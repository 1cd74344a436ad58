"""A listing read as what it is: text from elsewhere, checked in every particular before anything is made of it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kitops_jupyter.content import Digest, check_digest
from kitops_jupyter.errors import ArchiveInvalid, DigestMismatch
from kitops_jupyter.file_index.address import Address
from kitops_jupyter.file_index.tree import DIGEST_BYTES, V1, V2, Tree

PAGE_BYTES = 64 * DIGEST_BYTES
BLOCK_BYTES = 512  # of a tar: what follows a file begins at the next
TEXT_LIMIT_BYTES = 256 << 20
FILES_LIMIT = 1_000_000


class IndexedFile(NamedTuple):
    """A regular file of a layer; `offset` is where its bytes begin in the layer, -1 in a compressed one."""

    name: str
    size: int
    mode: int
    offset: int


@dataclass(frozen=True, slots=True)
class FileIndex:
    """The files of a layer, in its order; `first_node` and `first_leaf` say where in the tables each one's begin."""

    address: Address
    tree: Tree
    files: tuple[IndexedFile, ...]
    first_node: tuple[int, ...]
    first_leaf: tuple[int, ...]
    nodes_bytes: int
    pages: tuple[bytes, ...]

    @property
    def has_digests(self) -> bool:
        """Whether parts of the layer can be verified."""
        return self.nodes_bytes > 0 or not any(file.size for file in self.files)

    def page_range(self, page: int) -> tuple[int, int]:
        """Where in the blob a page of the table of nodes is: offset, bytes."""
        start = page * PAGE_BYTES
        return self.address.listing_bytes + start, min(PAGE_BYTES, self.nodes_bytes - start)

    def leaves_range(self, at: int, node: int) -> tuple[int, int]:
        """Where in the blob the leaves of a file's node are: offset, bytes; no bytes for a node of one leaf."""
        before = self.first_leaf[at] + self.tree.listed_leaves(node * self.tree.node_bytes)
        size = min(self.tree.node_bytes, self.files[at].size - node * self.tree.node_bytes)
        start = self.address.listing_bytes + self.nodes_bytes + before * DIGEST_BYTES
        return start, self.tree.listed_leaves(size) * DIGEST_BYTES

    def nodes(self, page: int, data: bytes) -> list[bytes]:
        """The digests of a page. Raises DigestMismatch for bytes that are not what the listing vouches for."""
        found = self.tree.digest(data)
        if found != self.pages[page]:
            raise DigestMismatch(
                f"file index, page {page}: its digest is {found.hex()}, expected {self.pages[page].hex()}"
            )
        return _cut(data)

    def leaves(self, node: bytes, data: bytes) -> list[bytes]:
        """The digests of a node's leaves. Raises DigestMismatch for bytes that the node's own digest is not over."""
        if not data or len(data) % DIGEST_BYTES or self.tree.over(data) != node:
            raise DigestMismatch(f"file index: the leaves of {node.hex()[:12]} do not match its digest")
        return _cut(data)


def read_listing(data: bytes, address: Address, *, layer_bytes: int, where: str) -> FileIndex:
    """The listing at the head of an index whose layer is so large. Raises DigestMismatch, ArchiveInvalid.

    Names are still to be judged by `archive.NameRules`, as those of a tar's headers are.
    """
    check_digest(Digest.of(data), address.listing_digest, f"{where}: file index")
    parsed = _parse(data, address.version, where)
    tree = V1 if address.version == 1 else V2
    files = _files_of_rows(parsed, where) if address.version == 1 else _files_of_columns(parsed, where)
    is_compressed = bool(files) and all(file.offset == -1 for file in files)
    if not is_compressed:
        _check_places(files, layer_bytes, where)
    first_node, first_leaf, nodes, leaves = [], [], 0, 0
    for file in files:
        first_node.append(nodes)
        first_leaf.append(leaves)
        if not is_compressed:
            nodes += tree.nodes_in(file.size)
            leaves += tree.listed_leaves(file.size)
    pages = _pages(parsed.get("pages"), address.version, where)
    tables_bytes = address.size_bytes - address.listing_bytes
    if tables_bytes != (nodes + leaves) * DIGEST_BYTES or len(pages) != -(-nodes * DIGEST_BYTES // PAGE_BYTES):
        raise _invalid(where, f"{nodes + leaves} digests expected, got {tables_bytes} bytes in {len(pages)} pages")
    return FileIndex(
        address, tree, tuple(files), tuple(first_node), tuple(first_leaf), nodes * DIGEST_BYTES, tuple(pages)
    )


def _parse(data: bytes, version: int, where: str) -> dict[str, Any]:
    opened = zlib.decompressobj()
    try:
        text = opened.decompress(data, TEXT_LIMIT_BYTES)
        if opened.unconsumed_tail or not opened.eof or opened.unused_data:
            raise _invalid(where, f"the listing is truncated, or larger than {TEXT_LIMIT_BYTES} bytes")
        if text.count(b"[") > 3 * FILES_LIMIT or text.count(b",") > 8 * FILES_LIMIT:  # short text can be large values
            raise _invalid(where, f"it has more than {FILES_LIMIT} files")
        parsed = json.loads(text.decode("utf-8", "surrogateescape"))
    except (zlib.error, ValueError, RecursionError):
        raise _invalid(where, "the listing cannot be read") from None
    if not isinstance(parsed, dict) or parsed.get("version") != version:
        raise _invalid(where, "its version is not the one in the layer's annotation")
    return parsed


def _files_of_rows(parsed: dict[str, Any], where: str) -> list[IndexedFile]:
    """Version 1: a list of [name, size, mode, offset]."""
    rows = parsed.get("files")
    if not isinstance(rows, list):
        raise _invalid(where, "it has no files")
    return [
        _file(*row, where=where) if isinstance(row, list) and len(row) == 4 else _no_file(row, where) for row in rows
    ]


def _files_of_columns(parsed: dict[str, Any], where: str) -> list[IndexedFile]:
    """Version 2: a column each. A gap is from the last block of the file before; there is none if compressed."""
    names, gaps = parsed.get("names"), parsed.get("gaps")
    if gaps is None and isinstance(names, list):
        gaps = [None] * len(names)
    columns: list[Any] = [names, parsed.get("sizes"), parsed.get("modes"), gaps]
    if not all(isinstance(column, list) for column in columns):
        raise _invalid(where, "it has no files")
    if len({len(column) for column in columns}) != 1:
        raise _invalid(where, "its columns differ in length")
    files: list[IndexedFile] = []
    end = 0
    for name, size, mode, gap in zip(*columns, strict=True):
        if gap is not None and (type(gap) is not int or gap < 0):
            _no_file([name, size, mode, gap], where)
        file = _file(name, size, mode, -1 if gap is None else end + gap, where=where)
        end = file.offset + -(-file.size // BLOCK_BYTES) * BLOCK_BYTES
        files.append(file)
    return files


def _file(name: Any, size: Any, mode: Any, offset: Any, *, where: str) -> IndexedFile:
    if isinstance(name, str) and name and type(size) is type(mode) is type(offset) is int:
        is_file = size >= 0 and 0 <= mode <= 0o7777 and offset >= -1
        return IndexedFile(name, size, mode, offset) if is_file else _no_file([name, size, mode, offset], where)
    return _no_file([name, size, mode, offset], where)


def _no_file(item: Any, where: str) -> IndexedFile:
    raise _invalid(where, f"{str(item)[:100]!r} is not a file")


def _pages(value: Any, version: int, where: str) -> list[bytes]:
    """A list of digests in version 1, all of them in one text in version 2, in hexadecimal."""
    text = value
    if version == 1 and isinstance(value, list):
        if not all(isinstance(page, str) and len(page) == 2 * DIGEST_BYTES for page in value):
            raise _invalid(where, "a page's digest is not valid")
        text = "".join(value)
    try:
        if not isinstance(text, str) or len(text) % (2 * DIGEST_BYTES) or (not text.isalnum() and text):
            raise ValueError
        return _cut(bytes.fromhex(text))
    except ValueError:
        raise _invalid(where, "its list of pages is not valid") from None


def _cut(digests: bytes) -> list[bytes]:
    return [digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)]


def _check_places(files: Sequence[IndexedFile], layer_bytes: int, where: str) -> None:
    """Files follow one another within the layer, and none has the name of another."""
    end = 0
    for file in files:
        if file.offset < end or file.offset + file.size > layer_bytes:
            raise _invalid(where, f"{file.name!r} has an impossible position")
        end = file.offset + file.size
    if len({file.name for file in files}) != len(files):
        raise _invalid(where, "two files have the same name")


def _invalid(where: str, why: str) -> ArchiveInvalid:
    return ArchiveInvalid(f"{where}: its file index is invalid: {why}")
