"""Manifests and configs: to the byte as kit writes them, and hostile ones refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kitops_jupyter import manifest as manifests
from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import ManifestInvalid, NotAModelKit, NotFound, Usage
from kitops_jupyter.kit_index import KitIndex, labelled, labels_of, parse_index
from kitops_jupyter.kitfile import from_json, parse_yaml
from kitops_jupyter.media_types import IMAGE_MANIFEST, LayerType
from tests.golden_trees import cases, load_case

GOLDEN = [name for name in cases() if "manifest" in load_case(name)]
HEX = "5" * 64
CONFIG = {"mediaType": "application/vnd.kitops.modelkit.config.v1+json", "digest": f"sha256:{HEX}", "size": 2}
KIT: dict[str, Any] = {"schemaVersion": 2, "mediaType": IMAGE_MANIFEST, "config": CONFIG, "layers": []}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_manifest_is_built_to_the_byte(name: str) -> None:
    text = load_case(name)["manifest"]
    manifest = manifests.parse(text.encode())
    built = manifests.build(
        manifest.config,
        manifest.layers,
        cli_version=manifest.annotations[manifests.CLI_VERSION],
        created=manifest.annotations[manifests.CREATED],
    )
    assert built.decode() == text


@pytest.mark.parametrize("name", GOLDEN)
def test_every_entry_of_a_golden_kit_has_its_layer(name: str) -> None:
    case = load_case(name)
    manifest = manifests.parse(case["manifest"].encode())
    matches = manifests.matched_layers(manifest, from_json(case["config"].encode()))
    assert [match.layer for match in matches] == list(manifest.layers)


def test_a_kit_from_before_1_10_is_read() -> None:
    old = {"schemaVersion": 2, "config": CONFIG, "layers": None, "annotations": {manifests.CLI_VERSION: "0.4.0"}}
    manifest = manifests.parse(json.dumps(old).encode())
    assert (manifest.kind, manifest.layers) == ("modelkit", ())


def layer(kind: str, digit: str, path: str = "") -> dict[str, Any]:
    found = {"mediaType": kind, "digest": f"sha256:{digit * 64}", "size": 10}
    return {**found, "annotations": {manifests.FILE_PATH: path}} if path else found


def test_layers_without_digests_in_the_config_are_matched_by_kind_and_position() -> None:
    data = "application/vnd.kitops.modelkit.dataset.v1.tar+gzip"
    code = "application/vnd.kitops.modelkit.code.v1.tar+gzip"
    manifest = manifests.parse(
        json.dumps({**KIT, "layers": [layer(data, "1"), layer(code, "2"), layer(data, "3")]}).encode()
    )
    kitfile = parse_yaml("code: [{path: src/a}]\ndatasets: [{path: one}, {path: in/two}]\n")
    found = manifests.matched_layers(manifest, kitfile)
    assert [(match.entry.path, match.layer.digest[7], match.placed("x")) for match in found] == [
        ("src/a", "2", "src/x"),
        ("one", "1", "x"),
        ("in/two", "3", "in/x"),
    ]


def test_a_digest_that_is_no_layer_and_half_of_the_digests_are_refused() -> None:
    manifest = manifests.parse(json.dumps(KIT).encode())
    kitfile = parse_yaml("code: [{path: a}, {path: b}]\n")
    digest = f"sha256:{'9' * 64}"
    with pytest.raises(ManifestInvalid, match="no layer of the manifest"):
        manifests.matched_layers(
            manifest, kitfile.with_layers({("code", 0): (digest, digest), ("code", 1): (digest, digest)})
        )
    with pytest.raises(ManifestInvalid, match="has no digest"):
        manifests.matched_layers(manifest, kitfile.with_layers({("code", 0): (digest, digest)}))


def test_raw_layers_with_equal_bytes_are_told_apart_by_their_paths() -> None:
    raw = "application/vnd.kitops.modelkit.code.v1.raw"
    manifest = manifests.parse(json.dumps({**KIT, "layers": [layer(raw, "1", "b"), layer(raw, "1", "a")]}).encode())
    digest = f"sha256:{'1' * 64}"
    kitfile = parse_yaml("code: [{path: a}, {path: b}]\n").with_layers(
        dict.fromkeys([("code", 0), ("code", 1)], (digest, digest))
    )
    paths = [manifests.raw_file(match.layer).path for match in manifests.matched_layers(manifest, kitfile)]
    assert paths == ["a", "b"]


def test_a_modelpack_without_a_kitfile_is_described_by_its_layers() -> None:
    prefix = "application/vnd.cncf.model"
    listed = [
        layer(f"{prefix}.weight.v1.raw", "1", "a.bin"),
        layer(f"{prefix}.weight.v1.raw", "2", "b.bin"),
        layer(f"{prefix}.weight.config.v1.raw", "3", "config.json"),
        layer(f"{prefix}.doc.v1.tar+zstd", "4", "README.md"),
    ]
    config = json.dumps({"modelfs": {"type": "layers", "diffIds": [f"sha256:{'7' * 64}"] * 4}}).encode()
    pack = {**KIT, "config": {**CONFIG, "mediaType": f"{prefix}.config.v1+json"}, "layers": listed}
    manifest = manifests.parse(json.dumps(pack).encode())
    assert manifests.kitfile_of(manifest, config) is None
    described = manifests.kitfile_from_layers(manifest, config)
    assert described.model is not None and described.model.path == "a.bin"
    assert [part.path for part in described.model.parts] == ["b.bin", "config.json"]
    assert len(manifests.matched_layers(manifest, described)) == 4
    with pytest.raises(ManifestInvalid, match="diffIds"):
        manifests.kitfile_from_layers(manifest, b'{"modelfs":{"diffIds":[]}}')


def test_a_modelpack_config_is_the_specifications() -> None:
    kitfile = parse_yaml(
        "package: {name: n, version: 1.0, license: MIT, authors: [Ada]}\n"
        "model: {path: m, format: onnx, license: Apache-2.0}\ncode: [{path: c, license: MIT}]\n"
    ).with_layers({("model", 0): ("sha256:a", "sha256:b"), ("code", 0): ("sha256:c", "sha256:d")})
    config = manifests.build_config(kitfile, kind="modelpack", created="2026-01-02T03:04:05Z")
    assert config.decode() == (
        '{"descriptor":{"createdAt":"2026-01-02T03:04:05Z","authors":["Ada"],"name":"n","version":"1.0",'
        '"licenses":["Apache-2.0","MIT"],"title":"n"},"modelfs":{"type":"layers","diffIds":["sha256:b","sha256:d"]},'
        '"config":{"format":"onnx"}}'
    )


def test_a_raw_layers_metadata_is_written_as_kit_writes_it() -> None:
    written = manifests.file_metadata("m.bin", 0o100644, 10, 1_780_300_800_500_000_000)
    assert written == (
        '{"name":"m.bin","mode":420,"uid":0,"gid":0,"size":10,"mtime":"2026-06-01T08:00:00.5Z","typeflag":48}'
    )


IMAGE = {**KIT, "config": {**CONFIG, "mediaType": "application/vnd.oci.image.config.v1+json"}}
HOSTILE: dict[str, tuple[bytes, type[Exception]]] = {
    "not JSON": (b"{", ManifestInvalid),
    "not UTF-8": (b'{"a":"\xff"}', ManifestInvalid),
    "a list": (b"[]", ManifestInvalid),
    "too long": (b'{"a":"' + b"x" * (4 << 20) + b'"}', ManifestInvalid),
    "too deep": (b"[" * 200_000, ManifestInvalid),
    "NaN": (b'{"schemaVersion":NaN}', ManifestInvalid),
    "huge number": (b'{"schemaVersion":' + b"9" * 5000 + b"}", ManifestInvalid),
    "no config": (b'{"schemaVersion":2}', ManifestInvalid),
    "schema 1": (json.dumps({**KIT, "schemaVersion": 1}).encode(), ManifestInvalid),
    "layers are text": (json.dumps({**KIT, "layers": "x"}).encode(), ManifestInvalid),
    "a layer is a number": (json.dumps({**KIT, "layers": [1]}).encode(), ManifestInvalid),
    "negative size": (json.dumps({**KIT, "layers": [{**CONFIG, "size": -1}]}).encode(), ManifestInvalid),
    "size is a bool": (json.dumps({**KIT, "layers": [{**CONFIG, "size": True}]}).encode(), ManifestInvalid),
    "size is a float": (json.dumps({**KIT, "layers": [{**CONFIG, "size": 1.5}]}).encode(), ManifestInvalid),
    "digest is a path": (json.dumps({**KIT, "config": {**CONFIG, "digest": "../../etc"}}).encode(), ManifestInvalid),
    "digest is md5": (json.dumps({**KIT, "config": {**CONFIG, "digest": "md5:" + "0" * 32}}).encode(), ManifestInvalid),
    "digest in capitals": (
        json.dumps({**KIT, "config": {**CONFIG, "digest": "sha256:" + "A" * 64}}).encode(),
        ManifestInvalid,
    ),
    "digest with a newline": (
        json.dumps({**KIT, "config": {**CONFIG, "digest": f"sha256:{HEX}\n"}}).encode(),
        ManifestInvalid,
    ),
    "annotations are numbers": (json.dumps({**KIT, "annotations": {"a": 1}}).encode(), ManifestInvalid),
    "an image": (json.dumps(IMAGE).encode(), NotAModelKit),
    "an index": (json.dumps({"schemaVersion": 2, "manifests": []}).encode(), NotAModelKit),
    "docker's manifest": (json.dumps({**KIT, "mediaType": "application/vnd.docker.x"}).encode(), NotAModelKit),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_manifest_is_refused(name: str) -> None:
    data, error = HOSTILE[name]
    with pytest.raises(error):
        manifests.parse(data)


@pytest.mark.parametrize(
    "text",
    [
        "application/vnd.kitops.modelkit.model.v1.tar+bzip2",
        "application/vnd.kitops.modelkit.weights.v1.tar",
        "application/vnd.kitops.modelkit.model.v1.zip",
        "application/vnd.kitops.modelkit.model.v2.tar",
        "application/vnd.kitops.modelkit.model.v1.tar+gzip-fastest",
        "application/vnd.kitops.modelkit.model.v1.tar\n",
        "application/vnd.cncf.model.weight.v1.raw+gzip",
        "text/html",
        "",
    ],
)
def test_other_layer_types_are_refused(text: str) -> None:
    with pytest.raises(ManifestInvalid):
        LayerType.parse(text)


@pytest.mark.parametrize("compression", ["", "gzip", "zstd"])
@pytest.mark.parametrize("section", ["model", "part", "code", "dataset", "docs"])
def test_layer_types_read_back(section: Any, compression: Any) -> None:
    written = LayerType("modelkit", section, "tar", compression)
    assert LayerType.parse(str(written)) == written
    written = LayerType("modelpack", section, "tar", compression)
    assert LayerType.parse(str(written)) == written


def entry(digit: str, *labels: str) -> Descriptor:
    return labelled(Descriptor(IMAGE_MANIFEST, f"sha256:{digit * 64}", 5), labels)  # type: ignore[arg-type]


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
