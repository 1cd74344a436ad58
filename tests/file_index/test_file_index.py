"""The index of a layer: what it says is so, and what lies is refused."""

from __future__ import annotations

import pytest
from blake3 import blake3

from kitops_jupyter.errors import DigestMismatch, NotFound, SizeMismatch
from kitops_jupyter.file_index import (
    LEAF_BYTES,
    NODE_BYTES,
    V1,
    V2,
    Address,
    IndexBuilder,
    IndexedFile,
    Tree,
    VerifiedFile,
    building,
    listing_only,
    read_listing,
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
