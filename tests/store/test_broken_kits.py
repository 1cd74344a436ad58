"""Kits that are not whole, or half listed: nothing that may be needed goes, and they themselves can go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.content import read_verified
from kitops_jupyter.errors import ContentMissing, NotFound
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import Store
from tests.contract import MadeKit, make_kit, store_kit

KIT = make_kit(b"weights", b"code")
A = "bG9jYWxob3N0L2E="  # localhost/a
GOOD: dict[str, Any] = KIT.manifest.to_json()


@pytest.fixture
def kit_in_store(store: Store) -> Store:
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    return store


def damage(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def break_manifest(store: Store, kit: MadeKit) -> None:
    damage(store.blob_path(kit.manifest.digest), b"{}")


def lose_manifest(store: Store, kit: MadeKit) -> None:
    store.blob_path(kit.manifest.digest).unlink()


@pytest.mark.parametrize("harm", [break_manifest, lose_manifest])
def test_while_a_kit_cannot_be_read_no_blob_goes(store: Store, harm: Any) -> None:
    """What the broken kit needs cannot be known: its blobs may be those of the kit that is removed."""
    shared, own = make_kit(b"shared", b"own"), make_kit(b"shared", name="other")
    store_kit(store.repository("localhost/a"), shared, ["v1"])
    store_kit(store.repository("localhost/b"), own, ["v1"])
    harm(store, own)
    removed = store.remove(Reference.parse("a:v1"))
    assert removed.freed_blobs == 0
    assert len(removed.kept) == 1
    assert f"kit remove b@{own.manifest.digest}" in removed.kept[0]
    assert store.repositories() == ["localhost/b"]
    assert store.blob_path(shared.layers[0].digest).exists()
    assert store.remove(Reference.parse(f"b@{own.manifest.digest}")).kept == ()


def test_a_broken_kit_itself_can_be_removed(kit_in_store: Store) -> None:
    break_manifest(kit_in_store, KIT)
    removed = kit_in_store.remove(Reference.parse("a:v1"))
    assert (removed.freed_blobs, removed.kept) == (1, ())
    assert kit_in_store.check().problems == ()


def test_while_a_list_cannot_be_read_no_blob_goes(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/a"), KIT, ["v1"])
    store_kit(store.repository("localhost/b"), KIT, ["v1"])
    (storage / "bG9jYWxob3N0L2I=-index.json").write_text("{")
    removed = store.remove(Reference.parse("a:v1"))
    assert removed.freed_blobs == 0
    assert "bG9jYWxob3N0L2I=-index.json" in removed.kept[0]
    assert store.blob_path(KIT.manifest.digest).exists()


def test_a_tag_without_its_manifest_is_told_and_can_be_removed(kit_in_store: Store, storage: Path) -> None:
    """As a `kit remove` that was killed leaves it."""
    (storage / f"{A}-index.json").unlink()
    assert [found.what for found in kit_in_store.check().problems] == ["tag"]
    assert kit_in_store.kits() == []
    assert kit_in_store.remove(Reference.parse("a:v1")).freed_blobs == 4
    assert not (storage / f"{A}-tags.json").exists()


def test_an_entry_of_the_shared_list_without_a_blob_stands_in_nobodys_way(kit_in_store: Store, storage: Path) -> None:
    listed = json.loads((storage / "index.json").read_text())
    listed["manifests"].append(make_kit(b"gone").manifest.to_json())
    (storage / "index.json").write_text(json.dumps(listed))
    assert kit_in_store.remove(Reference.parse("a:v1")).freed_blobs == 4


def test_a_manifest_that_only_the_shared_list_has_keeps_its_blobs(kit_in_store: Store, storage: Path) -> None:
    """Another tool may have put it there."""
    other = make_kit(b"weights", name="other")
    store_kit(kit_in_store.repository("localhost/b"), other)
    (storage / "bG9jYWxob3N0L2I=-index.json").unlink()
    assert kit_in_store.remove(Reference.parse("a:v1")).freed_blobs == 3
    assert read_verified(kit_in_store.repository("localhost/b"), other.layers[0]) == b"weights"


def test_a_missing_extra_tag_stops_the_removal_before_it_begins(kit_in_store: Store) -> None:
    with pytest.raises(NotFound) as problem:
        kit_in_store.remove(Reference.parse("a:v1,v2"))
    assert "a:v2" in problem.value.message
    assert kit_in_store.kits() == [("localhost/a", KIT.manifest, ("v1",))]


def test_a_foreign_journal_is_thrown_away(kit_in_store: Store, storage: Path) -> None:
    (storage / ".kitops_jupyter" / "pending.json").write_text("{")
    kit_in_store.repository("localhost/a").tag(KIT.manifest, "v2")
    assert not (storage / ".kitops_jupyter" / "pending.json").exists()


def test_a_journal_takes_nothing_that_is_listed(kit_in_store: Store, storage: Path) -> None:
    (storage / ".kitops_jupyter" / "pending.json").write_text(json.dumps({"manifests": [GOOD]}))
    kit_in_store.repository("localhost/a").tag(KIT.manifest, "v2")
    assert kit_in_store.check(read_layers=True).problems == ()
    assert kit_in_store.kits() == [("localhost/a", KIT.manifest, ("v1", "v2"))]


def test_a_kit_cannot_be_adopted_without_its_blobs(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other", tmp_path / "cache")
    store_kit(other.repository("localhost/a"), KIT, ["v1"])
    with pytest.raises(ContentMissing):
        store.repository("localhost/a").adopt(KIT.manifest, other.repository("localhost/a"))


def test_a_tag_given_twice_is_one_tag(store: Store) -> None:
    store_kit(store.repository("localhost/a"), KIT, ["v1", "v2"])
    assert len(store.remove(Reference.parse("a:v1,v1")).references) == 1
    assert store.kits() == [("localhost/a", KIT.manifest, ("v2",))]


def test_all_tags_of_a_kit_named_one_by_one_take_it_with_them(store: Store) -> None:
    store_kit(store.repository("localhost/a"), KIT, ["v1", "v2"])
    assert store.remove(Reference.parse("a:v1,v2")).freed_blobs == 4
    assert store.kits() == []


def test_removing_everything_takes_dangling_tags_too(kit_in_store: Store, storage: Path) -> None:
    (storage / f"{A}-index.json").unlink()
    assert kit_in_store.remove_all(force=True).untagged == ("a:v1",)
    assert not (storage / f"{A}-tags.json").exists()


def test_blobs_that_a_session_holds_are_told(kit_in_store: Store) -> None:
    with kit_in_store.session():
        assert kit_in_store.repository("localhost/a").exists(KIT.layers[0])
        removed = kit_in_store.remove(Reference.parse("a:v1"))
    assert removed.freed_blobs == 3
    assert removed.kept == ("1 blobs were kept: a running pack or pull needs them",)
