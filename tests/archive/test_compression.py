"""gzip and zstd: round trips, Go's header, and what is broken or a bomb."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tracemalloc
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from kitops_jupyter import codecs
from kitops_jupyter.archive import compressing, decompressing
from kitops_jupyter.errors import ArchiveInvalid, MissingDependency, UnsafeArchive, Usage
from tests.archive.trees import drained

KINDS = codecs.NAMES[1:]
TEXT = b"some words that come again and again; " * 5000


def compressed(data: bytes, kind: str) -> bytes:
    """The data through `compressing`."""
    return drained(compressing(io.BytesIO(data), kind))


def decompressed(data: bytes, kind: str, **options: Any) -> bytes:
    """The data through `decompressing`."""
    return drained(decompressing(io.BytesIO(data), codecs.named(kind).media_suffix, **options))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=5000), times=st.integers(1, 300))
def test_what_went_in_comes_out(kind: str, data: bytes, times: int) -> None:
    assert decompressed(compressed(data * times, kind), kind) == data * times


@pytest.mark.parametrize(
    ("kind", "header"), [("gzip", "1f8b08000000000000ff"), ("gzip-fastest", "1f8b08000000000004ff")]
)
def test_the_gzip_header_is_that_of_go(kind: str, header: str) -> None:
    assert compressed(TEXT, kind)[:10].hex() == header


def test_other_programs_read_what_was_compressed() -> None:
    assert gzip.decompress(compressed(TEXT, "gzip")) == TEXT
    assert gzip.decompress(compressed(TEXT, "gzip-fastest")) == TEXT
    assert zstandard.ZstdDecompressor().decompressobj().decompress(compressed(TEXT, "zstd")) == TEXT


def test_fastest_is_less_tight_than_the_default() -> None:
    data = b"".join(b"%d %d\n" % (at, at * at) for at in range(20_000))
    assert len(compressed(data, "gzip")) < len(compressed(data, "gzip-fastest")) < len(data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", [1, 4, 9, 100, -1, -5])
def test_a_stream_that_breaks_off_is_an_error(kind: str, cut: int) -> None:
    data = compressed(os.urandom(500_000), kind)
    with pytest.raises(ArchiveInvalid):
        decompressed(data[:cut], kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tail", [b"x", b"\x00" * 7, b"trailing rubbish" * 100])
def test_what_follows_the_end_is_an_error(kind: str, tail: bytes) -> None:
    with pytest.raises(ArchiveInvalid):
        decompressed(compressed(TEXT, kind) + tail, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_byte_is_an_error(kind: str) -> None:
    data = bytearray(compressed(os.urandom(300_000), kind))
    data[len(data) // 2] ^= 0x55
    with pytest.raises(ArchiveInvalid):
        decompressed(bytes(data), kind)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
@pytest.mark.parametrize("data", [b"", b"no compressed stream at all"])
def test_what_is_no_stream_of_that_kind_is_an_error(kind: str, data: bytes) -> None:
    with pytest.raises(ArchiveInvalid):
        decompressed(data, kind)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_several_streams_behind_each_other_are_one(kind: str) -> None:
    assert decompressed(compressed(b"first ", kind) + compressed(b"second", kind), kind) == b"first second"


def test_a_skippable_zstd_frame_is_skipped() -> None:
    frame = (0x184D2A53).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"about"
    assert decompressed(frame + compressed(TEXT, "zstd") + frame, "zstd") == TEXT


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_more_than_the_limit_is_refused(kind: str) -> None:
    data = compressed(bytes(1 << 20), kind)
    assert len(decompressed(data, kind, limit_bytes=1 << 20)) == 1 << 20
    with pytest.raises(UnsafeArchive, match="bomb"):
        decompressed(data, kind, limit_bytes=(1 << 20) - 1)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_bomb_is_refused_in_little_memory(kind: str) -> None:
    bomb = compressed(bytes(32 << 20), kind) * 40
    stream = decompressing(io.BytesIO(bomb), kind)
    buffer = memoryview(bytearray(4 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(UnsafeArchive, match="bomb"):
            while stream.readinto(buffer):
                pass
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


def test_a_zstd_frame_that_asks_for_a_huge_window_is_refused() -> None:
    with pytest.raises(ArchiveInvalid, match="window"):
        decompressed(bytes.fromhex("28b52ffd 00 b8 010000"), "zstd")


def test_after_an_error_the_stream_never_looks_like_its_end() -> None:
    stream = decompressing(io.BytesIO(compressed(TEXT, "gzip")[:-3]), "gzip")
    buffer = memoryview(bytearray(1 << 20))
    for _ in range(3):
        with pytest.raises(ArchiveInvalid):
            while stream.readinto(buffer):
                pass


def test_an_unknown_compression_is_named() -> None:
    with pytest.raises(Usage, match="brotli"):
        compressing(io.BytesIO(b""), "brotli")
    with pytest.raises(Usage, match="none"):
        decompressing(io.BytesIO(b""), "none")


def test_zstd_without_a_library_says_how_to_install_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    with pytest.raises(MissingDependency, match="zstandard") as raised:
        compressing(io.BytesIO(b""), "zstd")
    assert "kitops-jupyter[zstd]" in raised.value.hint
    with pytest.raises(MissingDependency):
        decompressed(b"(\xb5/\xfd", "zstd")
