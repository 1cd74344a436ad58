"""A tag of digits is a tag, in every place that reads a kit's name."""

from __future__ import annotations

from dataclasses import replace

import pytest

import kitops_jupyter as kit
from kitops_jupyter.filesystem import KitFileSystem, split
from kitops_jupyter.settings import RegistrySettings, Settings
from kitops_jupyter.targets import is_registry
from tests.operations.projects import write_files

TAGS = ["1", "2024", "65535", "65536", "20240131", "v1", "1.0", "0"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("numeric")
    settings = Settings.load({}, home=root / "home")
    write_files(root / "p", {"data/10:30.csv": b"t\n"})
    (root / "p" / "Kitfile").write_text("datasets: [{name: d, path: data}]\n")
    for name in ("m", "team/m", "my.model"):
        kit.pack(root / "p", tag=f"{name}:{','.join(TAGS)}", settings=settings)
    return settings


@pytest.mark.parametrize("name", ["m", "team/m", "my.model"])
@pytest.mark.parametrize("tag", TAGS)
def test_it_is_a_tag_everywhere(name: str, tag: str, here: Settings) -> None:
    reference = f"{name}:{tag}"
    files = KitFileSystem(home=here.home, skip_instance_cache=True)
    assert files.cat_file(f"kit://{reference}/data/10:30.csv") == b"t\n"
    assert files.exists(f"kit://{reference}/data/10:30.csv") and files.isfile(f"kit://{reference}/data/10:30.csv")
    assert [path.rpartition("/")[2] for path in files.find(f"kit://{reference}")] == ["10:30.csv"]
    assert not is_registry(reference, here)
    assert kit.browse(reference, settings=here).title == reference
    (row,) = kit.list_kits(reference, settings=here).kits
    assert tag in row.tags
    assert str(kit.info(reference, settings=here).reference) == reference


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost:5000", True),
        ("registry:5000", True),
        ("registry.example.com", True),
        ("registry.example.com:5000", True),
        ("[::1]:5000", True),
        ("corp", True),
        ("m", False),
        ("m:v1", False),
        ("other:v1", False),
        ("other:99999", False),
        ("my.model", False),
        ("registry:5000/repo", False),
        ("registry.example.com/repo:2024", False),
    ],
)
def test_a_host_and_its_port_stay_a_registry(text: str, expected: bool, here: Settings) -> None:
    settings = replace(here, registries={"corp": RegistrySettings()})
    assert is_registry(text, settings) is expected


def test_a_repository_behind_a_port_is_not_a_path_in_a_kit(here: Settings) -> None:
    files = KitFileSystem(home=here.home, skip_instance_cache=True)
    place = "registry:5000/churn:v1"
    found = split(f"kit://{place}/data/a.csv", is_kit=files._is_kit)
    assert found == (place, "data/a.csv")
