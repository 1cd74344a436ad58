"""Tags side by side as the panel has them: a page a question, and metrics in the history."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.operations.projects import write_files
from tests.server.conftest import Ask

KITFILE = "model: {path: m.bin, parameters: {metrics: {auc: %s, loss: %s}, params: {depth: %s, name: '%s'}}}"
NASTY = "<img src=x onerror=alert(1)>"


def pack(folder: Path, repository: str, settings: Settings, count: int) -> None:
    """Tags v1 to v<count>, each a day after the other."""
    write_files(folder, {"m.bin": b"x"})
    for at in range(1, count + 1):
        dated = replace(settings, created_epoch_s=1_700_000_000 + 86_400 * at)
        text = KITFILE % (round(0.5 + at / 100, 2), 1 / at, at, NASTY)
        kit.pack(folder, text=text, tag=f"{repository}:v{at}", settings=dated)


@pytest.fixture
def local(tmp_path: Path, home: Settings) -> str:
    pack(tmp_path / "work", "app", home, 5)
    write_files(tmp_path / "plain", {"a.md": b"x"})
    kit.pack(tmp_path / "plain", text="docs: [{path: a.md}]", tag="app:plain", settings=home)
    return "app"


async def test_a_repository_of_the_store_comes_page_by_page(ask: Ask, local: str) -> None:
    first = await ask("GET", "compare", repository=local, limit="4")
    assert [item["tag"] for item in first["items"]] == ["v5", "v4", "v3", "v2"]
    assert (first["total"], first["next"], first["lower"]) == (6, "v2", ["loss"])
    assert first["items"][0]["metrics"] == {"auc": 0.55, "loss": 0.2}
    assert first["items"][0]["params"] == {"depth": 5, "name": NASTY}
    second = await ask("GET", "compare", repository=local, after="v2", limit="4")
    assert [(item["tag"], item["metrics"] != {}) for item in second["items"]] == [("v1", True), ("plain", False)]
    assert second["next"] == ""


async def test_a_repository_of_a_registry_has_metrics_without_its_layers(
    ask: Ask, named: str, home: Settings, tmp_path: Path
) -> None:
    other = Settings.load({}, home=tmp_path / "other")
    pack(tmp_path / "work", named, other, 3)
    for at in (1, 2, 3):
        kit.push(f"{named}:v{at}", settings=other)
    shown = await ask("GET", "compare", repository=named)
    assert {item["tag"]: item["metrics"].get("auc") for item in shown["items"]} == {"v1": 0.51, "v2": 0.52, "v3": 0.53}
    rows = await ask("GET", "history", repository=named)
    assert {row["tag"]: row["metrics"].get("auc") for row in rows} == {"v1": 0.51, "v2": 0.52, "v3": 0.53}
    assert not (home.storage / "blobs").exists()


async def test_the_history_of_the_store_has_metrics(ask: Ask, local: str) -> None:
    rows = {row["tag"]: row["metrics"] for row in await ask("GET", "history", repository=local)}
    assert rows["v5"] == {"auc": 0.55, "loss": 0.2} and rows["plain"] == {}


async def test_a_kit_cannot_make_the_answer_large(ask: Ask, home: Settings, tmp_path: Path) -> None:
    write_files(tmp_path / "work", {"m.bin": b"x"})
    many = {f"{'n' * 300}{at}": at for at in range(5000)} | {"text": "x" * 100_000}
    text = json.dumps({"model": {"path": "m.bin", "parameters": {"metrics": many, "params": {"t": "y" * 100_000}}}})
    kit.pack(tmp_path / "work", text=text, tag="app:v1", settings=home)
    assert len(json.dumps(await ask("GET", "compare", repository="app"))) < 100_000
    assert len(json.dumps(await ask("GET", "history", repository="app"))) < 100_000


async def test_a_name_that_no_repository_has_is_refused_or_empty(ask: Ask, home: Settings) -> None:
    assert (await ask("GET", "compare", repository="nothing"))["items"] == []
    assert (await ask("GET", "compare", repository="A B"))["code"] == "invalid_reference"
