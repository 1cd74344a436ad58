"""Indexes of kits: labels set, taken away and chosen by; others' indexes and nonsense refused."""

from __future__ import annotations

import json

import pytest

from kitops_jupyter.content import IMAGE_INDEX, IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.errors import ManifestInvalid, NotAModelKit, NotFound, Usage
from kitops_jupyter.kit_index import KitIndex, describe, labelled, labels_of, parse_index
from kitops_jupyter.media_types import INDEX_ARTIFACT

EMPTY = {"schemaVersion": 2, "mediaType": IMAGE_INDEX, "artifactType": INDEX_ARTIFACT, "manifests": []}


def entry(digit: str, *labels: str) -> Descriptor:
    return labelled(Descriptor(IMAGE_MANIFEST, Digest(f"sha256:{digit * 64}"), 5), labels)


def test_labels_choose_one_kit_of_an_index() -> None:
    index = KitIndex().with_entry(entry("1", "quant=q4", 'gpu:=["a", 1]')).with_entry(entry("2", "quant=q8"))
    read = parse_index(index.to_bytes())
    assert read.select(["quant=q8"]).digest[7] == "2"
    assert read.select(["quant=q4", 'gpu=["a",1]']).digest[7] == "1"
    assert read.to_bytes() == index.to_bytes()
    for labels in (["quant=q2"], []):
        with pytest.raises(NotFound) as caught:
            read.select(labels)
        assert len(caught.value.details) == 2
    with pytest.raises(Usage):
        read.select(["quant"])


def test_a_kit_added_again_keeps_its_place_and_merges_its_labels() -> None:
    index = KitIndex().with_entry(entry("1", "a=1")).with_entry(entry("2"))
    index = index.with_entry(entry("1", "b=2"))
    assert [kit.digest[7] for kit in index.entries] == ["1", "2"]
    assert labels_of(index.entries[0]) == {"a": "1", "b": "2"}
    assert labels_of(labelled(index.entries[0], ["a-"])) == {"b": "2"}
    assert [kit.digest[7] for kit in index.without(index.entries[0].digest).entries] == ["2"]


def test_an_index_is_written_and_kept_to_the_byte() -> None:
    kit = (
        '{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:' + "1" * 64 + '","size":700,'
        '"annotations":{"ml.kitops.modelkit.original-tag":"q4_0","ml.kitops.modelkit.size":"2048"},'
        '"artifactType":"application/vnd.kitops.modelkit.manifest.v1+json",'
        '"modelMetadata":{"big":12345678901234567890,"gpuArchs":["sm_80",1.50],"scale":4.0,"tiny":1e-9}}'
    )
    text = f'{{"schemaVersion":2,"mediaType":"{IMAGE_INDEX}","artifactType":"{INDEX_ARTIFACT}","manifests":[{kit}]}}'
    index = parse_index(text.encode())
    assert index.to_bytes().decode() == text
    assert describe(index.entries[0]).startswith("q4_0 big=12345678901234567890, ")


def test_numbers_are_compared_as_they_were_written() -> None:
    index = KitIndex().with_entry(entry("1", "bits:=4.0")).with_entry(entry("2", "bits:=4"))
    assert [index.select([label]).digest[7] for label in ("bits=4.0", "bits=4")] == ["1", "2"]


@pytest.mark.parametrize(
    "labels",
    [["-"], ["=x"], ["a"], ["a::=1"], ["A b=1"], ["-a=1"], ["a/=1"], ["Team.org/a=1"], ["a=1", "a=2"], ["a=1", "a-"]],
)
def test_labels_that_kit_refuses_are_refused(labels: list[str]) -> None:
    with pytest.raises(Usage):
        entry("1", *labels)


@pytest.mark.parametrize("value", ["", "NaN", "1,2", '1,"b":2', "}", "[" * 100_000, "9" * 5000, "\udcff"])
def test_a_label_that_is_no_json_is_refused(value: str) -> None:
    with pytest.raises(Usage, match="not JSON"):
        entry("1", f"a:={value}")


def test_a_label_may_have_a_domain_in_front() -> None:
    assert labels_of(entry("1", "team.example.com/quant=q4=x")) == {"team.example.com/quant": "q4=x"}


@pytest.mark.parametrize(
    "change",
    [{"manifests": "x"}, {"manifests": [1]}, {"manifests": {}}, {"manifests": False}],
    ids=lambda change: json.dumps(change),
)
def test_an_index_of_nonsense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ManifestInvalid):
        parse_index(json.dumps({**EMPTY, **change}).encode())


def test_labels_that_are_no_object_are_refused() -> None:
    kit = {"mediaType": IMAGE_MANIFEST, "digest": f"sha256:{'1' * 64}", "size": 1, "modelMetadata": []}
    with pytest.raises(ManifestInvalid):
        parse_index(json.dumps({**EMPTY, "manifests": [kit]}).encode())


def test_an_index_of_images_is_refused() -> None:
    for change in ({"artifactType": ""}, {"mediaType": IMAGE_MANIFEST}):
        with pytest.raises(NotAModelKit):
            parse_index(json.dumps({**EMPTY, **change}).encode())
