"""Layers of every format pass one gate for names, and what is said of a clash is the same in every order and run."""

from __future__ import annotations

import gzip
import io
import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter import manifest as manifests
from kitops_jupyter.archive import NameRules
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.errors import ContentError, KitError, UnsafeArchive
from kitops_jupyter.kitfile import parse_yaml
from kitops_jupyter.media_types import CONFIG_TYPES
from kitops_jupyter.operations.unpack.staging import PREFIX
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import store
from tests.archive.tars import END, member, pax

FILE_PATH = "org.cncf.model.filepath"
TYPE = "application/vnd.cncf.model.weight.v1"
FORMATS = ("raw", "tar", "tar+gzip")
Layer = tuple[str, str, bytes]  # format, name, content


def modelpack(settings: Settings, layers: Sequence[Layer]) -> str:
    """A ModelPack whose layers have one file each, put into the store as it is."""
    place = store(settings).repository("localhost/evil")
    described: list[dict[str, Any]] = []
    diff_ids: list[str] = []
    for kind, name, content in layers:
        data = (
            content if kind == "raw" else pax(b"path=" + name.encode("utf-8", "replace")) + member("x", content) + END
        )
        diff_ids.append(str(Digest.of(data)))
        data = gzip.compress(data, mtime=0) if kind.endswith("gzip") else data
        layer = Descriptor.of(f"{TYPE}.{kind}", data)
        place.write(layer, io.BytesIO(data))
        described.append({**layer.to_json(), "annotations": {FILE_PATH: name if kind == "raw" else "top"}})
    config = json.dumps({"descriptor": {}, "modelfs": {"type": "layers", "diffIds": diff_ids}, "config": {}}).encode()
    about = Descriptor.of("application/vnd.cncf.model.config.v1+json", config)
    place.write(about, io.BytesIO(config))
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": IMAGE_MANIFEST,
            "artifactType": "application/vnd.cncf.model.manifest.v1+json",
            "config": about.to_json(),
            "layers": described,
        }
    ).encode()
    entry = Descriptor.of(IMAGE_MANIFEST, manifest)
    place.write(entry, io.BytesIO(manifest))
    place.tag(entry, "v1")
    return "evil:v1"


CLASHES = {
    "one name": ("a", "a"),
    "a file below a file": ("a", "a/b"),
    "a file far below a file": ("d/a", "d/a/b/c"),
}


@pytest.mark.parametrize("clash", CLASHES)
@pytest.mark.parametrize("formats", list(itertools.combinations_with_replacement(FORMATS, 2)), ids="-".join)
def test_names_that_clash_are_refused_in_the_same_words_in_every_order_and_run(
    tmp_path: Path, settings: Settings, clash: str, formats: tuple[str, str]
) -> None:
    told = set()
    for kinds, names, run in itertools.product(
        (formats, formats[::-1]), (CLASHES[clash], CLASHES[clash][::-1]), (1, 2)
    ):
        others = [("raw", f"z{at}", bytes([at])) for at in range(run)]
        layers = [(kinds[0], names[0], b"1"), *others, (kinds[1], names[1], b"22")]
        reference = modelpack(settings, layers)
        with pytest.raises(UnsafeArchive) as caught:
            kit.unpack(reference, tmp_path / "out", settings=settings)
        told.add("\n".join(caught.value.lines()))
        assert not (tmp_path / "out").exists()
    assert len(told) == 1, told
    assert PREFIX not in told.pop()


BAD = {
    "a long part": "x" * 300,
    "a long path": "/".join(["d" * 50] * 100),
    "a deep path": "/".join("d" * 300),
    "5000 letters": "a" * 5000,
    "NUL": "a\0b",
    "upwards": "../x",
    "far upwards": "d/../../x",
    "absolute": "/tmp/x",
    "the top": ".",
    "above the top": "..",
    "nothing": "",
}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("bad", BAD)
def test_a_name_that_no_file_may_have_is_a_typed_error_of_every_verb(
    tmp_path: Path, settings: Settings, kind: str, bad: str
) -> None:
    reference = modelpack(settings, [(kind, BAD[bad], b"1"), ("raw", "fine", b"22")])
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").touch()
    for out, (overwrite, keep) in itertools.product(("out", "there"), ((False, False), (True, False), (False, True))):
        with pytest.raises(ContentError) as caught:
            kit.unpack(reference, tmp_path / out, settings=settings, overwrite=overwrite, ignore_existing=keep)
        assert PREFIX not in str(caught.value)
    assert not (tmp_path / "out").exists()
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["mine"]
    for look in (kit.files, kit.info, lambda name, settings: kit.diff(name, name, settings=settings)):
        try:
            look(reference, settings=settings)
        except KitError:
            continue


def test_half_a_surrogate_pair_is_no_name() -> None:
    with pytest.raises(UnsafeArchive, match="not UTF-8"):
        NameRules().clean("a\ud800")


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", ["Kitfile", "Kitfile/x"])
@pytest.mark.parametrize("is_there", [False, True])
def test_no_layer_takes_the_kitfiles_place(
    tmp_path: Path, settings: Settings, kind: str, name: str, is_there: bool
) -> None:
    data = b"evil" if kind == "raw" else member(name, b"evil") + END
    packed = gzip.compress(data, mtime=0) if kind.endswith("gzip") else data
    layer = Descriptor.of(f"application/vnd.kitops.modelkit.code.v1.{kind}", packed)
    described = parse_yaml(f"code: [{{path: '{name}'}}]").with_layers(
        {("code", 0): (str(layer.digest), str(Digest.of(data)))}
    )
    config = manifests.build_config(described)
    about = Descriptor.of(CONFIG_TYPES["modelkit"], config)
    placed = replace(layer, annotations={FILE_PATH: name})
    manifest = manifests.build_manifest(about, [placed], cli_version="x", created="2026-01-01T00:00:00Z")
    entry = Descriptor.of(IMAGE_MANIFEST, manifest)
    place = store(settings).repository("localhost/evil")
    for descriptor, blob in ((layer, packed), (about, config), (entry, manifest)):
        place.write(descriptor, io.BytesIO(blob))
    place.tag(entry, "v1")
    if is_there:
        kit.unpack("evil:v1", tmp_path / "out", filters=["kitfile"], settings=settings)
    before = (tmp_path / "out" / "Kitfile").read_bytes() if is_there else b""
    with pytest.raises(UnsafeArchive, match="Kitfile"):
        kit.unpack("evil:v1", tmp_path / "out", overwrite=True, settings=settings)
    assert (tmp_path / "out").exists() == is_there
    if is_there:
        assert (tmp_path / "out" / "Kitfile").read_bytes() == before
