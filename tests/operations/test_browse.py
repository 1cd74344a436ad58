"""Places, repositories, tags and kits, a level at a time; what is in the way is known before a layer moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import NotFound
from kitops_jupyter.operations.look.browse import Access, Home, KitPlace, begin, browse
from kitops_jupyter.operations.look.tags import describe_tags, list_tags
from kitops_jupyter.operations.transfer.plan import plan_pull
from kitops_jupyter.operations.unpack.conflicts import find_conflicts
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.registries import Real
from tests.operations.projects import make_project

HTTP = Connection(plain_http=True)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    """A home that has nothing yet."""
    return Settings.load({}, home=tmp_path / "elsewhere")


@pytest.fixture
def pushed(tmp_path: Path, settings: Settings, plain: Real) -> str:
    """A repository with a few tags in a registry."""
    repository = f"{plain.host}/browse/{tmp_path.name.lower().replace('_', '-').strip('-')}"
    kit.pack(make_project(tmp_path / "project"), tag=f"{repository}:v1", settings=settings)
    for tag in ("v1", "v9", "v10", "champion"):
        if tag != "v1":
            kit.tag(f"{repository}:v1", f"{repository}:{tag}", settings=settings)
        kit.push(f"{repository}:{tag}", connection=HTTP, settings=settings)
    return repository


def test_lifecycle_tags_come_first_then_the_highest_numbers(pushed: str, elsewhere: Settings) -> None:
    assert list_tags(pushed, connection=HTTP, settings=elsewhere) == ("champion", "v10", "v9", "v1")


@pytest.mark.parametrize("end", ["", ".sig", ".att", ".sbom"])
def test_tags_of_signatures_and_the_like_are_no_kits_in_any_list(pushed: str, elsewhere: Settings, end: str) -> None:
    before = kit.list_kits(pushed, connection=HTTP, settings=elsewhere)
    assert len(before.kits) == 1
    signed = f"{pushed}:sha256-{before.kits[0].digest.hex}{end}"
    kit.tag(f"{pushed}:v1", signed, remote=True, connection=HTTP, settings=elsewhere)
    assert kit.list_kits(pushed, connection=HTTP, settings=elsewhere) == before
    assert list_tags(pushed, connection=HTTP, settings=elsewhere) == ("champion", "v10", "v9", "v1")


def test_tags_are_described_for_those_in_sight(pushed: str, elsewhere: Settings) -> None:
    found = describe_tags(pushed, ["v9", "gone"], connection=HTTP, settings=elsewhere)
    assert (found["v9"].model_name, found["v9"].author, found["v9"].problem) == ("churn", "Ada", "")
    assert found["v9"].size_bytes > 80_000
    assert found["gone"].problem


def test_from_a_registry_down_to_a_file(pushed: str, elsewhere: Settings) -> None:
    registry, _, name = pushed.partition("/")
    level = begin(registry, Access(HTTP, elsewhere))
    assert not isinstance(level, KitPlace)
    assert name in level.names()
    tags = level.below(name)
    assert not isinstance(tags, KitPlace)
    assert "churn" in tags.describe(["v10"])["v10"]
    found = tags.below("v10")
    assert isinstance(found, KitPlace)
    assert [file.path for file in found.files("dataset", "data/training")] == [
        "data/training/part-1.csv",
        "data/training/part-2.csv",
    ]


def test_home_has_the_store_and_the_registries_that_kits_came_from(pushed: str, settings: Settings) -> None:
    home = begin("", Access(HTTP, settings))
    assert isinstance(home, Home)
    assert list(home.names()) == ["local store", pushed.partition("/")[0]]
    assert "1 kit " in home.describe(["local store"])["local store"]
    store = home.below("local store")
    assert list(store.names()) == [pushed]
    tags = store.below(pushed)
    assert not isinstance(tags, KitPlace)
    assert "champion" in tags.names()
    opened = tags.below("champion")
    assert isinstance(opened, KitPlace)
    assert not opened.is_remote


def test_as_text_it_lists_the_same(pushed: str, settings: Settings, elsewhere: Settings) -> None:
    assert "local store" in str(browse(settings=settings))
    assert "v10" in str(browse(pushed, connection=HTTP, settings=elsewhere))
    assert "dataset data/training" in str(browse(f"{pushed}:v1", connection=HTTP, settings=elsewhere))
    with pytest.raises(NotFound):
        browse(f"{pushed}:gone", connection=HTTP, settings=elsewhere)


def test_conflicts_are_known_before_a_layer_moves(pushed: str, elsewhere: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "data" / "training").mkdir(parents=True)
    (out / "data" / "training" / "part-1.csv").write_text("mine")
    (out / "Kitfile").write_text("mine")

    def look(*filters: str, **more: Any) -> list[str]:
        found = find_conflicts(
            f"{pushed}:v1", out, filters=filters, remote=True, connection=HTTP, settings=elsewhere, **more
        )
        return [str(conflict) for conflict in found]

    assert look() == ["Kitfile exists with different content", "data/training/part-1.csv exists"]
    assert look("datasets:data/training/part-2.csv") == []
    assert look("datasets", overwrite=True) == []
    assert look("datasets", ignore_existing=True) == []
    plan = plan_pull(f"{pushed}:v1", out, connection=HTTP, settings=elsewhere)
    assert [str(conflict) for conflict in plan.conflicts] == look()
    assert sorted(path.name for path in out.rglob("*")) == ["Kitfile", "data", "part-1.csv", "training"]
    assert not (elsewhere.storage / "blobs").exists()
