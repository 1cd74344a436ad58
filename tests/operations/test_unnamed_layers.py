"""Layers that a Kitfile does not name are part of the kit: every look at it says that they are there."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Descriptor, read_verified
from kitops_jupyter.manifest import FILE_PATH
from kitops_jupyter.operations.opening import Opener
from kitops_jupyter.reference import Reference
from kitops_jupyter.server.views.layers import rows_of
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository
from kitops_jupyter.targets import store
from tests.operations.projects import make_project

HIDDEN = "is in the kit, but not in its Kitfile"


@pytest.fixture
def pair(here: Settings, tmp_path: Path) -> tuple[str, str]:
    """A kit, and the same with one more layer of the same Kitfile."""
    kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=here)
    place = store(here).repository(Reference.parse("churn:v1"))
    with_layer(place, "v1", "v2")
    return "churn:v1", "churn:v2"


def tar_of(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def with_layer(place: Repository, tag: str, new_tag: str) -> None:
    found = place.resolve(tag)
    manifest = json.loads(read_verified(place, found))
    data = tar_of({"extra/x.txt": b"x"})
    kind = "application/vnd.kitops.modelkit.code.v1.tar"
    layer = Descriptor.of(kind, data, {FILE_PATH: "extra"})
    place.write(layer, io.BytesIO(data))
    manifest["layers"].append(layer.to_json())
    text = json.dumps(manifest).encode()
    changed = Descriptor.of(found.media_type, text)
    place.write(changed, io.BytesIO(text))
    place.tag(changed, new_tag)


def test_every_look_says_that_it_is_there(pair: tuple[str, str], here: Settings, tmp_path: Path) -> None:
    plain, odd = pair
    for number, reference in enumerate((plain, odd)):
        looks = [
            str(kit.files(reference, settings=here)),
            str(kit.info(reference, settings=here)),
            str(kit.unpack(reference, tmp_path / f"out{number}", settings=here)),
        ]
        assert [HIDDEN in text for text in looks] == [reference == odd] * 3


def test_kits_whose_layers_differ_are_not_identical(pair: tuple[str, str], here: Settings) -> None:
    found = kit.diff(*pair, settings=here)
    assert not found.identical and "ModelKits are identical" not in str(found)
    assert [layer.path for layer in found.only_second] == ["extra (not in the Kitfile)"] and not found.only_first
    assert HIDDEN in str(found)


def test_a_layer_that_one_kit_names_and_the_other_has_is_shared(pair: tuple[str, str], here: Settings) -> None:
    again = kit.diff(pair[1], pair[1], settings=here)
    assert "extra (not in the Kitfile)" in [layer.path for layer in again.shared] and not again.warnings


def test_the_rows_of_the_panel_have_it_and_it_cannot_be_chosen(pair: tuple[str, str], here: Settings) -> None:
    with Opener(here) as opener:
        rows = rows_of(opener.open(pair[1]), opener, here)
    (row,) = [row for row in rows if row.name == "not in the Kitfile"]
    assert (row.section, row.path, row.filter, row.can_list) == ("code", "extra", "", False)


def test_two_entries_of_equal_bytes_are_both_named(here: Settings, tmp_path: Path) -> None:
    project = tmp_path / "twins"
    project.mkdir()
    for name in ("a.bin", "b.bin"):
        (project / name).write_bytes(b"same")
    (project / "Kitfile").write_text("datasets: [{path: a.bin}, {path: b.bin}]\n")
    kit.pack(project, tag="twins:v1", layer_format="raw", settings=here)
    assert HIDDEN not in str(kit.files("twins:v1", settings=here))
