"""A store whose files somebody damaged or made up: every answer is a typed error, and nothing outside is touched."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.content import Descriptor, read_verified
from kitops_jupyter.errors import (
    DigestMismatch,
    InvalidReference,
    KitError,
    ManifestInvalid,
    StoreCorrupt,
    StoreError,
)
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import Store
from tests.contract import IMAGE_MANIFEST, MadeKit, make_kit, store_kit

KIT = make_kit(b"weights", b"code")
A = "bG9jYWxob3N0L2E="  # localhost/a
GOOD: dict[str, Any] = KIT.manifest.to_json()

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX links and pipes")


@pytest.fixture
def kit_in_store(store: Store) -> Store:
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    return store


def damage(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


BAD_DESCRIPTORS: list[Any] = [
    {**GOOD, "digest": "sha256:../../../../etc/passwd"},
    {**GOOD, "digest": "../../x"},
    {**GOOD, "digest": "sha256:" + "A" * 64},
    {**GOOD, "digest": "sha256:" + "0" * 64 + "\n"},
    {**GOOD, "digest": "sha512:" + "0" * 128},
    {**GOOD, "digest": None},
    {**GOOD, "digest": ["sha256:" + "0" * 64]},
    {**GOOD, "size": -1},
    {**GOOD, "size": 1 << 63},
    {**GOOD, "size": 1.5},
    {**GOOD, "size": True},
    {**GOOD, "size": "642"},
    {**GOOD, "mediaType": 7},
    {**GOOD, "annotations": ["a"]},
    {**GOOD, "annotations": {"a": 1}},
    {},
    [],
    "sha256:" + "0" * 64,
    None,
]


@pytest.mark.parametrize("bad", BAD_DESCRIPTORS, ids=lambda bad: json.dumps(bad)[:60])
def test_a_descriptor_that_is_none_is_refused_in_every_list(kit_in_store: Store, storage: Path, bad: Any) -> None:
    repository = kit_in_store.repository("localhost/a")
    (storage / f"{A}-tags.json").write_text(json.dumps({"v1": GOOD, "evil": bad}))
    with pytest.raises(StoreCorrupt) as problem:
        repository.resolve("v1")
    assert f"{A}-tags.json" in problem.value.message
    assert problem.value.hint
    (storage / f"{A}-tags.json").unlink()
    (storage / f"{A}-index.json").write_text(json.dumps({"manifests": [GOOD, bad]}))
    with pytest.raises(StoreCorrupt):
        repository.resolve(KIT.manifest.digest)
    with pytest.raises(StoreCorrupt):
        kit_in_store.kits()
    assert [found.what for found in kit_in_store.check().problems] == ["file"]


BAD_FILES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe{}",
    b"[" * 100_000,
    b'{"manifests":{}}',
    b'{"manifests":"x"}',
    b'{"manifests":[[]]}',
]


@pytest.mark.parametrize("data", BAD_FILES, ids=lambda data: repr(data[:20]))
@pytest.mark.parametrize("name", ["index.json", f"{A}-index.json"])
def test_an_index_that_is_none_is_told_and_never_overwritten(
    kit_in_store: Store, storage: Path, name: str, data: bytes
) -> None:
    (storage / name).write_bytes(data)
    other = make_kit(b"other")
    with pytest.raises(StoreCorrupt) as problem:
        store_kit(kit_in_store.repository("localhost/a"), other, ["v2"])
    assert str(storage / name) in problem.value.message
    with pytest.raises(StoreCorrupt):
        kit_in_store.remove(Reference.parse("a:v1"))
    assert (storage / name).read_bytes() == data
    assert read_verified(kit_in_store.repository("localhost/a"), KIT.layers[0]) == b"weights"
    assert any(found.what == "file" for found in kit_in_store.check().problems)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'{"v1":[]}', b"[" * 100_000], ids=lambda data: repr(data[:20]))
def test_a_tags_file_that_is_none_is_told_and_never_overwritten(
    kit_in_store: Store, storage: Path, data: bytes
) -> None:
    (storage / f"{A}-tags.json").write_bytes(data)
    with pytest.raises(StoreCorrupt):
        kit_in_store.repository("localhost/a").tag(KIT.manifest, "v2")
    with pytest.raises(StoreCorrupt):
        kit_in_store.remove(Reference.parse("a:v1"))
    assert (storage / f"{A}-tags.json").read_bytes() == data


def test_a_broken_repository_hides_no_other_one_from_who_asks_so(kit_in_store: Store, storage: Path) -> None:
    store_kit(kit_in_store.repository("localhost/b"), KIT, ["v1"])
    (storage / f"{A}-tags.json").write_text("{")
    problems: list[KitError] = []
    assert kit_in_store.kits(on_problem=problems.append) == [("localhost/b", KIT.manifest, ("v1",))]
    assert [type(problem) for problem in problems] == [StoreCorrupt]


def test_a_huge_file_is_not_read(kit_in_store: Store, storage: Path) -> None:
    with (storage / f"{A}-tags.json").open("r+b") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(StoreCorrupt) as problem:
        kit_in_store.kits()
    assert "longer than" in problem.value.message


@posix_only
def test_links_and_pipes_are_not_read(kit_in_store: Store, storage: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("{}")
    for name, make in (("index.json", secret.symlink_to), (f"{A}-tags.json", None)):
        path = storage / name
        path.unlink()
        if make:
            path.symlink_to(secret)
        else:
            os.mkfifo(path)
    with pytest.raises(StoreCorrupt):
        kit_in_store.kits()
    with pytest.raises(StoreCorrupt):
        store_kit(kit_in_store.repository("localhost/b"), make_kit(b"other"))
    assert secret.read_text() == "{}"


@posix_only
def test_a_blob_that_is_a_link_is_not_there(kit_in_store: Store, tmp_path: Path) -> None:
    """Nor is it written through: the right bytes take its name."""
    outside = tmp_path / "outside"
    outside.write_bytes(b"weights")
    layer = KIT.layers[0]
    path = kit_in_store.blob_path(layer.digest)
    path.unlink()
    path.symlink_to(outside)
    repository = kit_in_store.repository("localhost/a")
    assert not repository.exists(layer)
    with pytest.raises(StoreError):
        repository.open(layer)
    assert [found.what for found in kit_in_store.check().problems] == ["blob", "blob"]
    repository.write(layer, io.BytesIO(b"weights"))
    assert not path.is_symlink()
    assert (outside.read_bytes(), outside.stat().st_mode & 0o777) == (b"weights", 0o644)


@posix_only
def test_removing_a_kit_with_a_linked_blob_removes_the_link_only(kit_in_store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"weights")
    path = kit_in_store.blob_path(KIT.layers[0].digest)
    path.unlink()
    path.symlink_to(outside)
    kit_in_store.remove(Reference.parse("a:v1"))
    assert not path.is_symlink()
    assert outside.read_bytes() == b"weights"


def test_a_damaged_layer_is_noticed_when_it_is_read(kit_in_store: Store) -> None:
    damage(kit_in_store.blob_path(KIT.layers[0].digest), b"weightz")
    with pytest.raises(DigestMismatch):
        read_verified(kit_in_store.repository("localhost/a"), KIT.layers[0])
    assert kit_in_store.check().problems == ()
    (found,) = kit_in_store.check(read_layers=True).problems
    assert found.what == "blob"
    assert KIT.layers[0].digest.short in found.message


def test_strange_files_among_the_blobs_are_told(kit_in_store: Store, storage: Path) -> None:
    (storage / "blobs" / "sha256" / "README").write_text("hello")
    (storage / "blobs" / "sha256" / ("0" * 64)).mkdir()
    assert [found.what for found in kit_in_store.check().problems] == ["blob", "file"]


def test_files_named_almost_like_ours_are_left_alone(kit_in_store: Store, storage: Path) -> None:
    for name in (
        "-index.json",
        "!!-index.json",
        "YQ-index.json",
        "YR==-index.json",
        "/w==-index.json".replace("/", "_"),
    ):
        (storage / name).write_text("{")
    (storage / "bG9jYWxob3N0L2I=-index.json.tmp").write_text("{")
    assert kit_in_store.repositories() == ["localhost/a"]
    assert kit_in_store.remove(Reference.parse("a:v1")).freed_blobs == 4


def make_manifest(**fields: Any) -> MadeKit:
    """A manifest of these fields, with nothing behind it."""
    data = json.dumps(fields).encode()
    return MadeKit(Descriptor.of(IMAGE_MANIFEST, data), ((Descriptor.of(IMAGE_MANIFEST, data), data),))


@pytest.mark.parametrize(
    "fields",
    [
        {"config": "x"},
        {"config": {**GOOD, "digest": "sha256:../../x"}},
        {"config": GOOD, "layers": {}},
        {"config": GOOD, "layers": [{**GOOD, "digest": "sha256:/etc/passwd"}]},
        {"config": GOOD, "layers": [None]},
        {"manifests": "x"},
        {"manifests": [1]},
    ],
    ids=lambda fields: json.dumps(fields)[:50],
)
def test_a_manifest_that_cannot_be_followed_is_not_stored(store: Store, fields: dict[str, Any]) -> None:
    made = make_manifest(**fields)
    with pytest.raises(ManifestInvalid):
        store.repository("localhost/a").write(made.manifest, io.BytesIO(made.contents[0][1]))
    assert store.kits() == []


@pytest.mark.parametrize("size", [1 << 62, (4 << 20) + 1])
def test_a_manifest_that_says_it_is_huge_is_not_read(store: Store, size: int) -> None:
    claimed = Descriptor(IMAGE_MANIFEST, KIT.manifest.digest, size)
    with pytest.raises(ManifestInvalid):
        store.repository("localhost/a").write(claimed, io.BytesIO(b""))


@pytest.mark.parametrize(
    "name", ["", "-a", ".a", "a b", "a/b", "../a", "a\n", "a" * 129, "ä", "a:b", "sha256:" + "0" * 64]
)
def test_a_tag_that_is_none_is_refused(kit_in_store: Store, name: str) -> None:
    with pytest.raises(InvalidReference):
        kit_in_store.repository("localhost/a").tag(KIT.manifest, name)
    assert list(kit_in_store.repository("localhost/a").tags()) == ["v1"]
