"""No verb closes a ring of kits that build on each other: none of them could be unpacked any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import ReferenceCycle
from kitops_jupyter.settings import Settings

Pack = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def pack(tmp_path: Path, settings: Settings) -> Pack:
    def run(tag: str, parent: str = "") -> str:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        (folder / "a.txt").write_text("x")
        text = f"model: {{path: '{parent}'}}" if parent else "model: {path: a.txt}"
        return str(kit.pack(folder, text=text, tag=tag, settings=settings).digest)

    return run


@pytest.fixture
def chain(pack: Pack) -> None:
    """v3 builds on v2, and that on v1."""
    pack("m:v1")
    pack("m:v2", "m:v1")
    pack("m:v3", "m:v2")


def digests(settings: Settings) -> dict[str, str]:
    return {name: str(kit.info(name, settings=settings).digest) for name in ("m:v1", "m:v2", "m:v3")}


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("tag", "parent"),
    [("m:v1", "m:v3"), ("m:v1", "m:v1"), ("m:v9,v2", "m:v3"), ("new:v1", "new:v1")],
)
def test_a_pack_through_a_tag_that_it_writes_is_refused_and_nothing_moves(
    pack: Pack, settings: Settings, tmp_path: Path, tag: str, parent: str
) -> None:
    before = digests(settings)
    with pytest.raises(ReferenceCycle, match="Found cycle in modelkit references"):
        pack(tag, parent)
    assert digests(settings) == before
    assert kit.unpack("m:v3", tmp_path / "out", settings=settings).file_count


@pytest.mark.usefixtures("chain")
def test_a_tag_that_would_close_a_ring_does_not_move(settings: Settings, tmp_path: Path) -> None:
    before = digests(settings)
    with pytest.raises(ReferenceCycle, match="m:v1 -> m:v2 -> m:v1"):
        kit.tag("m:v3", "m:v1", settings=settings)
    with pytest.raises(ReferenceCycle):
        kit.tag("m:v2", "m:v9,v1", settings=settings)
    assert digests(settings) == before
    kit.tag("m:v3", "m:v4", settings=settings)
    assert kit.unpack("m:v4", tmp_path / "out", settings=settings).file_count


def test_a_kit_tuned_from_the_champion_becomes_it_only_by_another_name(pack: Pack, settings: Settings) -> None:
    pack("m:champion")
    pack("m:challenger", "m:champion")
    with pytest.raises(ReferenceCycle, match="m:champion"):
        kit.promote("m:challenger", "champion", settings=settings)
    kit.promote("m:challenger", "retired", settings=settings)


@pytest.mark.usefixtures("chain")
def test_a_copy_into_the_store_closes_no_ring(settings: Settings, tmp_path: Path) -> None:
    kit.copy("m:v3", f"oci:{tmp_path / 'layout'}:v1", settings=settings)
    before = digests(settings)
    with pytest.raises(ReferenceCycle, match="m:v1"):
        kit.copy(f"oci:{tmp_path / 'layout'}:v1", "local://m:v1", settings=settings)
    assert digests(settings) == before


def test_a_digest_names_what_was_and_closes_no_ring(pack: Pack, settings: Settings, tmp_path: Path) -> None:
    first = pack("m:v1")
    pack("m:v1", f"m@{first}")
    assert kit.unpack("m:v1", tmp_path / "out", settings=settings).file_count


def test_a_kit_that_only_refers_to_others_is_not_called_empty(pack: Pack, settings: Settings, tmp_path: Path) -> None:
    pack("m:v1")
    folder = tmp_path / "project"
    built = kit.pack(folder, text="model: {path: 'm:v1'}", tag="m:v2", settings=settings)
    assert not [warning for warning in built.warnings if "empty" in warning]
    bare = kit.pack(folder, text="package: {name: a}", tag="m:v3", settings=settings)
    assert [warning for warning in bare.warnings if "the kit is empty" in warning]
