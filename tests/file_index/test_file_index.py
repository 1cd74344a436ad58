"""The index of a layer: what it says is so, and what lies is refused."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

import pytest

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import ArchiveInvalid, DigestMismatch, ManifestInvalid, SizeMismatch
from kitops_jupyter.file_index import (
    ANNOTATION,
    PIECE_BYTES,
    Address,
    IndexBuilder,
    IndexedFile,
    VerifiedFile,
    address_of,
    listing_only,
    read_listing,
    referrer,
)

SIZES = [0, 1, 511, PIECE_BYTES, PIECE_BYTES + 1, 0, 2 * PIECE_BYTES + 7]


def layer_of(sizes: list[int], gap: int = 512) -> tuple[bytes, list[IndexedFile]]:
    """A layer as a tar has it: something before each file."""
    data, files = bytearray(), []
    for number, size in enumerate(sizes):
        data += b"-" * gap
        files.append(IndexedFile(f"d/{number}", size, 0o644, len(data)))
        data += bytes([number]) * size
    return bytes(data) + b"-" * gap, files


def built(layer: bytes, files: list[IndexedFile], step: int) -> tuple[bytes, Address]:
    builder = IndexBuilder(files)
    for at in range(0, len(layer), step):
        builder.write(memoryview(layer)[at : at + step])
    builder.close()
    return builder.build()


@pytest.mark.parametrize("step", [4096, 100_003, PIECE_BYTES, PIECE_BYTES + 1, 1 << 30])
def test_every_piece_is_known_however_the_layer_comes(step: int) -> None:
    layer, files = layer_of(SIZES)
    blob, address = built(layer, files, step)
    index = read_listing(blob[: address.listing_bytes], address, layer_bytes=len(layer), where="layer")
    assert list(index.files) == files and index.has_digests
    for at, file in enumerate(files):
        checked = VerifiedFile(
            index, at, read_index=lambda at, n: blob[at : at + n], read_layer=lambda at, n: layer[at : at + n]
        )
        pieces = [checked.read_piece(number) for number in range(checked.pieces)]
        assert b"".join(pieces) == layer[file.offset : file.offset + file.size]


def test_a_hundred_thousand_files_take_less_than_a_thirtieth_of_their_bytes() -> None:
    files = [
        IndexedFile(f"data/train/part-{number:06d}.csv", 1000, 0o644, 512 * 3 * number) for number in range(100_000)
    ]
    builder = IndexBuilder(files)
    chunk = memoryview(bytes(PIECE_BYTES))
    for _ in range(100_000 * 512 * 3 // PIECE_BYTES + 1):
        builder.write(chunk)
    blob, address = builder.build()
    assert address.listing_bytes < 1_000_000
    assert len(blob) < 100_000 * 512 * 3 // 30


def test_pages_hold_the_digests_of_64_pieces_each() -> None:
    layer, files = layer_of([10] * 200)
    blob, address = built(layer, files, 1 << 20)
    index = read_listing(blob[: address.listing_bytes], address, layer_bytes=len(layer), where="layer")
    assert len(index.pages) == 4
    asked: list[int] = []

    def read_index(at: int, count: int) -> bytes:
        asked.append(count)
        return blob[at : at + count]

    checked = VerifiedFile(index, 199, read_index=read_index, read_layer=lambda at, n: layer[at : at + n])
    assert checked.read_piece(0) == bytes([199]) * 10 and asked == [8 * 32]


def test_what_is_not_the_indexed_bytes_is_refused() -> None:
    layer, files = layer_of([10, 20])
    blob, address = built(layer, files, 1 << 20)
    index = read_listing(blob[: address.listing_bytes], address, layer_bytes=len(layer), where="layer")
    good = VerifiedFile(index, 1, read_index=lambda at, n: blob[at : at + n], read_layer=lambda at, n: b"\xff" * n)
    with pytest.raises(DigestMismatch, match="d/1"):
        good.read_piece(0)
    with pytest.raises(SizeMismatch):
        good.check(0, b"\x01" * 19)
    lying = VerifiedFile(index, 1, read_index=lambda at, n: b"\xff" * n, read_layer=lambda at, n: layer[at : at + n])
    with pytest.raises(DigestMismatch, match="page 0"):
        lying.read_piece(0)


def test_a_listing_without_digests_lists_and_verifies_nothing() -> None:
    blob, address = listing_only([IndexedFile("a", 5, 0o600, 77)])
    index = read_listing(blob, address, layer_bytes=3, where="layer")
    assert index.files == (IndexedFile("a", 5, 0o600, -1),) and not index.has_digests


def packed(value: Any, table: bytes = b"") -> tuple[bytes, Address]:
    """An index that anybody could write, its own digests right."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    listing = zlib.compress(text)
    blob = listing + table
    return listing, Address(Digest.of(blob), len(blob), Digest.of(listing), len(listing))


def listing(*files: Any, pages: Any = None, version: Any = 1, digests: int | None = None) -> tuple[bytes, Address]:
    table = bytes(32 * (len(files) if digests is None else digests))
    shown = [hashlib.sha256(table).hexdigest()] if pages is None else pages
    return packed({"version": version, "files": list(files), "pages": shown}, table)


HOSTILE = {
    "outside the layer": listing(["a", 10, 420, 995]),
    "far outside": listing(["a", 1 << 62, 420, 0]),
    "overlapping": listing(["a", 10, 420, 100], ["b", 10, 420, 105]),
    "backwards": listing(["a", 10, 420, 500], ["b", 10, 420, 100]),
    "negative size": listing(["a", -1, 420, 0]),
    "negative offset": listing(["a", 1, 420, -2]),
    "mixed compressed": listing(["a", 1, 420, -1], ["b", 1, 420, 5]),
    "one name twice": listing(["a", 1, 420, 0], ["a", 1, 420, 5]),
    "no name": listing(["", 1, 420, 0]),
    "a number for a name": listing([7, 1, 420, 0]),
    "text for a size": listing(["a", "1", 420, 0]),
    "true for a size": listing(["a", True, 420, 0]),
    "a fraction": listing(["a", 1.0, 420, 0]),
    "mode with file type": listing(["a", 1, 0o100644, 0]),
    "short entry": listing(["a", 1, 420]),
    "too few digests": listing(["a", 1, 420, 0], ["b", 1, 420, 5], digests=1),
    "too many digests": listing(["a", 1, 420, 0], digests=9),
    "no pages": listing(["a", 1, 420, 0], pages=[]),
    "a page that is none": listing(["a", 1, 420, 0], pages=[7]),
    "another version": listing(["a", 1, 420, 0], version=2),
    "a list": packed([1]),
    "files are text": packed({"version": 1, "files": "abc", "pages": []}),
    "deep": packed(b"[" * 1_000_000),
    "no JSON": packed(b"\xff\xfe"),
    "not a number": packed(b'{"version": 1, "files": [["a", NaN, 420, 0]], "pages": []}'),
    "huge number": packed(b'{"version": 1, "files": [["a", ' + b"9" * 10_000 + b', 420, 0]], "pages": []}'),
    "millions of nothing": packed(b"[" + b"[]," * 4_000_000 + b"0]"),
    "two streams": (lambda data: (data, Address(Digest.of(data), len(data), Digest.of(data), len(data))))(
        zlib.compress(b"{}") * 2
    ),
    "cut": (lambda data: (data, Address(Digest.of(data), len(data), Digest.of(data), len(data))))(
        zlib.compress(b"{}")[:-3]
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_lying_index_is_refused(what: str) -> None:
    data, address = HOSTILE[what]
    with pytest.raises(ArchiveInvalid, match="file index is invalid"):
        read_listing(data, address, layer_bytes=1000, where="layer")


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    from kitops_jupyter.file_index import reading

    monkeypatch.setattr(reading, "TEXT_LIMIT_BYTES", 1 << 20)
    data, address = packed(b" " * (64 << 20) + b"{}")
    with pytest.raises(ArchiveInvalid, match="larger than"):
        read_listing(data, address, layer_bytes=1000, where="layer")


def test_a_listing_that_the_manifest_does_not_vouch_for_is_refused() -> None:
    data, address = listing(["a", 1, 420, 0])
    with pytest.raises(DigestMismatch):
        read_listing(data[:-1] + b"x", address, layer_bytes=1000, where="layer")


def test_an_address_is_read_as_it_was_written() -> None:
    _, address = listing(["a", 1, 420, 0])
    layer = Descriptor("tar", Digest.of(b""), 1000, {ANNOTATION: str(address)})
    assert address_of(layer) == address
    assert address_of(Descriptor("tar", Digest.of(b""), 1000)) is None
    data = referrer(Descriptor("m", Digest.of(b"k"), 3), [layer, layer])
    assert data is not None and json.loads(data)["layers"] == [address.descriptor.to_json()]
    assert referrer(Descriptor("m", Digest.of(b"k"), 3), []) is None


@pytest.mark.parametrize(
    "text", ["", "x", "sha256:0;1;sha256:0;1", "{a};5;{a};6", "{a};9999999999;{a};6", "{a};-5;{a};1"]
)
def test_a_garbled_address_is_refused(text: str) -> None:
    garbled = text.replace("{a}", str(Digest.of(b"")))
    with pytest.raises(ManifestInvalid, match="names no file index"):
        address_of(Descriptor("tar", Digest.of(b""), 1000, {ANNOTATION: garbled}))
