"""A listing read as what it is: text from elsewhere, checked in every particular before anything is made of it."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any, NamedTuple

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import ArchiveInvalid, DigestMismatch
from kitops_jupyter.file_index.address import Address

VERSION = 1
PIECE_BYTES = 4 << 20
PAGE_DIGESTS = 64
DIGEST_BYTES = 32
TEXT_LIMIT_BYTES = 256 << 20
FILES_LIMIT = 1_000_000


class IndexedFile(NamedTuple):
    """A regular file of a layer; `offset` is where its bytes begin in the layer, -1 in a compressed one."""

    name: str
    size: int
    mode: int
    offset: int

    @property
    def pieces(self) -> int:
        """How many digests it has."""
        return -(-self.size // PIECE_BYTES)


@dataclass(frozen=True, slots=True)
class FileIndex:
    """The files of a layer, in its order; `first_piece` says where in the table of digests each one's begin."""

    address: Address
    files: tuple[IndexedFile, ...]
    first_piece: tuple[int, ...]
    pages: tuple[str, ...]

    @property
    def has_digests(self) -> bool:
        """Whether parts of the layer can be verified."""
        return self.address.size_bytes > self.address.listing_bytes or not any(file.size for file in self.files)

    def page_range(self, page: int) -> tuple[int, int]:
        """Where in the blob a page of the table is: offset, bytes."""
        page_bytes = PAGE_DIGESTS * DIGEST_BYTES
        start = self.address.listing_bytes + page * page_bytes
        return start, min(page_bytes, self.address.size_bytes - start)

    def digests(self, page: int, data: bytes) -> list[str]:
        """The digests of a page. Raises DigestMismatch for bytes that are not what the listing vouches for."""
        found = Digest.of(data).hex
        if found != self.pages[page]:
            raise DigestMismatch(f"file index, page {page}: its sha256 is {found}, expected {self.pages[page]}")
        return [data[at : at + DIGEST_BYTES].hex() for at in range(0, len(data), DIGEST_BYTES)]


def read_listing(data: bytes, address: Address, *, layer_bytes: int, where: str) -> FileIndex:
    """The listing at the head of an index whose layer is so large. Raises DigestMismatch, ArchiveInvalid.

    Names are still to be judged by `archive.NameRules`, as those of a tar's headers are.
    """
    if Digest.of(data) != address.listing_digest:
        raise DigestMismatch(f"{where}: the file index's sha256 is {Digest.of(data)}, not {address.listing_digest}")
    parsed = _parse(data, where)
    files = tuple(_file(item, where) for item in parsed["files"])
    pages = parsed["pages"]
    is_compressed = bool(files) and all(file.offset == -1 for file in files)
    if not is_compressed:
        _check_places(files, layer_bytes, where)
    first_piece, count = [], 0
    for file in files:
        first_piece.append(count)
        count += 0 if is_compressed else file.pieces
    table_bytes = address.size_bytes - address.listing_bytes
    if table_bytes != count * DIGEST_BYTES or len(pages) != -(-count // PAGE_DIGESTS):
        raise _invalid(where, f"{count} digests expected, got {table_bytes} bytes in {len(pages)} pages")
    if not all(isinstance(page, str) and len(page) == 2 * DIGEST_BYTES for page in pages):
        raise _invalid(where, "a page's digest is none")
    return FileIndex(address, files, tuple(first_piece), tuple(pages))


def _parse(data: bytes, where: str) -> dict[str, Any]:
    opened = zlib.decompressobj()
    try:
        text = opened.decompress(data, TEXT_LIMIT_BYTES)
        if opened.unconsumed_tail or not opened.eof or opened.unused_data:
            raise _invalid(where, f"the listing is cut, or larger than {TEXT_LIMIT_BYTES} bytes")
        if text.count(b"[") > 3 * FILES_LIMIT or text.count(b",") > 8 * FILES_LIMIT:  # short text can be large values
            raise _invalid(where, f"it has more than {FILES_LIMIT} files")
        parsed = json.loads(text.decode("utf-8", "surrogateescape"))
    except (zlib.error, ValueError, RecursionError):
        raise _invalid(where, "the listing cannot be read") from None
    if not isinstance(parsed, dict) or parsed.get("version") != VERSION:
        raise _invalid(where, "it is of no version that is known here")
    if not isinstance(parsed.get("files"), list) or not isinstance(parsed.get("pages"), list):
        raise _invalid(where, "it has no files, or no pages")
    return parsed


def _file(item: Any, where: str) -> IndexedFile:
    if isinstance(item, list) and len(item) == 4:
        name, *numbers = item
        if isinstance(name, str) and all(type(number) is int for number in numbers):
            size, mode, offset = numbers
            if name and size >= 0 and 0 <= mode <= 0o7777 and offset >= -1:
                return IndexedFile(name, size, mode, offset)
    raise _invalid(where, f"{str(item)[:100]!r} is no file")


def _check_places(files: tuple[IndexedFile, ...], layer_bytes: int, where: str) -> None:
    """Files follow one another within the layer, and none has the name of another."""
    end = 0
    for file in files:
        if file.offset < end or file.offset + file.size > layer_bytes:
            raise _invalid(where, f"{file.name!r} is said to be where it cannot be")
        end = file.offset + file.size
    if len({file.name for file in files}) != len(files):
        raise _invalid(where, "two files have one name")


def _invalid(where: str, why: str) -> ArchiveInvalid:
    return ArchiveInvalid(f"{where}: its file index is invalid: {why}")
