"""What packing remembers is used when it is right, and else is as if it were not there."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from kitops_jupyter.content import Digest
from kitops_jupyter.store import LayerCache, LayerRecord, Store

RECORD = LayerRecord(Digest.of(b"weights"), Digest.of(b"tar"), 7, "application/x", "gzip")


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    return tmp_path / "home" / "cache" / "kitops_jupyter" / "layers"


@pytest.fixture
def filled(store: Store) -> Store:
    store.ingest(io.BytesIO(b"weights"))
    store.layer_cache.remember("files", RECORD)
    return store


def test_what_was_remembered_is_found(filled: Store) -> None:
    assert filled.layer_cache.find("files") == RECORD
    assert filled.layer_cache.find("other files") is None


def test_it_is_found_no_more_when_the_blob_is_gone_or_of_another_size(filled: Store) -> None:
    blob = filled.blob_path(RECORD.digest)
    blob.chmod(0o600)
    blob.write_bytes(b"weight")
    assert filled.layer_cache.find("files") is None
    blob.unlink()
    assert filled.layer_cache.find("files") is None
    filled.ingest(io.BytesIO(b"weights"))
    assert filled.layer_cache.find("files") == RECORD


GARBAGE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff",
    b"[" * 60_000,
    b'{"fingerprint":"files"}',
    b'{"fingerprint":"other","digest":"%s","diff_id":"%s","size_bytes":7}',
    b'{"fingerprint":"files","digest":"sha256:../../x","diff_id":"%s","size_bytes":7}',
    b'{"fingerprint":"files","digest":["%s"],"diff_id":"%s","size_bytes":7}',
    b'{"fingerprint":"files","digest":"%s","diff_id":"%s","size_bytes":"7"}',
    b'{"fingerprint":"files","digest":"%s","diff_id":"%s","size_bytes":7.0}',
    b'{"fingerprint":"files","digest":"%s","diff_id":"%s","size_bytes":7,"surprise":1}',
]


@pytest.mark.parametrize("data", GARBAGE, ids=lambda data: repr(data[:60]))
def test_garbage_is_as_if_it_were_not_there(filled: Store, entries: Path, data: bytes) -> None:
    (entry,) = entries.iterdir()
    entry.write_bytes(data.replace(b"%s", RECORD.digest.encode()))
    assert filled.layer_cache.find("files") is None
    filled.layer_cache.remember("files", RECORD)
    assert filled.layer_cache.find("files") == RECORD


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX links and pipes")
def test_links_pipes_and_folders_are_as_if_they_were_not_there(filled: Store, entries: Path) -> None:
    (entry,) = entries.iterdir()
    aside = entries / "aside"
    entry.rename(aside)
    entry.symlink_to(aside)
    assert filled.layer_cache.find("files") is None
    entry.unlink()
    os.mkfifo(entry)
    assert filled.layer_cache.find("files") is None
    entry.unlink()
    entry.mkdir()
    assert filled.layer_cache.find("files") is None
    filled.layer_cache.remember("files", RECORD)
    assert [path.name for path in entries.iterdir() if path.suffix == ".part"] == []


def test_a_cache_that_cannot_be_written_is_no_error(store: Store, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "cache").write_text("no folder")
    store.layer_cache.remember("files", RECORD)
    assert store.layer_cache.find("files") is None


def test_any_text_is_a_fingerprint(filled: Store) -> None:
    for fingerprint in ("", "a" * 100_000, "../../x", "\udcff", "ü/\x00"):
        filled.layer_cache.remember(fingerprint, RECORD)
        if len(fingerprint) < 1000:
            assert filled.layer_cache.find(fingerprint) == RECORD


def test_the_oldest_entries_go_and_those_in_use_stay(entries: Path) -> None:
    cache = LayerCache(entries, lambda digest, size: True, limit=8)
    for number in range(8):
        cache.remember(str(number), RECORD)
        os.utime(next(path for path in entries.iterdir() if f'"{number}"' in path.read_text()), (number, number))
    assert cache.find("0") == RECORD
    cache.remember("8", RECORD)
    assert [number for number in range(9) if cache.find(str(number))] == [0, 2, 3, 4, 5, 6, 7, 8]
