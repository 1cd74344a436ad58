"""Our program and the `kit` program against each other, on one store; skipped if there is no kit on PATH."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import FILES, files_in, make_project

KIT = shutil.which("kit")
pytestmark = [pytest.mark.kit, pytest.mark.skipif(not KIT, reason="there is no kit program on PATH")]


def run_kit(settings: Settings, *words: str, cwd: Path) -> str:
    environment = {**os.environ, "KITOPS_HOME": str(settings.home), "SOURCE_DATE_EPOCH": "1750000000"}
    done = subprocess.run(
        [str(KIT), *words, "--progress", "none"], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def test_both_pack_the_same_layers(tmp_path: Path, settings: Settings) -> None:
    project = make_project(tmp_path / "project")
    run_kit(settings, "pack", ".", "-t", "theirs:v1", cwd=project)
    ours = kit.pack(project, tag="ours:v1", settings=settings)
    theirs = kit.inspect("theirs:v1", settings=settings)
    assert [layer["digest"] for layer in theirs.manifest["layers"]] == [layer.digest for layer in ours.layers]
    assert theirs.manifest["config"]["digest"] == kit.inspect("ours:v1", settings=settings).manifest["config"]["digest"]


def test_kit_lists_unpacks_and_removes_what_we_packed(tmp_path: Path, settings: Settings) -> None:
    project = make_project(tmp_path / "project")
    packed = kit.pack(project, tag="ours:v1", settings=settings)
    listed = json.loads(run_kit(settings, "list", "--format", "json", cwd=tmp_path))
    assert [(entry["repo"], entry["tags"], entry["digest"]) for entry in listed] == [("ours", ["v1"], packed.digest)]
    run_kit(settings, "unpack", "ours:v1", "-d", str(tmp_path / "out"), cwd=tmp_path)
    assert files_in(tmp_path / "out") == FILES
    kit.tag("ours:v1", "ours:v2", settings=settings)
    run_kit(settings, "remove", "ours:v1", cwd=tmp_path)
    assert [listed.tags for listed in kit.list_kits(settings=settings).kits] == [("v2",)]


def test_we_list_unpack_and_remove_what_kit_packed(tmp_path: Path, settings: Settings) -> None:
    project = make_project(tmp_path / "project")
    run_kit(settings, "pack", ".", "-t", "theirs:v1", "--compression", "gzip", cwd=project)
    out = kit.unpack("theirs:v1", tmp_path / "out", settings=settings).directory
    assert files_in(out) == FILES
    kit.remove("theirs:v1", settings=settings)
    assert "theirs" not in run_kit(settings, "list", cwd=tmp_path)


def test_packs_of_both_at_the_same_time_lose_nothing(tmp_path: Path, settings: Settings) -> None:
    """kit takes no locks, and writes its lists from what it read when it began."""
    ours, theirs = make_project(tmp_path / "ours"), make_project(tmp_path / "theirs")
    kit.pack(ours, tag="both:first", settings=settings)
    environment = {**os.environ, "KITOPS_HOME": str(settings.home)}
    script = f'for n in $(seq 20); do echo $n > n.txt; "{KIT}" pack . -t both:theirs-$n --progress none || exit 1; done'
    with subprocess.Popen(["sh", "-c", script], cwd=theirs, env=environment, stdout=subprocess.DEVNULL) as other:
        for number in range(10):
            (ours / "n.txt").write_text(str(-number))
            kit.pack(ours, tag=f"both:ours-{number}", settings=settings)
        assert other.wait(120) == 0
    names = {"first", *(f"ours-{n}" for n in range(10)), *(f"theirs-{n}" for n in range(1, 21))}
    assert {tag for listed in kit.list_kits(settings=settings).kits for tag in listed.tags} == names
    listed = json.loads(run_kit(settings, "list", "--format", "json", cwd=tmp_path))
    assert {tag for entry in listed for tag in entry["tags"]} == names
