"""What refers to a kit: kept beside it, and gone with it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import Repository, Store
from tests.contract import IMAGE_MANIFEST, MadeKit, make_kit, store_kit

KIT = Reference.parse("reg.io/team/churn:v1")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "storage", tmp_path / "cache")


def refer(repository: Repository, subject: Descriptor, text: bytes = b"signed", artifact_type: str = "a/sig") -> Digest:
    """A small artifact about `subject`, stored."""
    config, layer = Descriptor.of("application/vnd.oci.empty.v1+json", b"{}"), Descriptor.of("a/sig", text)
    written = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "artifactType": artifact_type,
        "config": config.to_json(),
        "layers": [layer.to_json()],
        "subject": subject.to_json(),
    }
    manifest = json.dumps(written).encode()
    descriptor = Descriptor(IMAGE_MANIFEST, Digest.of(manifest), len(manifest), artifact_type=artifact_type)
    for described, data in ((config, b"{}"), (layer, text), (descriptor, manifest)):
        repository.write(described, io.BytesIO(data))
    return descriptor.digest


@pytest.fixture
def kit(store: Store) -> MadeKit:
    made = make_kit(b"weights")
    store_kit(store.repository(KIT), made, ["v1"])
    return made


def test_a_kits_referrers_are_found_by_their_type(store: Store, kit: MadeKit) -> None:
    place = store.repository(KIT, kind="referrers")
    signature = refer(place, kit.manifest)
    other = refer(place, kit.manifest, b"bill", "a/sbom")
    assert [entry.digest for entry in place.referrers(kit.manifest.digest)] == [signature, other]
    assert [entry.digest for entry in place.referrers(kit.manifest.digest, artifact_type="a/sbom")] == [other]
    assert place.referrers(other) == []


def test_kits_are_listed_without_what_refers_to_them(store: Store, kit: MadeKit) -> None:
    refer(store.repository(KIT, kind="referrers"), kit.manifest)
    assert [found[1].digest for found in store.kits()] == [kit.manifest.digest]
    assert store.check().problems == ()


def test_referrers_go_with_the_last_tag_and_stay_with_any_other(store: Store, kit: MadeKit) -> None:
    place = store.repository(KIT, kind="referrers")
    store.repository(KIT).tag(kit.manifest, "v2")
    signature = refer(place, kit.manifest)
    refer(place, place.resolve(signature), b"a signature's signature")
    other = make_kit(b"other")
    store_kit(store.repository(KIT), other, ["other"])
    kept = refer(place, other.manifest, b"stays")
    assert store.remove(KIT).freed_blobs == 0
    assert len(place.manifests()) == 3
    store.remove(KIT.with_tag("v2"))
    assert [entry.digest for entry in place.manifests()] == [kept]
    store.remove(KIT.with_tag("other"))
    assert place.manifests() == [] and store.check().blobs == 0


def test_referrers_that_kit_deleted_with_their_kit_are_no_problem(store: Store, kit: MadeKit, tmp_path: Path) -> None:
    """kit knows nothing of our list: it takes the manifest out of index.json, and the blobs away."""
    place = store.repository(KIT, kind="referrers")
    signature = refer(place, kit.manifest)
    index = tmp_path / "storage" / "index.json"
    listed = json.loads(index.read_text())
    listed["manifests"] = [entry for entry in listed["manifests"] if entry["digest"] != signature]
    index.write_text(json.dumps(listed))
    store.blob_path(signature).unlink()
    assert place.referrers(kit.manifest.digest) == []
    assert store.check(read_layers=True).problems == ()
    other = Reference.parse("other:v1")
    made = make_kit(b"other")
    store_kit(store.repository(other), made, ["v1"])
    assert store.remove(other).kept == ()
    assert not store.blob_path(made.manifest.digest).exists()
    assert refer(place, kit.manifest) == signature
    assert len(place.referrers(kit.manifest.digest)) == 1 and store.check(read_layers=True).problems == ()
