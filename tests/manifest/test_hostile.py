"""Manifests that mean harm, or are something else: each is refused with an error of ours, and nothing hangs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitops_jupyter import manifest as manifests
from kitops_jupyter.content import IMAGE_INDEX
from kitops_jupyter.errors import KitError, ManifestInvalid, NotAModelKit
from kitops_jupyter.media_types import INDEX_ARTIFACT
from tests.manifest.test_manifest import CONFIG, HEX, KIT

IMAGE = {**KIT, "config": {**CONFIG, "mediaType": "application/vnd.oci.image.config.v1+json"}}
HOSTILE: dict[str, tuple[bytes, type[Exception]]] = {
    "not JSON": (b"{", ManifestInvalid),
    "not UTF-8": (b'{"a":"\xff"}', ManifestInvalid),
    "a list": (b"[]", ManifestInvalid),
    "too long": (b'{"a":"' + b"x" * (4 << 20) + b'"}', ManifestInvalid),
    "too deep": (b"[" * 200_000, ManifestInvalid),
    "NaN": (b'{"schemaVersion":NaN}', ManifestInvalid),
    "huge number": (b'{"schemaVersion":' + b"9" * 5000 + b"}", ManifestInvalid),
    "infinity": (b'{"schemaVersion":-Infinity}', ManifestInvalid),
    "a key twice": (b'{"schemaVersion":2,"schemaVersion":2}', ManifestInvalid),
    "half a million keys, one twice": (
        b"{" + b",".join(b'"%06x":1' % at for at in range(300_000)) + b',"0493df":2}',
        ManifestInvalid,
    ),
    "no config": (b'{"schemaVersion":2}', ManifestInvalid),
    "schema 1": (json.dumps({**KIT, "schemaVersion": 1}).encode(), ManifestInvalid),
    "layers are text": (json.dumps({**KIT, "layers": "x"}).encode(), ManifestInvalid),
    "layers are no": (json.dumps({**KIT, "layers": False}).encode(), ManifestInvalid),
    "layers are an object": (json.dumps({**KIT, "layers": {}}).encode(), ManifestInvalid),
    "annotations are a list": (json.dumps({**KIT, "annotations": []}).encode(), ManifestInvalid),
    "the artifact type is a list": (json.dumps({**KIT, "artifactType": [1]}).encode(), ManifestInvalid),
    "the config is null": (json.dumps({**KIT, "config": None}).encode(), ManifestInvalid),
    "size is huge": (json.dumps({**KIT, "layers": [{**CONFIG, "size": 1 << 63}]}).encode(), ManifestInvalid),
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
        manifests.parse_manifest(data)


def test_only_an_index_of_kits_is_told_of_with_labels() -> None:
    index = {"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": []}
    for artifact_type, expected in ((INDEX_ARTIFACT, True), ("", False)):
        with pytest.raises(NotAModelKit) as caught:
            manifests.parse_manifest(json.dumps({**index, "artifactType": artifact_type}).encode())
        assert ("-l KEY=VALUE" in caught.value.hint) == expected


def test_half_a_character_is_read_as_go_reads_it_and_can_be_shown() -> None:
    text = json.dumps({**KIT, "annotations": {"a\ud800": "b\udfff \U0001f600"}})
    annotations = manifests.parse_manifest(text.encode()).annotations
    assert annotations == {"a\ufffd": "b\ufffd \U0001f600"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
LAYER = {
    "mediaType": "application/vnd.cncf.model.weight.v1.raw",
    "digest": f"sha256:{HEX}",
    "size": 3,
    "annotations": {manifests.FILE_PATH: "a", manifests.FILE_METADATA: '{"mode":420,"size":3}'},
}
PACK = {**CONFIG, "mediaType": "application/vnd.cncf.model.config.v1+json"}
PLACES = [
    *((name,) for name in (*KIT, "artifactType", "annotations")),
    *(("config", name) for name in CONFIG),
    *(("layers", 0, name) for name in LAYER),
    ("layers", 0, "annotations", manifests.FILE_PATH),
    ("layers", 0, "annotations", manifests.FILE_METADATA),
]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(PLACES), JSON, JSON)
def test_whatever_stands_anywhere_the_answer_is_a_kit_or_an_error_of_ours(
    place: tuple[Any, ...], value: Any, config: Any
) -> None:
    kit = json.loads(json.dumps({**KIT, "config": PACK, "layers": [LAYER]}))
    inner = kit
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    try:
        manifest = manifests.parse_manifest(json.dumps(kit).encode())
        kitfile = manifests.kitfile_of(manifest, json.dumps(config).encode())
        if kitfile is None:
            kitfile = manifests.kitfile_from_layers(manifest, json.dumps({"modelfs": {"diffIds": config}}).encode())
        for match in manifests.matched_layers(manifest, kitfile):
            manifests.raw_file(match.layer)
    except KitError:
        pass
