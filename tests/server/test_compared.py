"""Tags side by side as the panel has them: a page a question, and metrics in the history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

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


def log_run(folder: Path, tag: str, settings: Settings, steps: int, last: float) -> str:
    """The digest of a kit whose training logged so many steps; the loss ends one above `last`."""
    write_files(folder, {"run.py": b""})
    kit.log_clear()
    for step in range(steps):
        kit.log({"loss": last + steps - step, "auc": step / steps}, step=step)
    return str(kit.pack(folder, tag=tag, propose=True, settings=settings).digest)


@pytest.fixture(autouse=True)
def new_run() -> Iterator[None]:
    yield
    kit.log_clear()


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


async def drawn(ask: Ask, repository: str, *digests: str) -> Any:
    return await ask("GET", "compare/series", repository=repository, digests=",".join(digests))


async def test_what_was_logged_comes_thinned_and_a_kit_without_a_log_has_no_line(
    ask: Ask, home: Settings, tmp_path: Path
) -> None:
    runs = [log_run(tmp_path / "run", f"runs:v{at}", home, 4000, float(at)) for at in (1, 2)]
    write_files(tmp_path / "plain", {"a.md": b"x"})
    packed = kit.pack(tmp_path / "plain", text="docs: [{path: a.md}]", tag="runs:plain", log=False, settings=home)
    plain = str(packed.digest)
    found = await drawn(ask, "runs", *runs, plain)
    assert [each["digest"] for each in found] == [*runs, plain]
    assert [[line["name"] for line in each["lines"]] for each in found] == [["auc", "loss"]] * 2 + [[]]
    loss = found[1]["lines"][1]
    assert (loss["steps"][0], loss["values"][0], loss["steps"][-1], loss["values"][-1]) == (0, 4002.0, 3999, 3.0)
    assert 200 <= len(loss["steps"]) == len(loss["values"]) <= 400
    assert [each["problem"] for each in found] == ["", "", ""]


async def test_of_a_registry_the_logs_are_read_that_are_asked_for_and_nothing_is_stored(
    ask: Ask, named: str, home: Settings, tmp_path: Path
) -> None:
    other = Settings.load({}, home=tmp_path / "other")
    digest = log_run(tmp_path / "run", f"{named}:v9", other, 3, 1.0)
    kit.push(f"{named}:v9", settings=other)
    (found,) = await drawn(ask, named, digest)
    assert found["lines"][1] == {"name": "loss", "steps": [0, 1, 2], "values": [4.0, 3.0, 2.0]}
    assert not (home.storage / "blobs").exists()


async def test_a_log_that_lies_hides_no_other_and_cannot_make_the_answer_large(
    ask: Ask, home: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    good = log_run(folder, "runs:good", home, 3, 1.0)
    head = "step,time,name,value\n"
    texts = {
        "lies": "lie\n",
        "far": f"{head}{10**400},0,loss,1\n",
        "odd": f"{head}1,0,loss,nan\n2,0,loss,inf\n3,0,{NASTY},1\n",
        "many": head + "".join(f"{at},0,{'n' * 250}{at % 500},0.123456789012345\n" for at in range(100_000)),
    }
    digests = []
    for tag, text in texts.items():
        (folder / "metrics.csv").write_text(text)
        digests.append(str(kit.pack(folder, tag=f"runs:{tag}", log=False, settings=home).digest))
    absent = f"sha256:{'0' * 64}"
    answer = await drawn(ask, "runs", good, *digests, absent)
    found = dict(zip(["good", *texts, "absent"], answer, strict=True))
    assert [name for name, each in found.items() if each["problem"]] == ["lies", "far", "absent"]
    assert "too large" in found["far"]["problem"]
    assert found["odd"]["lines"][0] == {"name": "loss", "steps": [1, 2], "values": [None, None]}
    assert found["odd"]["lines"][1]["name"] == NASTY
    assert (len(found["many"]["lines"]), found["many"]["more"]) == (24, 476)
    assert len(json.dumps(answer)) < 500_000


async def test_at_most_six_kits_are_drawn_and_only_digests_name_them(ask: Ask, local: str) -> None:
    seven = [f"sha256:{at}{'0' * 63}" for at in range(7)]
    assert (await drawn(ask, local, *seven))["code"] == "usage"
    for wrong in ("", "v5", f"{seven[0]},", f"{seven[0]} {seven[1]}"):
        assert (await drawn(ask, local, wrong))["code"] == "usage"
