"""The index of a layer: what it says is so, and what lies is refused."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

import pytest
from blake3 import blake3

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import ArchiveInvalid, DigestMismatch, ManifestInvalid, NotFound, SizeMismatch
from kitops_jupyter.file_index import (
    ANNOTATIONS,
    LEAF_BYTES,
    NODE_BYTES,
    V1,
    V2,
    Address,
    IndexBuilder,
    IndexedFile,
    Tree,
    VerifiedFile,
    address_of,
    building,
    listing_only,
    read_listing,
    referrer,
)

SIZES = [0, 1, 511, LEAF_BYTES, LEAF_BYTES + 1, NODE_BYTES, NODE_BYTES + 1, 0, 2 * NODE_BYTES + 7]


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
    made = builder.build()
    return made.read(), made.address


@pytest.mark.parametrize("step", [4096, 100_003, NODE_BYTES, NODE_BYTES + 1, 1 << 30])
def test_every_piece_is_known_however_the_layer_comes(step: int) -> None:
    layer, files = layer_of(SIZES)
    blob, address = built(layer, files, step)
    index = read_listing(blob[: address.listing_bytes], address, layer_bytes=len(layer), where="layer")
    assert list(index.files) == files and index.has_digests
    for at, file in enumerate(files):
        checked = VerifiedFile(
            index, at, read_index=lambda at, n: blob[at : at + n], read_layer=lambda at, n: layer[at : at + n]
        )
        nodes = [checked.node(number) for number in range(checked.nodes)]
        assert b"".join(checked.read([node])[0] for node in nodes) == layer[file.offset : file.offset + file.size]


@pytest.mark.parametrize(("start", "end"), [(0, 1), (70_000, 135_536), (NODE_BYTES - 5, NODE_BYTES + 5)])
def test_a_small_read_needs_only_the_leaves_that_it_touches(start: int, end: int) -> None:
    layer, files = layer_of([3, 2 * NODE_BYTES + LEAF_BYTES + 7])
    blob, address = built(layer, files, 1 << 20)
    index = read_listing(blob[: address.listing_bytes], address, layer_bytes=len(layer), where="layer")
    checked = VerifiedFile(
        index, 1, read_index=lambda at, n: blob[at : at + n], read_layer=lambda at, n: layer[at : at + n]
    )
    pieces = checked.pieces(start, end)
    assert pieces[0].start <= start and pieces[-1].end >= end
    assert all(piece.size == LEAF_BYTES for piece in pieces) and len(pieces) <= 2
    assert b"".join(checked.read(pieces)) == bytes([1]) * (pieces[-1].end - pieces[0].start)
    assert [piece.size for piece in checked.pieces(0, NODE_BYTES + 1)] == [NODE_BYTES, LEAF_BYTES]


def test_where_leaves_were_lost_the_node_is_read_and_wrong_ones_are_refused() -> None:
    layer, files = layer_of([NODE_BYTES])
    blob, address = built(layer, files, 1 << 20)
    index = read_listing(blob[: address.listing_bytes], address, layer_bytes=len(layer), where="layer")
    leaves_at, _ = index.leaves_range(0, 0)

    def lost(at: int, count: int) -> bytes:
        if at >= leaves_at:
            raise NotFound("gone")
        return blob[at : at + count]

    checked = VerifiedFile(index, 0, read_index=lost, read_layer=lambda at, n: layer[at : at + n])
    (piece,) = checked.pieces(5, 10)
    assert piece.size == NODE_BYTES and checked.read([piece]) == [bytes(NODE_BYTES)]
    wrong = blob[:-1] + bytes([blob[-1] ^ 1])
    lying = VerifiedFile(
        index, 0, read_index=lambda at, n: wrong[at : at + n], read_layer=lambda at, n: layer[at : at + n]
    )
    with pytest.raises(DigestMismatch, match="leaves"):
        lying.pieces(5, 10)


def test_the_bytes_of_a_nodes_leaves_are_not_the_node() -> None:
    layer, files = layer_of([2 * LEAF_BYTES])
    blob, address = built(layer, files, 1 << 20)
    node, leaves = blob[address.listing_bytes :][:32], blob[address.listing_bytes :][32:]
    assert len(leaves) == 64 and blake3(leaves).digest() != node


@pytest.mark.parametrize("tree", [V1, V2], ids=["v1", "v2"])
def test_leaves_of_any_size_are_counted_as_they_are_made(tree: Tree) -> None:
    for size in (0, 1, LEAF_BYTES, LEAF_BYTES + 1, NODE_BYTES, NODE_BYTES + 1, NODE_BYTES + LEAF_BYTES + 1):
        builder = IndexBuilder([IndexedFile("a", size, 0o644, 0)], tree)
        builder.write(memoryview(bytes(size)))
        tables = builder.build().read()[builder.build().address.listing_bytes :]
        assert len(tables) == 32 * (tree.nodes_in(size) + tree.listed_leaves(size))


def test_one_layer_has_one_index_and_many_leaves_are_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, files = layer_of([3, NODE_BYTES + 9, LEAF_BYTES])
    blob, address = built(layer, files, 1 << 20)
    monkeypatch.setattr(building, "LEAVES_IN_MEMORY_BYTES", 100)
    assert built(layer, files, 777_777) == (blob, address)


def test_a_hundred_thousand_files_take_less_than_a_thirtieth_of_their_bytes() -> None:
    files = [
        IndexedFile(f"data/train/part-{number:06d}.csv", 1000, 0o644, 512 * 3 * number) for number in range(100_000)
    ]
    builder = IndexBuilder(files)
    chunk = memoryview(bytes(NODE_BYTES))
    for _ in range(100_000 * 512 * 3 // NODE_BYTES + 1):
        builder.write(chunk)
    made = builder.build()
    blob, address = made.read(), made.address
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
    assert checked.read([checked.node(0)]) == [bytes([199]) * 10] and asked == [8 * 32]


def test_what_is_not_the_indexed_bytes_is_refused() -> None:
    layer, files = layer_of([10, 20])
    blob, address = built(layer, files, 1 << 20)
    index = read_listing(blob[: address.listing_bytes], address, layer_bytes=len(layer), where="layer")
    good = VerifiedFile(index, 1, read_index=lambda at, n: blob[at : at + n], read_layer=lambda at, n: b"\xff" * n)
    with pytest.raises(DigestMismatch, match="d/1"):
        good.read([good.node(0)])
    with pytest.raises(SizeMismatch):
        good.check(good.node(0), b"\x01" * 19)
    lying = VerifiedFile(index, 1, read_index=lambda at, n: b"\xff" * n, read_layer=lambda at, n: layer[at : at + n])
    with pytest.raises(DigestMismatch, match="page 0"):
        lying.node(0)


def test_a_listing_without_digests_lists_and_verifies_nothing() -> None:
    made = listing_only([IndexedFile("a", 5, 0o600, 77)])
    blob, address = made.read(), made.address
    index = read_listing(blob, address, layer_bytes=3, where="layer")
    assert index.files == (IndexedFile("a", 5, 0o600, -1),) and not index.has_digests


def packed(value: Any, table: bytes = b"", version: int = 1) -> tuple[bytes, Address]:
    """An index that anybody could write, its own digests right."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    listing = zlib.compress(text)
    blob = listing + table
    return listing, Address(Digest.of(blob), len(blob), Digest.of(listing), len(listing), version)


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
    "two streams": (lambda data: (data, Address(Digest.of(data), len(data), Digest.of(data), len(data), 1)))(
        zlib.compress(b"{}") * 2
    ),
    "cut": (lambda data: (data, Address(Digest.of(data), len(data), Digest.of(data), len(data), 1)))(
        zlib.compress(b"{}")[:-3]
    ),
}


def columns(changed: dict[str, Any]) -> tuple[bytes, Address]:
    """As `listing`, of version 2: two small files, but for what is changed."""
    good = {
        "version": 2,
        "names": ["a", "b"],
        "sizes": [1, 1],
        "modes": [420, 420],
        "gaps": [0, 0],
        "pages": blake3(bytes(64)).hexdigest(),
    }
    return packed({**good, **changed}, bytes(64), 2)


_SPOILT: dict[str, dict[str, Any]] = {
    "outside": {"gaps": [0, 990]},
    "far outside": {"sizes": [1, 1 << 62]},
    "negative gap": {"gaps": [0, -1]},
    "a gap of text": {"gaps": [0, "0"]},
    "a gap of true": {"gaps": [0, True]},
    "mixed compressed": {"gaps": [0, None]},
    "compressed with digests": {"gaps": None},
    "one name twice": {"names": ["a", "a"]},
    "no name": {"names": ["a", ""]},
    "mode with file type": {"modes": [420, 0o100644]},
    "a fraction": {"sizes": [1, 1.0]},
    "uneven": {"names": ["a", "b", "c"]},
    "no sizes": {"sizes": None},
    "names are text": {"names": "ab"},
    "too many leaves": {"sizes": [LEAF_BYTES * 2, 1]},
    "no pages": {"pages": ""},
    "pages with spaces": {"pages": " " * 64},
    "pages are a list": {"pages": ["00" * 32]},
    "version 1": {"version": 1},
}
HOSTILE |= {f"columns, {what}": columns(changed) for what, changed in _SPOILT.items()}


def test_the_columns_that_are_spoilt_below_are_good() -> None:
    data, address = columns({})
    assert len(read_listing(data, address, layer_bytes=1000, where="layer").files) == 2


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
    layer = Descriptor("tar", Digest.of(b""), 1000, address.annotation)
    assert address_of(layer) == address
    assert address_of(Descriptor("tar", Digest.of(b""), 1000)) is None
    data = referrer(Descriptor("m", Digest.of(b"k"), 3), [layer, layer])
    assert data is not None and json.loads(data[1])["layers"] == [address.descriptor.to_json()]
    assert referrer(Descriptor("m", Digest.of(b"k"), 3), []) is None


@pytest.mark.parametrize(
    "text", ["", "x", "sha256:0;1;sha256:0;1", "{a};5;{a};6", "{a};9999999999;{a};6", "{a};-5;{a};1"]
)
@pytest.mark.parametrize("key", ANNOTATIONS.values())
def test_a_garbled_address_is_refused(key: str, text: str) -> None:
    garbled = text.replace("{a}", str(Digest.of(b"")))
    with pytest.raises(ManifestInvalid, match="names no file index"):
        address_of(Descriptor("tar", Digest.of(b""), 1000, {key: garbled}))
