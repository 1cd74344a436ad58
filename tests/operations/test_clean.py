"""`kit clean`: it shows what could go, and removes it only when that is confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs import Context, parse, run
from tests.operations.projects import write_files


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A kit with a tag, and one that lost it to the next pack."""
    settings = Settings(tmp_path / "home")
    for data in (b"1", b"22"):
        write_files(tmp_path / "iris", {"a.bin": data * 4096})
        kit.pack(tmp_path / "iris", text="code: [{path: .}]", tag="iris:v1", settings=settings)
    return settings


def ran(line: str, home: Settings) -> object:
    return run(parse(line.split()), Context(home, home.home))


def test_without_yes_it_shows_and_removes_nothing(home: Settings) -> None:
    shown = ran("clean", home)
    assert isinstance(shown, kit.DiskUse) and len(shown.untagged) == 1 and shown.cache_files
    assert shown.untagged[0][0] in str(shown) and "kit clean --yes removes what can go" in str(shown)
    assert kit.disk_use(settings=home) == shown


def test_with_yes_it_removes_what_was_shown_and_leaves_every_kit_with_a_tag(home: Settings) -> None:
    shown = kit.disk_use(settings=home)
    done = ran("clean --yes", home)
    assert isinstance(done, kit.CleanUp) and done.removed == (shown.untagged[0][0],)
    assert done.store_bytes >= shown.untagged_bytes and done.cache_bytes
    assert not kit.cache_info(settings=home).file_count
    after = kit.disk_use(settings=home)
    assert (after.kit_count, after.untagged) == (1, ())
    kit.unpack("iris:v1", home.home / "out", settings=home)


@pytest.mark.parametrize(("flag", "is_untagged"), [("--untagged", True), ("--cache", False)])
def test_one_of_both_can_be_chosen(home: Settings, flag: str, is_untagged: bool) -> None:
    done = ran(f"clean {flag} -y", home)
    assert isinstance(done, kit.CleanUp) and bool(done.removed) == is_untagged
    assert bool(kit.cache_info(settings=home).file_count) == is_untagged
    assert bool(kit.disk_use(settings=home).untagged) == (not is_untagged)


def test_a_choice_without_yes_is_refused_and_so_is_a_clean_up_of_nothing(home: Settings) -> None:
    with pytest.raises(kit.Usage):
        ran("clean --cache", home)
    with pytest.raises(kit.Usage):
        kit.clean_up(untagged=False, cache=False, settings=home)
    assert len(kit.disk_use(settings=home).untagged) == 1


def test_an_empty_home_has_nothing_to_clean_and_is_not_made(tmp_path: Path) -> None:
    new = Settings(tmp_path / "new")
    assert "Nothing to clean up" in str(kit.disk_use(settings=new))
    assert kit.clean_up(settings=new).freed_bytes == 0
    assert not new.home.exists()
