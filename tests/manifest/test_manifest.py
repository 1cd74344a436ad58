"""Manifests and configs: to the byte as kit writes them, and kits of every age and maker read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kitops_jupyter import manifest as manifests
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.errors import ManifestInvalid, PathInvalid
from kitops_jupyter.kitfile import from_json, parse_yaml, read
from kitops_jupyter.media_types import LayerType
from tests.golden_trees import cases, kitfile_text, load_case

GOLDEN = [name for name in cases() if "manifest" in load_case(name)]
HEX = "5" * 64
CONFIG: dict[str, Any] = {
    "mediaType": "application/vnd.kitops.modelkit.config.v1+json",
    "digest": f"sha256:{HEX}",
    "size": 2,
}
KIT: dict[str, Any] = {"schemaVersion": 2, "mediaType": IMAGE_MANIFEST, "config": CONFIG, "layers": []}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_manifest_is_built_to_the_byte(name: str) -> None:
    text = load_case(name)["manifest"]
    manifest = manifests.parse_manifest(text.encode())
    built = manifests.build_manifest(
        manifest.config,
        manifest.layers,
        cli_version=manifest.annotations[manifests.CLI_VERSION],
        created=manifest.annotations[manifests.CREATED],
    )
    assert built.decode() == text


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_kit_is_built_to_the_byte_from_its_kitfile_and_layers(name: str) -> None:
    case = load_case(name)
    written = read(kitfile_text(case))
    entries = [entry for entry in written.entries() if entry.has_layer]
    found: dict[tuple[str, int], tuple[str, str]] = {
        (entry.section, entry.index): (layer["digest"], layer.get("diffId", layer["digest"]))
        for entry, layer in zip(entries, case["layers"], strict=True)
    }
    config = manifests.build_config(written.with_layers(found))
    assert config.decode() == case["config"]
    layers = [
        Descriptor(
            str(LayerType.for_section(entry.section, "modelkit", "tar", "gzip" if "gzip" in name else "none")),
            Digest(layer["digest"]),
            layer["size"],
            manifests.layer_annotations(entry.clean_path),
        )
        for entry, layer in zip(entries, case["layers"], strict=True)
    ]
    built = manifests.build_manifest(
        Descriptor.of(CONFIG["mediaType"], config),
        layers,
        cli_version="1.17.0",
        created=manifests.parse_manifest(case["manifest"].encode()).annotations[manifests.CREATED],
    )
    assert Digest.of(built) == case["manifest_digest"]


@pytest.mark.parametrize("name", GOLDEN)
def test_every_entry_of_a_golden_kit_has_its_layer(name: str) -> None:
    case = load_case(name)
    manifest = manifests.parse_manifest(case["manifest"].encode())
    matches = manifests.matched_layers(manifest, from_json(case["config"].encode()))
    assert [match.layer for match in matches] == list(manifest.layers)


def test_a_kit_from_before_1_10_is_read() -> None:
    old = {"schemaVersion": 2, "config": CONFIG, "layers": None, "annotations": {manifests.CLI_VERSION: "0.4.0"}}
    manifest = manifests.parse_manifest(json.dumps(old).encode())
    assert (manifest.kind, manifest.layers) == ("modelkit", ())


def layer(kind: str, digit: str, path: str = "") -> dict[str, Any]:
    found = {"mediaType": kind, "digest": f"sha256:{digit * 64}", "size": 10}
    return {**found, "annotations": {manifests.FILE_PATH: path}} if path else found


def test_layers_without_digests_in_the_config_are_matched_by_kind_and_position() -> None:
    data = "application/vnd.kitops.modelkit.dataset.v1.tar+gzip"
    code = "application/vnd.kitops.modelkit.code.v1.tar+gzip"
    manifest = manifests.parse_manifest(
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
    manifest = manifests.parse_manifest(json.dumps(KIT).encode())
    kitfile = parse_yaml("code: [{path: a}, {path: b}]\n")
    digest = f"sha256:{'9' * 64}"
    with pytest.raises(ManifestInvalid, match="not a layer of the manifest"):
        manifests.matched_layers(
            manifest, kitfile.with_layers({("code", 0): (digest, digest), ("code", 1): (digest, digest)})
        )
    for half in ((digest, digest), (digest, "")), ((digest, digest), ("", "")):
        with pytest.raises(ManifestInvalid, match=r"has no (digest|diffId)"):
            manifests.matched_layers(manifest, kitfile.with_layers({("code", 0): half[0], ("code", 1): half[1]}))


def test_raw_layers_with_equal_bytes_are_told_apart_by_their_paths() -> None:
    raw = "application/vnd.kitops.modelkit.code.v1.raw"
    same = [layer(raw, "1", "b"), layer(raw, "1", "a")]
    manifest = manifests.parse_manifest(json.dumps({**KIT, "layers": same}).encode())
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
    manifest = manifests.parse_manifest(json.dumps(pack).encode())
    assert manifests.kitfile_of(manifest, config) is None
    described = manifests.kitfile_from_layers(manifest, config)
    assert described.model is not None and described.model.path == "a.bin"
    assert [part.path for part in described.model.parts] == ["b.bin", "config.json"]
    assert len(manifests.matched_layers(manifest, described)) == 4
    with pytest.raises(ManifestInvalid, match="diffIds"):
        manifests.kitfile_from_layers(manifest, b'{"modelfs":{"diffIds":[]}}')


def test_a_modelpack_without_a_kitfile_has_the_name_of_its_config() -> None:
    said = {"name": "llama", "version": "3", "authors": ["Ada", 7], "licenses": ["MIT"], "description": ["no text"]}
    config = json.dumps({"descriptor": said, "modelfs": {"diffIds": []}}).encode()
    pack = {**KIT, "config": {**CONFIG, "mediaType": "application/vnd.cncf.model.config.v1+json"}, "layers": []}
    package = manifests.kitfile_from_layers(manifests.parse_manifest(json.dumps(pack).encode()), config).package
    assert (package.name, package.version, package.authors, package.license) == ("llama", "3", ("Ada",), "MIT")
    assert package.description == "" and manifests.package_of(b'{"descriptor": [1]}').name == ""


def test_a_modelpacks_kitfile_is_in_its_manifest() -> None:
    text = '{"manifestVersion":"1.0.0","package":{"name":"<n>"}}'
    config = Descriptor("application/vnd.cncf.model.config.v1+json", Digest.of(b""), 0)
    data = manifests.build_manifest(config, [], cli_version="1", created="2026", kind="modelpack", kitfile_json=text)
    assert b'"layers":[],"annotations":{"ml.kitops.modelkit.cli-version":"1","ml.kitops.modelkit.kitfile":' in data
    read = manifests.kitfile_of(manifests.parse_manifest(data), b"never looked at")
    assert read is not None
    assert read.package.name == "<n>"


def test_an_empty_modelpack_has_an_empty_model() -> None:
    config = {**CONFIG, "mediaType": "application/vnd.cncf.model.config.v1+json"}
    described = manifests.kitfile_from_layers(
        manifests.parse_manifest(json.dumps({**KIT, "config": config}).encode()), b'{"modelfs":{"diffIds":null}}'
    )
    assert described.model is not None
    assert described.manifest_version == "1.0.0"


def test_a_layer_of_a_modelpack_without_a_path_or_a_place_is_refused() -> None:
    weight, mcpb = "application/vnd.cncf.model.weight.v1.raw", "application/vnd.kitops.modelkit.mcpb.v1.raw"
    config = {**CONFIG, "mediaType": "application/vnd.cncf.model.config.v1+json"}
    for listed in (layer(weight, "1"), layer(mcpb, "1", "a.mcpb"), layer(weight, "1", "a\0b"), layer("text/html", "1")):
        manifest = manifests.parse_manifest(json.dumps({**KIT, "config": config, "layers": [listed]}).encode())
        with pytest.raises(ManifestInvalid):
            manifests.kitfile_from_layers(manifest, b'{"modelfs":{"diffIds":["sha256:1"]}}')
        with pytest.raises(ManifestInvalid):
            manifests.kitfile_from_layers(manifest, b'{"modelfs":{"diffIds":[1]}}')


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


@pytest.mark.parametrize(
    ("nanoseconds", "written"),
    [
        (1_780_300_800_500_000_000, "2026-06-01T08:00:00.5Z"),
        (1_780_300_800_000_000_000, "2026-06-01T08:00:00Z"),
        (1_780_300_800_000_000_010, "2026-06-01T08:00:00.00000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (-50_000_000_000_000_000_000, "0385-07-25T07:06:40Z"),
    ],
)
def test_a_raw_layers_metadata_is_written_as_kit_writes_it_in_utc(nanoseconds: int, written: str) -> None:
    assert manifests.file_metadata("m.bin", 0o104755, 10, nanoseconds) == (
        f'{{"name":"m.bin","mode":493,"uid":0,"gid":0,"size":10,"mtime":"{written}","typeflag":48}}'
    )


def test_a_time_after_the_year_9999_is_refused_with_the_files_name() -> None:
    with pytest.raises(PathInvalid, match=r"m\.bin.*year"):
        manifests.file_metadata("m.bin", 0o644, 10, 1 << 62 << 10)


def test_a_layers_annotations_are_sorted_and_a_prompt_is_named_first() -> None:
    assert list(manifests.layer_annotations("a", subtype="prompt", metadata="{}")) == [
        "ml.kitops.modelkit.layer-subtype",
        "org.cncf.model.file.metadata+json",
        "org.cncf.model.filepath",
    ]
    assert manifests.layer_annotations("a") == {"org.cncf.model.filepath": "a"}


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ('{"mode":493,"size":3}', (0o755, 3)),
        ('{"mode":35309,"size":0,"typeflag":0,"mtime":"?"}', (0o755, 0)),
        (None, (0o644, None)),
    ],
)
def test_a_raw_layer_tells_mode_and_size(metadata: str | None, expected: tuple[int, int | None]) -> None:
    noted = {manifests.FILE_PATH: "./a//b"} | ({manifests.FILE_METADATA: metadata} if metadata else {})
    file = manifests.raw_file(Descriptor("x", Digest.of(b""), 0, noted))
    assert (file.path, (file.mode, file.size_bytes)) == ("a/b", expected)


@pytest.mark.parametrize(
    "metadata", ["", "[]", "{}", '{"mode":"420","size":1}', '{"mode":420,"size":-1}', '{"mode":420,"size":1.0}']
)
def test_a_raw_layer_that_tells_nonsense_is_refused(metadata: str) -> None:
    noted = {manifests.FILE_PATH: "a", manifests.FILE_METADATA: metadata}
    with pytest.raises(ManifestInvalid):
        manifests.raw_file(Descriptor("x", Digest.of(b""), 0, noted))
