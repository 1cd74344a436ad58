"""The lines of KitOps' stories, pasted into cells, against a registry that answers by the names that they use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.fakes.registries import Real
from tests.magics.conftest import RunCell
from tests.operations.projects import FILES, files_in, make_project

CHURN = """\
%%kit
# a story begins
$ ./kit pack -t corp-registry/app-model:challenger
$ ./kit push  --http corp-registry/app-model:challenger
"""
LEGALCHAT = """\
%%kit
kit pack . -t registry.gitlab.com/chatbot/legalchat:tuned
kit push registry.gitlab.com/chatbot/legalchat:tuned
kit pull registry.gitlab.com/chatbot/legalchat:tuned
"""


@pytest.fixture
def settings(project: Path, plain: Real, tmp_path: Path) -> Settings:
    """A home whose registries are known by name, and a project in the kernel's folder."""
    named = {name: {"url": f"http://{plain.host}"} for name in ("corp-registry", "registry.gitlab.com")}
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "registries.json").write_text(json.dumps(named), "utf-8")
    make_project(project)
    return Settings.load()


def run_in(folder: Path, run_cell: RunCell, lines: str) -> None:
    """Run the lines with the kernel in another, new folder."""
    folder.mkdir()
    moved = run_cell(f"%cd {folder}")
    assert moved.error is None
    ran = run_cell(f"%%kit\n{lines}")
    assert ran.error is None, ran.printed


def test_the_churn_story_runs_as_it_is_written(settings: Settings, run_cell: RunCell, tmp_path: Path) -> None:
    ran = run_cell(CHURN)
    assert ran.error is None, ran.printed
    reference = "corp-registry/app-model:challenger"
    for number, (filters, names) in enumerate(
        [
            ("-filter code", {"train.ipynb", "src/a.py", "src/deep/b.py"}),
            ("-filter config", set()),
            ("-filter dataset:validation -filter model", {"data/validation.csv", "model/forest.bin"}),
            ("-filter model", {"model/forest.bin"}),
        ]
    ):
        folder = tmp_path / f"colleague-{number}"
        run_in(folder, run_cell, f"$ ./kit pull {filters} {reference}\n")
        assert files_in(folder) == {name: FILES[name] for name in names}
        assert (folder / "Kitfile").exists() == (filters == "-filter config")


def test_tags_move_as_the_story_writes_them(settings: Settings, run_cell: RunCell) -> None:
    assert run_cell(CHURN).error is None
    digest = kit.inspect("corp-registry/app-model:challenger").digest
    ran = run_cell("%%kit\n$ ./kit tag champion corp-registry/app-model:challenger\n")
    assert ran.error is None, ran.printed
    ran = run_cell("%%kit\n$ ./kit tag 1.0 corp-registry/app-model:champion\n")
    assert ran.error is None, ran.printed
    for tag in ("champion", "1.0"):
        assert kit.inspect(f"corp-registry/app-model:{tag}").digest == digest


def test_a_kit_that_only_the_registry_has_is_tagged_there(
    settings: Settings, run_cell: RunCell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_cell(CHURN).error is None
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "registries.json").write_bytes((tmp_path / "home" / "registries.json").read_bytes())
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "other"))
    ran = run_cell("%%kit\n$ ./kit tag retired corp-registry/app-model:challenger\n")
    assert ran.error is None, ran.printed
    reference = "corp-registry/app-model"
    assert kit.inspect(f"{reference}:retired").digest == kit.inspect(f"{reference}:challenger").digest
    assert not (tmp_path / "other" / "storage" / "blobs").exists()


def test_the_legalchat_story_runs_as_it_is_written(settings: Settings, run_cell: RunCell, tmp_path: Path) -> None:
    ran = run_cell(LEGALCHAT)
    assert ran.error is None, ran.printed
    reference = "registry.gitlab.com/chatbot/legalchat"
    folder = tmp_path / "integrator"
    run_in(folder, run_cell, f"kit unpack {reference}:tuned --model --datasets\n")
    assert files_in(folder) == {name: FILES[name] for name in FILES if name.startswith(("model/", "data/"))}
    ran = run_cell(f"%%kit\nkit tag {reference}:tuned {reference}:challenger\n")
    assert ran.error is None, ran.printed
    assert kit.inspect(f"{reference}:challenger").digest == kit.inspect(f"{reference}:tuned").digest


def test_a_push_over_plain_http_runs_as_it_is_written(settings: Settings, run_cell: RunCell) -> None:
    ran = run_cell(
        "%%kit\nkit pack . -t corp-registry/churn-model:beta\nkit push --plain-http corp-registry/churn-model:beta"
    )
    assert ran.error is None, ran.printed
    assert [row.tags for row in kit.list_kits("corp-registry/churn-model").kits] == [("beta",)]
