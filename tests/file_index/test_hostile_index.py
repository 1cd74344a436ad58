"""Listings and addresses that anybody could write: each is refused in words, or read as it is."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

import pytest
from blake3 import blake3

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import ArchiveInvalid, DigestMismatch, ManifestInvalid
from kitops_jupyter.file_index import (
    ANNOTATIONS,
    LEAF_BYTES,
    Address,
    address_of,
    read_listing,
    referrer,
)


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
    with pytest.raises(ManifestInvalid, match="does not name a file index"):
        address_of(Descriptor("tar", Digest.of(b""), 1000, {key: garbled}))
