"""What is on disk after each write, to the byte: kit must read it, and write it no other way."""

from __future__ import annotations

import base64
import io
import json
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import ContentMissing, InvalidReference, NotFound
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import Store
from tests.contract import make_kit, store_kit

KIT = make_kit(b"weights", b"code")
LISTED = json.dumps(KIT.manifest.to_json(), separators=(",", ":"))
INDEX = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}'
A = "bG9jYWxob3N0L2E="  # localhost/a

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


def names(storage: Path) -> set[str]:
    return {path.name for path in storage.iterdir()} - {".kitops_jupyter"}


def test_reading_an_absent_store_makes_nothing(store: Store, storage: Path) -> None:
    assert (store.kits(), store.repositories()) == ([], [])
    assert store.check().problems == ()
    assert store.change_stamp() == store.change_stamp()
    with pytest.raises(NotFound):
        store.repository("localhost/a").resolve("latest")
    with pytest.raises(NotFound):
        store.remove(Reference.parse("a"))
    assert store.remove_all(force=True).references == ()
    assert store.cache_clear().file_count == 0
    assert not storage.parent.exists()


def test_the_first_blob_makes_the_layout(store: Store, storage: Path) -> None:
    store.repository("localhost/a").ingest(io.BytesIO(b"weights"))
    assert (storage / "oci-layout").read_text() == '{"imageLayoutVersion":"1.0.0"}'
    assert (storage / "index.json").read_text() == INDEX % ""
    assert names(storage) == {"oci-layout", "index.json", "blobs"}


def test_a_kit_is_listed_twice_and_tagged_once(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    assert (storage / "index.json").read_text() == INDEX % LISTED
    assert (storage / f"{A}-index.json").read_text() == f'{{"schemaVersion":2,"manifests":[{LISTED}]}}'
    assert (storage / f"{A}-tags.json").read_text() == f'{{"v1":{LISTED}}}'


def test_a_kit_without_tags_has_no_tags_file(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/_"), KIT)
    assert names(storage) == {"oci-layout", "index.json", "blobs", "bG9jYWxob3N0L18=-index.json"}


def test_tags_are_sorted_by_their_bytes(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/a"), KIT, ["v2", "B", "v10", "_x", "a"])
    assert list(json.loads((storage / f"{A}-tags.json").read_text())) == ["B", "_x", "a", "v10", "v2"]


@posix_only
def test_blobs_are_read_only_and_lists_follow_the_umask(store: Store, storage: Path) -> None:
    before = os.umask(0o027)
    try:
        store_kit(store.repository("localhost/a"), KIT, ["v1"])
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (storage / "blobs" / "sha256").iterdir()} == {0o444}
    assert {stat.S_IMODE(path.stat().st_mode) for path in storage.glob("*.json")} == {0o640}


def test_nothing_of_a_session_stays_behind(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    store.remove(Reference.parse("a:v1"))
    ours = storage / ".kitops_jupyter"
    assert [path.name for path in ours.rglob("*") if path.is_file()] == ["lock"]
    assert names(storage) == {"oci-layout", "index.json", "blobs"}


def test_other_fields_of_a_list_are_kept(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/a"), KIT)
    (storage / "index.json").write_text(
        '{"schemaVersion":2,"manifests":[],"annotations":{"a":"b"},"mediaType":"application/vnd.oci.image.index.v1+json"}'
    )
    store_kit(store.repository("localhost/a"), make_kit(b"other"))
    written = json.loads((storage / "index.json").read_text())
    assert list(written) == ["schemaVersion", "mediaType", "manifests", "annotations"]
    assert written["annotations"] == {"a": "b"}


def test_a_manifest_twice_in_a_list_is_one_kit(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/a"), KIT)
    (storage / f"{A}-index.json").write_text(f'{{"schemaVersion":2,"manifests":[{LISTED},{LISTED}]}}')
    assert store.kits() == [("localhost/a", KIT.manifest, ())]


def test_manifests_that_kit_wrote_as_null_are_none(store: Store, storage: Path) -> None:
    storage.mkdir(parents=True)
    (storage / "index.json").write_text(INDEX.replace("[%s]", "null"))
    store_kit(store.repository("localhost/a"), KIT)
    assert (storage / "index.json").read_text() == INDEX % LISTED


def test_a_lost_list_of_all_manifests_is_made_again(store: Store, storage: Path) -> None:
    """Else kit, which goes by it, would take the blobs of one kit away with another."""
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    (storage / "index.json").unlink()
    assert [problem.what for problem in store.check().problems] == ["manifest"]
    other = make_kit(b"other")
    store_kit(store.repository("localhost/b"), other)
    assert json.loads((storage / "index.json").read_text())["manifests"] == [
        KIT.manifest.to_json(),
        other.manifest.to_json(),
    ]


@pytest.mark.parametrize(
    "name", ["localhost/ü b/100%", "reg.io:5000/a", "[::1]:5000/a", "x/" + "y" * 100, "localhost/\U0001f916"]
)
def test_a_repository_of_any_name_is_found_again(store: Store, name: str) -> None:
    store_kit(store.repository(name), KIT, ["v1"])
    assert store.repositories() == [name]
    assert store.kits() == [(name, KIT.manifest, ("v1",))]
    store.remove(Reference.from_store_name(name).with_tag("v1"))
    assert store.repositories() == []


def test_a_name_that_no_file_can_have_is_refused(store: Store) -> None:
    with pytest.raises(InvalidReference):
        store.repository("localhost/" + "a/" * 100 + "a")


def test_a_manifest_whose_blobs_are_missing_is_not_listed(store: Store, storage: Path) -> None:
    repository = store.repository("localhost/a")
    descriptor, data = KIT.contents[-1]
    with pytest.raises(ContentMissing) as problem:
        repository.write(descriptor, io.BytesIO(data))
    assert problem.value.temporary
    assert len(problem.value.details) == 3
    assert store.kits() == []
    assert not store.blob_path(descriptor.digest).exists()


def test_a_kit_that_lost_a_blob_is_not_there_and_heals_when_written_again(store: Store) -> None:
    repository = store.repository("localhost/a")
    store_kit(repository, KIT, ["v1"])
    store.blob_path(KIT.layers[0].digest).unlink()
    assert not repository.exists(KIT.manifest)
    with pytest.raises(ContentMissing):
        repository.tag(KIT.manifest, "v2")
    store_kit(repository, KIT, ["v2"])
    assert store.check(read_layers=True).problems == ()


def test_a_blob_of_the_wrong_size_is_replaced(store: Store) -> None:
    repository = store.repository("localhost/a")
    store_kit(repository, KIT)
    for descriptor, _ in KIT.contents:
        path = store.blob_path(descriptor.digest)
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1])
    store_kit(repository, KIT, ["v1"])
    assert store.check(read_layers=True).problems == ()


def test_a_damaged_manifest_of_the_right_size_is_replaced(store: Store) -> None:
    repository = store.repository("localhost/a")
    store_kit(repository, KIT)
    path = store.blob_path(KIT.manifest.digest)
    path.chmod(0o600)
    path.write_bytes(b" " * KIT.manifest.size_bytes)
    assert not repository.exists(KIT.manifest)
    store_kit(repository, KIT)
    assert store.check(read_layers=True).problems == ()


def test_a_blob_that_is_there_is_not_written_again(store: Store) -> None:
    repository = store.repository("localhost/a")
    ingested = repository.ingest(io.BytesIO(b"weights"))
    before = store.blob_path(ingested.digest).stat()
    assert repository.ingest(io.BytesIO(b"weights")) == ingested
    after = store.blob_path(ingested.digest).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_change_stamp_tells_every_change_and_no_reading(store: Store, storage: Path) -> None:
    repository = store.repository("localhost/a")
    stamps = [store.change_stamp()]

    def changed() -> bool:
        stamps.append(store.change_stamp())
        return stamps[-1] != stamps[-2]

    store_kit(repository, KIT)
    assert changed()
    repository.tag(KIT.manifest, "v1")
    assert changed()
    repository.tag(KIT.manifest, "v1")
    repository.resolve("v1")
    assert not changed()
    (storage / f"{A}-tags.json").write_text(f'{{"v2":{LISTED}}}')  # in place, as kit writes
    assert changed()
    store_kit(store.repository("localhost/a", kind="indexes"), make_kit(b"index"))
    assert changed()
    store.remove(Reference.parse("a:v2"))
    assert changed()


def test_a_thousand_kits_are_listed_at_once(store: Store, storage: Path) -> None:
    """Far from the limit: what is guarded is that no manifest is read, and nothing is quadratic."""
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    for number in range(1000):
        encoded = base64.urlsafe_b64encode(f"localhost/kit-{number}".encode()).decode()
        for end in ("index", "tags"):
            (storage / f"{encoded}-{end}.json").write_bytes((storage / f"{A}-{end}.json").read_bytes())
    started = time.perf_counter()
    kits = store.kits()
    elapsed_s = time.perf_counter() - started
    assert len(kits) == 1001
    assert elapsed_s < 2


def test_indexes_of_kits_have_files_of_their_own(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    data = json.dumps({"schemaVersion": 2, "manifests": [KIT.manifest.to_json()]}).encode()
    index = Descriptor.of("application/vnd.oci.image.index.v1+json", data)
    indexes = store.repository("localhost/a", kind="indexes")
    indexes.write(index, io.BytesIO(data))
    indexes.tag(index, "v1")
    assert names(storage / "indexes") == {f"{A}-index.json", f"{A}-tags.json"}
    assert store.kits() == [("localhost/a", KIT.manifest, ("v1",))]
    assert store.kits(kind="indexes") == [("localhost/a", index, ("v1",))]
    assert store.check(read_layers=True).problems == ()


def test_a_kit_that_an_index_lists_keeps_its_blobs_until_the_index_goes(store: Store) -> None:
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    data = json.dumps({"schemaVersion": 2, "manifests": [KIT.manifest.to_json()]}).encode()
    index = Descriptor.of("application/vnd.oci.image.index.v1+json", data)
    indexes = store.repository("localhost/a", kind="indexes")
    indexes.write(index, io.BytesIO(data))
    indexes.tag(index, "latest")
    removed = store.remove(Reference.parse("a:v1"))
    assert (removed.freed_blobs, len(removed.kept)) == (0, 1)
    assert store.kits() == []
    assert store.blob_path(KIT.layers[0].digest).exists()
    assert store.remove(Reference.parse("a"), kind="indexes").freed_blobs == 5
    check = store.check()
    assert (check.blobs, check.problems) == (0, ())


def test_an_index_may_list_kits_that_are_elsewhere(store: Store) -> None:
    data = json.dumps({"schemaVersion": 2, "manifests": [KIT.manifest.to_json()]}).encode()
    index = Descriptor.of("application/vnd.oci.image.index.v1+json", data)
    indexes = store.repository("reg.io/a", kind="indexes")
    indexes.write(index, io.BytesIO(data))
    indexes.tag(index, "latest")
    store_kit(store.repository("localhost/b"), make_kit(b"other"), ["v1"])
    assert store.check().problems == ()
    assert store.remove(Reference.parse("b:v1")).freed_blobs == 3
