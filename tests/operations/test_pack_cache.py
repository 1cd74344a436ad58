"""Packing again: what is read a second time, and what is known from the first."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import FILES, files_in, make_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


def settle(root: Path) -> None:
    """Make the files older than the clock's tick, so that their stamps can be trusted."""
    for path in root.rglob("*"):
        os.utime(path, ns=(1_000_000_000_000_000_001, 1_000_000_000_000_000_001), follow_symlinks=False)
    time.sleep(0.12)


def statuses(result: kit.PackResult) -> dict[str, str]:
    return {layer.path: layer.status for layer in result.layers}


def test_packing_twice_gives_one_digest_and_reads_nothing_the_second_time(project: Path, settings: Settings) -> None:
    settle(project)
    first = kit.pack(project, tag="churn:v1", settings=settings)
    second = kit.pack(project, tag="churn:v2", settings=settings)
    assert first.digest == second.digest
    assert set(statuses(first).values()) == {"packed"}
    assert set(statuses(second).values()) == {"unchanged"}
    assert [listed.tags for listed in kit.list_kits(settings=settings).kits] == [("v1", "v2")]


def test_a_changed_file_is_read_again_and_only_its_layer(project: Path, settings: Settings) -> None:
    settle(project)
    first = kit.pack(project, tag="churn:v1", settings=settings)
    (project / "src" / "deep" / "b.py").write_bytes(b"b = 3\n")
    second = kit.pack(project, tag="churn:v2", settings=settings)
    assert [path for path, status in statuses(second).items() if status == "packed"] == ["src"]
    assert first.digest != second.digest


def test_a_change_that_keeps_size_and_mtime_is_seen_by_its_ctime(project: Path, settings: Settings) -> None:
    settle(project)
    kit.pack(project, tag="churn:v1", settings=settings)
    path = project / "data" / "validation.csv"
    stamp = path.stat()
    path.write_bytes(b"x,y\n9,9\n")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert statuses(kit.pack(project, tag="churn:v2", settings=settings))["data/validation.csv"] == "packed"


def test_a_file_that_was_just_written_is_not_trusted_by_its_stamps(project: Path, settings: Settings) -> None:
    path = project / "data" / "validation.csv"
    for number in range(20):
        path.write_bytes(f"x,y\n{number % 10},6\n".encode())
        result = kit.pack(project, tag="churn:v1", settings=settings)
        out = kit.unpack(
            "churn:v1", path.parents[2] / f"out{number}", settings=settings, filters=["datasets:validation"]
        )
        assert (out.directory / "data" / "validation.csv").read_bytes() == path.read_bytes(), result.layers


def test_without_the_cache_everything_is_read(project: Path, settings: Settings) -> None:
    settle(project)
    kit.pack(project, tag="churn:v1", settings=settings)
    again = kit.pack(project, tag="churn:v1", use_cache=False, settings=settings)
    assert set(statuses(again).values()) == {"packed"}


def test_a_layer_whose_blob_is_gone_is_read_again(project: Path, settings: Settings) -> None:
    settle(project)
    kit.pack(project, tag="churn:v1", settings=settings)
    kit.remove("churn:v1", settings=settings)
    again = kit.pack(project, tag="churn:v1", settings=settings)
    assert set(statuses(again).values()) == {"packed"}
    assert files_in(kit.unpack("churn:v1", project.parent / "out", settings=settings).directory) == FILES
