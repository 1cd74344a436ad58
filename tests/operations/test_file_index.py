"""The file index on its ways: made once, kept with the kit, brought along, let go with it."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import IMAGE_INDEX, read_verified
from kitops_jupyter.file_index import ARTIFACT_TYPES, address_of
from kitops_jupyter.manifest import Manifest, parse_manifest
from kitops_jupyter.progress import Event
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from tests.fakes.registries import Real
from tests.operations.projects import FILES, files_in, make_project

HTTP = Connection(plain_http=True)


def manifest_of(reference: str, settings: Settings) -> Manifest:
    source = store(settings).repository(Reference.parse(reference))
    return parse_manifest(read_verified(source, source.resolve(Reference.parse(reference).name)))


def indexes_of(reference: str, settings: Settings) -> list[str]:
    """The digests of the kit's file indexes that are in the store."""
    source = store(settings).repository(Reference.parse(reference))
    addresses = [address for layer in manifest_of(reference, settings).layers if (address := address_of(layer))]
    return [address.digest for address in addresses if source.exists(address.descriptor)]


def test_layers_that_are_not_read_again_keep_their_index(here: Settings, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    fixed = replace(here, created_epoch_s=0)
    first = kit.pack(project, tag="churn:v1", settings=fixed)
    for layer in first.layers:
        assert address_of(layer.descriptor)
    for _ in range(20):  # files are known once the clock has ticked
        again = kit.pack(project, tag="churn:v2", settings=fixed)
        if all(layer.status == "unchanged" for layer in again.layers):
            break
    assert {layer.status for layer in again.layers} == {"unchanged"}
    assert again.digest == first.digest and len(indexes_of("churn:v2", fixed)) == len(first.layers)


def test_no_layer_and_no_config_is_other_for_it(here: Settings, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    with_it = kit.pack(project, tag="churn:v1", settings=here)
    without = kit.pack(project, tag="churn:v2", settings=replace(here, file_index=False))
    assert [layer.digest for layer in with_it.layers] == [layer.digest for layer in without.layers]
    assert indexes_of("churn:v2", here) == []
    assert manifest_of("churn:v1", here).config == manifest_of("churn:v2", here).config


@pytest.mark.parametrize("is_streamed", [False, True], ids=["push", "pack-push"])
def test_it_travels_with_the_kit(is_streamed: bool, plain: Real, here: Settings, tmp_path: Path) -> None:
    reference = f"{plain.host}/team/travels-{is_streamed}:v1".lower()
    project = make_project(tmp_path / "project")
    if is_streamed:
        kit.pack(project, tag=reference, push=True, connection=HTTP, settings=here)
    else:
        kit.pack(project, tag=reference, settings=here)
        kit.push(reference, connection=HTTP, settings=here)
    there = Settings.load({}, home=tmp_path / "there")
    pulled = kit.pull(reference, connection=HTTP, settings=there)
    assert len(set(indexes_of(reference, there))) == 6
    name, _, _ = reference.removeprefix(f"{plain.host}/").rpartition(":")
    fallback = f"http://{plain.host}/v2/{name}/manifests/{str(pulled.digest).replace(':', '-')}"
    asked = urllib.request.Request(fallback, headers={"Accept": IMAGE_INDEX})
    with urllib.request.urlopen(asked) as answer:
        (referrer,) = json.load(answer)["manifests"]
    assert referrer["artifactType"] == ARTIFACT_TYPES[2]
    onward = reference.replace("travels", "onward")
    kit.tag(reference, onward, settings=there)
    kit.push(onward, connection=HTTP, settings=there)
    seen: list[Event] = []
    out = kit.pull_files(
        onward,
        tmp_path / "out",
        filters=["dataset:part-2*"],
        connection=HTTP,
        settings=Settings.load({}, home=tmp_path / "third"),
        observe=seen.append,
    )
    assert files_in(tmp_path / "out") == {"data/training/part-2.csv": FILES["data/training/part-2.csv"]}
    assert "every digest verified" in str(out)


def test_it_goes_with_the_kit(here: Settings, tmp_path: Path) -> None:
    kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=here)
    kit.remove(["churn:v1"], settings=here)
    assert [path for path in (here.storage / "blobs" / "sha256").iterdir() if path.is_file()] == []
