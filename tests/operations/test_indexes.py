"""An index of kits with labels: one name, of which a label chooses one kit."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import IMAGE_INDEX, IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.kit_index import KitIndex, labelled
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import store
from tests.operations.projects import files_in, write_files


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A store with the index `models:all` of two builds of one model."""
    settings = Settings.load({}, home=tmp_path / "home")
    index = KitIndex()
    for name in ("q4", "q8"):
        write_files(tmp_path / name, {"model.bin": name.encode()})
        packed = kit.pack(tmp_path / name, text="model: {path: model.bin}", tag=f"models:{name}", settings=settings)
        size_bytes = store(settings).blob_path(Digest(str(packed.digest))).stat().st_size
        entry = Descriptor(IMAGE_MANIFEST, Digest(str(packed.digest)), size_bytes)
        index = index.with_entry(labelled(entry, [f"quantization={name}", "family=wine"]))
    place = store(settings).repository("localhost/models", kind="indexes")
    described = Descriptor.of(IMAGE_INDEX, index.to_bytes())
    place.write(described, io.BytesIO(index.to_bytes()))
    place.tag(described, "all")
    return settings


@pytest.mark.parametrize("name", ["q4", "q8"])
def test_a_label_chooses_the_kit_that_is_unpacked(tmp_path: Path, settings: Settings, name: str) -> None:
    out = kit.unpack("models:all", tmp_path / "out", labels=[f"quantization={name}"], settings=settings).directory
    assert files_in(out) == {"model.bin": name.encode()}


def test_labels_that_fit_none_or_several_list_what_there_is(tmp_path: Path, settings: Settings) -> None:
    for label in ("quantization=q2", "family=wine"):
        with pytest.raises(NotFound) as caught:
            kit.unpack("models:all", tmp_path / "out", labels=[label], settings=settings)
        assert len(caught.value.details) == 2
    with pytest.raises(NotFound, match="no index models:q4"):
        kit.unpack("models:q4", tmp_path / "out", labels=["a=b"], settings=settings)
    with pytest.raises(Usage, match="an index of 2 kits") as asked:
        kit.unpack("models:all", tmp_path / "out", settings=settings)
    assert "quantization=q8" in asked.value.details[1]
    assert not (tmp_path / "out").exists()
