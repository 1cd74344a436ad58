"""Several names removed at once, and the space that nothing names: what goes, what stays, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.operations.transfer.disk_use import clean_up, disk_use
from kitops_jupyter.operations.transfer.remove import preview_each, remove_each
from kitops_jupyter.settings import Settings
from tests.operations.projects import write_files


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """Two kits; `old` and `tuned` are names of one."""
    settings = Settings(tmp_path / "home")
    for name, data in (("churn:old", b"1"), ("iris:v1", b"22")):
        write_files(tmp_path / name, {"a.bin": data * 4096})
        kit.pack(tmp_path / name, text="code: [{path: .}]", tag=name, settings=settings)
    kit.tag("churn:old", "churn:tuned", settings=settings)
    return settings


def names(settings: Settings) -> set[str]:
    return {f"{each.repository}:{tag}" for each in kit.list_kits(settings=settings).kits for tag in each.tags}


def test_one_that_is_not_there_keeps_no_other_and_the_error_says_what_was_removed(home: Settings) -> None:
    with pytest.raises(kit.NotFound) as caught:
        kit.remove(["churn:none", "churn:old", "iris:none"], settings=home)
    assert names(home) == {"churn:tuned", "iris:v1"}
    assert [detail.partition(" not in")[0] for detail in caught.value.details] == [
        "iris:none was not removed: iris:none is",
        "churn:old was removed",
    ]


def test_both_names_of_one_kit_free_its_bytes_in_the_preview_and_then(home: Settings) -> None:
    asked = ["churn:old", "churn:tuned", "churn:none"]
    preview, unseen = preview_each(asked, settings=home)
    assert [name for name, _ in preview.removed] == ["churn:old", "churn:tuned"]
    assert preview.freed_bytes > 4096
    done, failed = remove_each(asked, settings=home)
    assert done.freed_bytes >= preview.freed_bytes
    assert [name for name, _ in failed] == ["churn:none"] and names(home) == {"iris:v1"}
    assert not unseen or unseen[0][0] == "churn:none"


def test_with_all_tags_a_name_that_went_along_is_none_that_failed(home: Settings) -> None:
    done, failed = remove_each(["churn:old", "churn:tuned"], force=True, settings=home)
    assert not failed and names(home) == {"iris:v1"}
    assert set(done.untagged) | {name for name, _ in done.removed} == {"churn:old", "churn:tuned"}


def test_a_clean_up_removes_the_kits_that_were_shown_and_no_tag(home: Settings, tmp_path: Path) -> None:
    digest = kit.info("iris:v1", settings=home).digest
    write_files(tmp_path / "iris:v1", {"a.bin": b"333" * 4096})
    kit.pack(tmp_path / "iris:v1", text="code: [{path: .}]", tag="iris:v1", settings=home)
    use = disk_use(settings=home)
    assert [(name, found.digest) for name, found in use.untagged] == [(f"iris@{digest}", digest)]
    assert 0 < use.untagged_bytes < use.store_bytes and use.kit_count == 3
    before = names(home)
    done = clean_up(cache=False, stamp=use.stamp, settings=home)
    assert done.freed_bytes >= use.untagged_bytes and done.removed == (f"iris@{digest}",)
    assert names(home) == before and "iris@" not in str(disk_use(settings=home))
    assert disk_use(settings=home).untagged == ()


def test_a_clean_up_of_what_changed_since_it_was_shown_removes_nothing(home: Settings, tmp_path: Path) -> None:
    write_files(tmp_path / "iris:v1", {"a.bin": b"333" * 4096})
    kit.pack(tmp_path / "iris:v1", text="code: [{path: .}]", tag="iris:v1", settings=home)
    shown = disk_use(settings=home)
    write_files(tmp_path / "iris:v1", {"a.bin": b"4444" * 4096})
    kit.pack(tmp_path / "iris:v1", text="code: [{path: .}]", tag="iris:v1", settings=home)
    with pytest.raises(kit.Conflict, match="nothing was removed") as caught:
        clean_up(stamp=shown.stamp, settings=home)
    assert caught.value.hint == "kit clean shows them"
    assert len(disk_use(settings=home).untagged) == 2
    assert disk_use(settings=home).cache_files > 0


def test_an_emptied_cache_leaves_all_kits(home: Settings) -> None:
    before = names(home)
    assert clean_up(untagged=False, settings=home).cache_bytes > 0
    assert kit.cache_info(settings=home).file_count == 0
    assert names(home) == before
