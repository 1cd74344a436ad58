"""The cache folder is counted and emptied, and nothing else."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import StoreError
from kitops_jupyter.store import LayerRecord, Store


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "cache"
    (folder / "pack" / "kitops_pack_1").mkdir(parents=True)
    (folder / "pack" / "kitops_pack_1" / "layer.tar").write_bytes(b"x" * 1000)
    (folder / "old").write_bytes(b"y" * 24)
    return folder


def test_everything_in_it_counts_and_goes(store: Store, cache: Path) -> None:
    assert (store.cache_usage().file_count, store.cache_usage().size_bytes) == (2, 1024)
    cleared = store.cache_clear()
    assert (cleared.file_count, cleared.size_bytes) == (2, 1024)
    assert list(cache.iterdir()) == []
    assert store.cache_clear().file_count == 0


def test_kits_are_not_touched(store: Store, cache: Path) -> None:
    ingested = store.ingest(io.BytesIO(b"weights"))
    store.layer_cache.remember("files", LayerRecord(ingested.digest, ingested.digest, ingested.size_bytes))
    store.cache_clear()
    assert store.layer_cache.find("files") is None
    assert store.blob_path(Digest.of(b"weights")).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a right there")
def test_links_go_and_what_they_point_at_stays(store: Store, cache: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "thesis.txt").write_text("years of work")
    (cache / "folder-link").symlink_to(outside)
    (cache / "file-link").symlink_to(outside / "thesis.txt")
    (cache / "kitops_jupyter").symlink_to(outside)
    assert store.cache_usage().file_count == 5
    store.cache_clear()
    assert list(cache.iterdir()) == []
    assert (outside / "thesis.txt").read_text() == "years of work"


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a right there")
def test_a_cache_that_is_a_link_is_not_emptied(store: Store, cache: Path, tmp_path: Path) -> None:
    cache.rename(tmp_path / "elsewhere")
    cache.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError) as problem:
        store.cache_clear()
    assert str(tmp_path / "elsewhere") in problem.value.message
    assert (tmp_path / "elsewhere" / "old").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes mean little there")
def test_a_read_only_folder_in_it_goes_too(store: Store, cache: Path) -> None:
    (cache / "pack" / "kitops_pack_1").chmod(0o500)
    assert store.cache_clear().file_count == 2
    assert list(cache.iterdir()) == []
