"""Layouts that lie: each is refused with a typed error, and nothing of it gets a final name anywhere."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import (
    ArchiveInvalid,
    ContentError,
    DigestMismatch,
    KitError,
    ManifestInvalid,
    NotAModelKit,
    NotFound,
    PathInvalid,
    SizeMismatch,
    UnsafeArchive,
)
from kitops_jupyter.oci_layout import LayoutFolder, LayoutTar
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import store
from tests.contract import MadeKit
from tests.oci_layout.layouts import make_layout, tarred


def blob(folder: Path, digest: str) -> Path:
    return folder / "blobs" / "sha256" / digest[7:]


def edit_index(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    parsed = json.loads((folder / "index.json").read_text())
    change(parsed)
    (folder / "index.json").write_text(json.dumps(parsed))


def wrong_bytes(folder: Path, made: MadeKit) -> None:
    blob(folder, made.layers[0].digest).write_bytes(b"WEIGHTS" * 1000)


def too_short(folder: Path, made: MadeKit) -> None:
    blob(folder, made.layers[0].digest).write_bytes(b"weights")


def too_long(folder: Path, made: MadeKit) -> None:
    blob(folder, made.layers[0].digest).write_bytes(b"weights" * 2000)


def no_blob(folder: Path, made: MadeKit) -> None:
    blob(folder, made.layers[0].digest).unlink()


def no_manifest(folder: Path, made: MadeKit) -> None:
    blob(folder, made.manifest.digest).unlink()


def other_manifest(folder: Path, made: MadeKit) -> None:
    path = blob(folder, made.manifest.digest)
    path.write_bytes(path.read_bytes().replace(b"kit", b"KIT"))


def climbing_digest(folder: Path, made: MadeKit) -> None:
    edit_index(folder, lambda index: index["manifests"][0].update(digest="sha256:../../../etc/passwd"))


def lying_size(folder: Path, made: MadeKit) -> None:
    edit_index(folder, lambda index: index["manifests"][0].update(size=1 << 50))


def negative_size(folder: Path, made: MadeKit) -> None:
    edit_index(folder, lambda index: index["manifests"][0].update(size=-1))


def lying_type(folder: Path, made: MadeKit) -> None:
    kind = "application/vnd.oci.image.index.v1+json"
    edit_index(folder, lambda index: index["manifests"][0].update(mediaType=kind))


def giant_index(folder: Path, made: MadeKit) -> None:
    with (folder / "index.json").open("ab") as stream:
        stream.truncate(1 << 30)


def many_entries(folder: Path, made: MadeKit) -> None:
    edit_index(folder, lambda index: index.update(manifests=index["manifests"] * 50_001))


def deep_index(folder: Path, made: MadeKit) -> None:
    (folder / "index.json").write_text('{"schemaVersion":2,"manifests":' + "[" * 100_000)


def key_twice(folder: Path, made: MadeKit) -> None:
    (folder / "index.json").write_text('{"schemaVersion":2,"manifests":[],"manifests":[]}')


def index_is_a_list(folder: Path, made: MadeKit) -> None:
    (folder / "index.json").write_text("[]")


def no_index(folder: Path, made: MadeKit) -> None:
    (folder / "index.json").unlink()


def no_marker(folder: Path, made: MadeKit) -> None:
    (folder / "oci-layout").unlink()


def next_version(folder: Path, made: MadeKit) -> None:
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"2.0.0"}')


def giant_marker(folder: Path, made: MadeKit) -> None:
    (folder / "oci-layout").write_text(" " * 5000)


LIES = [
    (wrong_bytes, DigestMismatch), (too_short, SizeMismatch), (too_long, SizeMismatch), (no_blob, NotFound),
    (no_manifest, NotFound), (other_manifest, DigestMismatch), (climbing_digest, ManifestInvalid),
    (lying_size, ManifestInvalid), (negative_size, ManifestInvalid), (lying_type, NotAModelKit),
    (giant_index, ManifestInvalid), (many_entries, ManifestInvalid), (deep_index, ManifestInvalid),
    (key_twice, ManifestInvalid), (index_is_a_list, ManifestInvalid), (no_index, NotFound), (no_marker, NotFound),
    (next_version, ManifestInvalid), (giant_marker, ManifestInvalid),
]  # fmt: skip


@pytest.mark.parametrize("form", ["folder", "tar"])
@pytest.mark.parametrize(("lie", "error"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_a_lying_layout_is_refused_and_leaves_nothing(
    tmp_path: Path, settings: Settings, lie: Callable[[Path, MadeKit], None], error: type[KitError], form: str
) -> None:
    made = make_layout(tmp_path / "layout")
    lie(tmp_path / "layout", made)
    origin = f"oci:{tmp_path}/layout:v1"
    if form == "tar":
        if lie is giant_index:
            pytest.skip("a GiB of zeros: the folder shows it, and headers tell sizes")
        origin = f"{tarred(tmp_path / 'layout', tmp_path / 'kit.tar')}:v1"
    for goal in ("churn:v1", f"oci:{tmp_path}/copied:v1", f"{tmp_path}/copied.tar"):
        with pytest.raises(error):
            kit.copy(origin, goal, settings=settings)
    assert kit.list_kits(settings=settings).kits == ()
    assert store(settings).check(read_layers=True).problems == ()
    assert not (tmp_path / "copied.tar").exists()
    if (tmp_path / "copied").exists():
        assert LayoutFolder(tmp_path / "copied").names() == []
        lied = tmp_path / "copied" / "blobs" / "sha256" / made.layers[0].digest.hex
        assert not lied.exists() or lie not in (wrong_bytes, too_short, too_long)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("where", ["blob", "blobs", "blobs/sha256", "index.json", "oci-layout"])
def test_no_link_in_a_layout_is_followed(tmp_path: Path, settings: Settings, where: str) -> None:
    made = make_layout(tmp_path / "layout")
    path = blob(tmp_path / "layout", made.layers[0].digest) if where == "blob" else tmp_path / "layout" / where
    path.rename(tmp_path / "outside")
    path.symlink_to(tmp_path / "outside")
    with pytest.raises((PathInvalid, ContentError)):
        kit.copy(f"oci:{tmp_path}/layout:v1", "churn", settings=settings)
    before = sorted((tmp_path / "outside").rglob("*")) if (tmp_path / "outside").is_dir() else []
    if where.startswith("blobs"):
        (tmp_path / "p").mkdir()
        (tmp_path / "p" / "m.bin").write_bytes(b"new")
        kit.pack(tmp_path / "p", text="model: {path: m.bin}", tag="new:v1", settings=settings)
        with pytest.raises(PathInvalid):
            kit.copy("new:v1", f"oci:{tmp_path}/layout", settings=settings)
        assert sorted((tmp_path / "outside").rglob("*")) == before
    assert kit.list_kits("churn", settings=settings).kits == ()


def member(
    name: str, kind: bytes = tarfile.REGTYPE, data: bytes = b"", link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, len(data), link
    return info, data


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        (member("../../evil", data=b"x"), UnsafeArchive),
        (member("/etc/evil", data=b"x"), UnsafeArchive),
        (member("blobs/../../evil", data=b"x"), UnsafeArchive),
        (member("index.json", tarfile.SYMTYPE, link="/etc/passwd"), UnsafeArchive),
        (member("blobs/sha256/x", tarfile.LNKTYPE, link="index.json"), UnsafeArchive),
        (member("device", tarfile.CHRTYPE), UnsafeArchive),
        (member("pipe", tarfile.FIFOTYPE), UnsafeArchive),
        (member("index.json", data=b'{"schemaVersion":2,"manifests":[]}'), ArchiveInvalid),
        (member("./oci-layout", data=b'{"imageLayoutVersion":"1.0.0"}'), ArchiveInvalid),
    ],
)
def test_a_tar_with_a_member_that_it_must_not_have_is_refused(
    tmp_path: Path, extra: tuple[tarfile.TarInfo, bytes], error: type[KitError]
) -> None:
    make_layout(tmp_path / "layout")
    path = tarred(tmp_path / "layout", tmp_path / "kit.tar")
    with tarfile.open(path, "a") as archive:
        archive.addfile(extra[0], io.BytesIO(extra[1]))
    with pytest.raises(error):
        LayoutTar(path)


@pytest.mark.parametrize("left", [0, 1, 511, 512, 3000, -600, -1024 * 9])
def test_a_tar_that_is_cut_off_is_refused(tmp_path: Path, settings: Settings, left: int) -> None:
    make_layout(tmp_path / "layout")
    data = tarred(tmp_path / "layout", tmp_path / "kit.tar").read_bytes().rstrip(b"\0")
    (tmp_path / "kit.tar").write_bytes(data[:left])
    with pytest.raises((ContentError, NotFound)):
        kit.copy(f"{tmp_path}/kit.tar", "churn", settings=settings)
    assert kit.list_kits(settings=settings).kits == ()


def test_what_is_no_layout_is_named_as_such(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "notes.tar").write_bytes(b"not a tar at all" * 100)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.tar").mkdir()
    for origin, error in (
        (f"{tmp_path}/notes.tar", ArchiveInvalid),
        (f"{tmp_path}/missing.tar", NotFound),
        (f"{tmp_path}/folder.tar", PathInvalid),
        (f"oci:{tmp_path}/folder", NotFound),
        (f"oci:{tmp_path}/missing", NotFound),
        (f"oci:{tmp_path}/notes.tar", NotFound),
    ):
        with pytest.raises(error):
            kit.copy(origin, "churn", settings=settings)
    assert not (tmp_path / "missing").exists()


def test_a_layout_that_lists_itself_in_a_ring_ends(tmp_path: Path, settings: Settings) -> None:
    """No digest can be its own, but an entry can name any blob an index."""
    make_layout(tmp_path / "layout")
    data = (tmp_path / "layout" / "index.json").read_bytes()
    from kitops_jupyter.content import Descriptor

    entry = Descriptor.of("application/vnd.oci.image.index.v1+json", data)
    blob(tmp_path / "layout", entry.digest).write_bytes(data)
    edit_index(tmp_path / "layout", lambda index: index["manifests"].append(entry.to_json()))
    assert kit.copy(f"oci:{tmp_path}/layout:v1", "churn", settings=settings).kits == 1
    with pytest.raises(NotAModelKit):
        kit.copy(f"oci:{tmp_path}/layout@{entry.digest}", "other", settings=settings)
