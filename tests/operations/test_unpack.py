"""Unpacking: everything or nothing, whatever lies there, whatever the kit says."""

from __future__ import annotations

import io
import os
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter import gojson
from kitops_jupyter import manifest as manifests
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.errors import (
    Cancelled,
    Conflict,
    ContentError,
    DigestMismatch,
    FilterInvalid,
    NotFound,
    StorageFull,
    UnsafeArchive,
)
from kitops_jupyter.kitfile import Kitfile, parse_yaml
from kitops_jupyter.media_types import CONFIG_TYPES
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import store
from tests.operations.projects import FILES, files_in, make_project, write_files


@pytest.fixture
def packed(tmp_path: Path, settings: Settings) -> Settings:
    kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=settings)
    kit.pack(tmp_path / "project", tag="churn:gz", compression="gzip", settings=settings)
    return settings


def everything_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("tag", ["v1", "gz"])
def test_every_conflict_is_listed_and_nothing_is_written(tmp_path: Path, packed: Settings, tag: str) -> None:
    out = tmp_path / "out"
    write_files(out, {"src/a.py": b"mine", "README.md": b"mine", "data": b"a file where a folder is needed"})
    before = everything_in(out)
    with pytest.raises(Conflict) as caught:
        kit.unpack(f"churn:{tag}", out, settings=packed)
    shown = "\n".join(caught.value.details)
    assert all(name in shown for name in ("src/a.py exists", "README.md exists", "data is not a folder")), shown
    assert everything_in(out) == before
    assert all(flag in caught.value.hint for flag in ("-d", "-o", "-i")) and "kit unpack" not in caught.value.hint


@pytest.mark.parametrize("tag", ["v1", "gz"])
def test_existing_files_are_kept_or_replaced_as_asked(tmp_path: Path, packed: Settings, tag: str) -> None:
    out = tmp_path / "out"
    write_files(out, {"src/a.py": b"mine"})
    kept = kit.unpack(f"churn:{tag}", out, ignore_existing=True, settings=packed)
    assert kept.kept == ("src/a.py",)
    assert files_in(out) == {**FILES, "src/a.py": b"mine"}
    kit.unpack(f"churn:{tag}", out, overwrite=True, settings=packed)
    assert files_in(out) == FILES


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
@pytest.mark.parametrize("tag", ["v1", "gz"])
@pytest.mark.parametrize("link", ["src", "src/a.py", "README.md"])
def test_no_link_that_lies_there_is_followed_or_replaced(tmp_path: Path, packed: Settings, tag: str, link: str) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    (out / link).parent.mkdir(parents=True)
    (out / link).symlink_to(outside if link == "src" else outside / "file")
    with pytest.raises(Conflict, match="is a link"):
        kit.unpack(f"churn:{tag}", out, overwrite=True, settings=packed)
    assert everything_in(outside) == []
    assert (out / link).is_symlink()


def test_a_kitfile_with_the_same_words_is_no_conflict(tmp_path: Path, packed: Settings) -> None:
    out = kit.unpack("churn:v1", tmp_path / "out", filters=["kitfile"], settings=packed).directory
    assert everything_in(out) == ["Kitfile"]
    kit.unpack("churn:v1", out, settings=packed)
    (out / "Kitfile").write_text("manifestVersion: 9\n")
    for ignore_existing in (False, True):
        with pytest.raises(Conflict, match="1 file"):
            kit.unpack("churn:v1", out, filters=["kitfile"], settings=packed, ignore_existing=ignore_existing)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (["datasets:validation", "model"], ["data/validation.csv", "model/forest.bin"]),
        (["dataset:part-1*"], ["data/training/part-1.csv"]),
        (["code:*.ipynb"], ["train.ipynb"]),
        (["code:deep/*"], ["src/deep/b.py"]),
        (["notebook"], ["train.ipynb"]),
    ],
)
def test_filters_take_layers_and_files_inside_layers(
    tmp_path: Path, packed: Settings, filters: list[str], names: list[str]
) -> None:
    out = kit.unpack("churn:v1", tmp_path / "out", filters=filters, settings=packed).directory
    assert files_in(out) == {name: FILES[name] for name in names}
    assert not (out / "Kitfile").exists()


@pytest.mark.parametrize("filters", [["prompts"], ["datasets:nothing.csv"], ["code:*.r"]])
def test_a_filter_that_takes_nothing_lists_what_there_is(tmp_path: Path, packed: Settings, filters: list[str]) -> None:
    with pytest.raises(FilterInvalid) as caught:
        kit.unpack("churn:v1", tmp_path / "out", filters=filters, settings=packed)
    assert "datasets:validation" in caught.value.hint
    assert not (tmp_path / "out").exists()


def test_a_cancelled_unpack_leaves_nothing(tmp_path: Path, packed: Settings) -> None:
    def stop(event: Event) -> None:
        if event.item == "src":
            raise Cancelled("stopped by the test")

    with pytest.raises(Cancelled):
        kit.unpack("churn:v1", tmp_path / "out", observe=stop, settings=packed)
    assert not (tmp_path / "out").exists()
    (tmp_path / "there").mkdir()
    with pytest.raises(Cancelled):
        kit.unpack("churn:v1", tmp_path / "there", observe=stop, settings=packed)
    assert everything_in(tmp_path / "there") == []


def test_a_kit_that_cannot_fit_is_refused_before_anything_is_read(tmp_path: Path, settings: Settings) -> None:
    reference = forge(settings, {"model.bin": b"x"}, size_bytes=1 << 62)
    with pytest.raises((StorageFull, ContentError)):
        kit.unpack(reference, tmp_path / "out", settings=settings)
    assert not (tmp_path / "out").exists()


def test_a_kit_that_is_not_there_says_where_to_look(settings: Settings) -> None:
    with pytest.raises(NotFound) as caught:
        kit.unpack("nowhere:v1", settings=settings)
    assert "kit list" in caught.value.hint


# Kits as a stranger would make them: put into the store behind its back.


def forge(
    settings: Settings,
    files: dict[str, bytes],
    *,
    change: Callable[[bytes], bytes] = lambda data: data,
    size_bytes: int | None = None,
    path: str = "model.bin",
    digests: bool = True,
) -> str:
    """A kit with one model layer that holds these files; `change` spoils the blob after it was named."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    data = archive.getvalue()
    layer = Descriptor.of("application/vnd.kitops.modelkit.model.v1.tar", data)
    if size_bytes is not None:
        layer = Descriptor(layer.media_type, layer.digest, size_bytes)
    described = {("model", 0): (str(layer.digest), str(layer.digest))} if digests else {}
    return store_kit(settings, parse_yaml(f"model: {{path: '{path}'}}").with_layers(described), layer, change(data))


def store_kit(settings: Settings, kitfile: Kitfile, layer: Descriptor, data: bytes) -> str:
    """Write blobs, lists and tag as kit does, without anybody looking at them."""
    config = manifests.build_config(kitfile)
    described = Descriptor.of(CONFIG_TYPES["modelkit"], config)
    manifest = manifests.build_manifest(described, [layer], cli_version="x", created="2026-01-01T00:00:00Z")
    entry = Descriptor.of(IMAGE_MANIFEST, manifest)
    storage = settings.storage
    (storage / "blobs" / "sha256").mkdir(parents=True)
    for digest, blob in ((layer.digest, data), (described.digest, config), (entry.digest, manifest)):
        (storage / "blobs" / "sha256" / Digest(digest).hex).write_bytes(blob)
    pair = store(settings).repository("localhost/evil")._pair
    pair.index.write_text(gojson.dumps({"schemaVersion": 2, "manifests": [entry.to_json()]}))
    pair.tags.write_text(gojson.dumps({"v1": entry.to_json()}))
    (storage / "index.json").write_text(gojson.dumps({"schemaVersion": 2, "manifests": [entry.to_json()]}))
    (storage / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return "evil:v1"


FORGED: dict[str, dict[str, Any]] = {
    "other bytes of the same length": {"files": {"m": b"a"}, "change": lambda data: data[:-1] + b"\x01"},
    "a shorter blob": {"files": {"m": b"a"}, "change": lambda data: data[:-512]},
    "a longer blob": {"files": {"m": b"a"}, "change": lambda data: data + bytes(512)},
    "a lying size": {"files": {"m": b"a"}, "size_bytes": 77},
    "a name that climbs": {"files": {"../m": b"a"}},
    "an absolute name": {"files": {"/tmp/m": b"a"}},
    "a Kitfile in a layer": {"files": {"Kitfile": b"manifestVersion: 9"}},
    "a name twice": {"files": {"m": b"a", "./m": b"b"}},
    "an old kit whose path climbs": {"files": {"m": b"a"}, "path": "../../x/m", "digests": False},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_kit_is_refused_and_leaves_nothing(tmp_path: Path, settings: Settings, name: str) -> None:
    reference = forge(settings, **FORGED[name])
    before = everything_in(tmp_path)
    with pytest.raises(ContentError):
        kit.unpack(reference, tmp_path / "out", settings=settings)
    new = [path for path in everything_in(tmp_path) if path not in before]
    ours = "home/cache"  # what was read of the store is noted there once that is a while old
    assert [path for path in new if path != ours and not path.startswith(f"{ours}/")] == ["home/unpacks"]


def test_two_layers_with_the_same_file_are_refused(tmp_path: Path, settings: Settings) -> None:
    write_files(tmp_path / "p", {"a.bin": b"a"})
    packed = kit.pack(tmp_path / "p", text="model: {path: a.bin}", tag="one:v1", settings=settings)
    (layer,) = packed.layers
    text = "model: {path: a.bin, parts: [{path: b.bin}]}"
    both = (str(layer.digest), str(layer.digest))
    kitfile = parse_yaml(text).with_layers({("model", 0): both, ("part", 0): both})
    config = manifests.build_config(kitfile)
    described = Descriptor.of(CONFIG_TYPES["modelkit"], config)
    data = manifests.build_manifest(described, [layer.descriptor] * 2, cli_version="x", created="2026-01-01T00:00:00Z")
    place = store(settings).repository("localhost/twice")
    place.write(described, io.BytesIO(config))
    place.write(Descriptor.of(IMAGE_MANIFEST, data), io.BytesIO(data))
    place.tag(Descriptor.of(IMAGE_MANIFEST, data), "v1")
    with pytest.raises(UnsafeArchive):
        kit.unpack("twice:v1", tmp_path / "out", settings=settings)
    assert not (tmp_path / "out").exists()


def test_a_config_with_another_digest_than_the_manifest_is_refused(tmp_path: Path, settings: Settings) -> None:
    kitfile = parse_yaml("model: {path: m}").with_layers({("model", 0): (f"sha256:{'1' * 64}", f"sha256:{'1' * 64}")})
    reference = store_kit(settings, kitfile, Descriptor.of("application/vnd.kitops.modelkit.model.v1.tar", b""), b"")
    with pytest.raises(ContentError, match="not a layer of the manifest"):
        kit.unpack(reference, tmp_path / "out", settings=settings)


def test_a_gzip_layer_whose_inside_is_another_is_refused(tmp_path: Path, packed: Settings) -> None:
    kit.inspect("churn:gz", settings=packed)
    layers = kit.inspect("churn:gz", settings=packed).manifest["layers"]
    blob = store(packed).blob_path(Digest(layers[0]["digest"]))
    data = bytearray(blob.read_bytes())
    data[4] ^= 1  # the time in gzip's header: what is inside stays the same, the blob does not
    blob.chmod(0o644)
    blob.write_bytes(data)
    with pytest.raises(DigestMismatch):
        kit.unpack("churn:gz", tmp_path / "out", settings=packed)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_folders_without_write_permission_come_back_with_their_modes(tmp_path: Path, settings: Settings) -> None:
    write_files(tmp_path / "p", {"d/f": b"1"})
    (tmp_path / "p" / "d").chmod(0o555)
    kit.pack(tmp_path / "p", text="code: [{path: d}]", tag="p:v1", settings=settings)
    (tmp_path / "out").mkdir()
    kit.unpack("p:v1", tmp_path / "out", settings=settings)
    assert (tmp_path / "out" / "d").stat().st_mode & 0o777 == 0o555
