"""What was logged goes into the next kit: its numbers into the Kitfile, all of it into open files."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import kitops_jupyter as kit
from kitops_jupyter.capture.log import NAMES
from kitops_jupyter.errors import Conflict, NotFound, VariableRefused
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.traffic import Traffic

HTTP = Connection(plain_http=True)
LOSSES = (3.0, 0.5, 1.0)


@pytest.fixture(autouse=True)
def new_run() -> Iterator[None]:
    """A process that logged nothing."""
    kit.log_clear()
    yield
    kit.log_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A notebook's folder."""
    made = tmp_path / "work"
    made.mkdir()
    (made / "train.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return made


def train(*losses: float) -> None:
    for step, loss in enumerate(losses or LOSSES):
        kit.log(loss=loss, step=step)
        kit.log({"val/auc": step / 10}, step=step)
    kit.log_params({"lr": 0.01}, depth=3)


def pack(folder: Path, tag: str, settings: Settings, **more: Any) -> kit.PackResult:
    return kit.pack(folder, tag=tag, propose=True, settings=settings, **more)


def parameters(packed: kit.PackResult) -> Any:
    return packed.kitfile.model.parameters if packed.kitfile.model else None


def test_the_next_kit_has_the_last_numbers_where_metrics_are(folder: Path, settings: Settings) -> None:
    train()
    packed = pack(folder, "app:v1", settings)
    assert parameters(packed) == {"metrics": {"loss": 1.0, "val/auc": 0.2}, "params": {"depth": 3, "lr": 0.01}}
    assert "2 metrics and 2 parameters that were logged go along" in str(packed)


def test_every_number_is_in_open_files_of_the_kit(folder: Path, settings: Settings, tmp_path: Path) -> None:
    train()
    pack(folder, "app:v1", settings)
    kit.unpack("app:v1", tmp_path / "out", settings=settings)
    assert json.loads((tmp_path / "out" / "metrics.json").read_text()) == {"loss": 1.0, "val/auc": 0.2}
    assert json.loads((tmp_path / "out" / "params.json").read_text()) == {"depth": 3, "lr": 0.01}
    with (tmp_path / "out" / "metrics.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["step"], row["value"]) for row in rows if row["name"] == "loss"] == [
        ("0", "3.0"), ("1", "0.5"), ("2", "1.0"),
    ]  # fmt: skip
    assert all(float(row["time"]) > 1.6e9 for row in rows)


def test_nothing_is_written_before_a_pack(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    train()
    assert [path.name for path in folder.iterdir()] == ["train.ipynb"]


def test_what_is_said_at_the_pack_wins_over_what_was_logged(folder: Path, settings: Settings) -> None:
    train()
    packed = pack(folder, "app:v1", settings, metrics={"loss": 9.0, "f1": 0.4}, params={"lr": 7})
    assert parameters(packed)["metrics"] == {"loss": 9.0, "val/auc": 0.2, "f1": 0.4}
    assert parameters(packed)["params"] == {"lr": 7, "depth": 3}
    assert json.loads((folder / "metrics.json").read_text()) == parameters(packed)["metrics"]


def test_what_was_logged_wins_over_what_a_model_knows(folder: Path, settings: Settings) -> None:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=0.5).fit(numpy.arange(8.0).reshape(-1, 1), [0, 0, 0, 0, 1, 1, 1, 1])
    kit.log(n_iter=77)
    packed = pack(folder, "app:v1", settings, models={"clf": model})
    assert parameters(packed)["metrics"]["n_iter"] == 77 and parameters(packed)["params"]["C"] == 0.5


def test_a_kit_packed_again_has_the_same_numbers_and_an_equal_digest(folder: Path, settings: Settings) -> None:
    train()
    first = pack(folder, "app:v1", settings)
    stamps = {name: (folder / name).stat().st_mtime_ns for name in NAMES}
    assert pack(folder, "app:v2", settings).digest == first.digest
    assert {name: (folder / name).stat().st_mtime_ns for name in NAMES} == stamps


def test_a_loop_that_trains_and_packs_gives_each_kit_its_own_run(folder: Path, settings: Settings) -> None:
    for tag, losses in (("v1", LOSSES), ("v2", (2.0, 1.5))):
        train(*losses)
        pack(folder, f"app:{tag}", settings)
    assert kit.logged("app:v1", settings=settings)["loss"].values == LOSSES
    assert kit.logged("app:v2", settings=settings)["loss"].values == (2.0, 1.5)


def test_a_pack_can_leave_the_log_out(folder: Path, settings: Settings) -> None:
    train()
    packed = pack(folder, "app:v1", settings, log=False)
    assert parameters(packed) is None and not (folder / "metrics.json").exists()
    assert parameters(pack(folder, "app:v2", settings))["metrics"]["loss"] == 1.0


def test_a_dry_run_writes_no_file_of_the_log(folder: Path, settings: Settings) -> None:
    train()
    pack(folder, "app:v1", settings, dry_run=True)
    assert [path.name for path in folder.iterdir()] == ["train.ipynb"]


@pytest.mark.parametrize("own", ["metrics.json", "metrics.csv", "params.json", "metrics.kit.json"])
def test_a_file_of_the_users_own_is_a_conflict_and_stays(folder: Path, settings: Settings, own: str) -> None:
    (folder / own).write_text('{"mine": 1}')
    train()
    with pytest.raises(Conflict, match=f"{own} is your own file") as caught:
        pack(folder, "app:v1", settings)
    assert "--no-log" in caught.value.hint and (folder / own).read_text() == '{"mine": 1}'
    assert sorted(path.name for path in folder.iterdir()) == sorted(["train.ipynb", own])


def test_a_file_that_the_user_changed_since_is_a_conflict(folder: Path, settings: Settings) -> None:
    train()
    pack(folder, "app:v1", settings)
    (folder / "metrics.csv").write_text("mine")
    kit.log(loss=0.1, step=9)
    with pytest.raises(Conflict, match=r"metrics\.csv is your own file"):
        pack(folder, "app:v2", settings)
    assert json.loads((folder / "metrics.json").read_text())["loss"] == 1.0


def test_a_pack_that_fails_leaves_the_files_of_the_last_log(folder: Path, settings: Settings) -> None:
    train()
    pack(folder, "app:v1", settings)
    before = {name: (folder / name).read_bytes() for name in NAMES}
    kit.log(loss=0.1, step=9)
    with (folder / "Kitfile").open("a") as kitfile:
        kitfile.write("  - path: missing.md\n")
    with pytest.raises(NotFound):
        pack(folder, "app:v2", settings)
    assert {name: (folder / name).read_bytes() for name in NAMES} == before
    assert kit.logged()["loss"].last == 0.1


def test_a_colleague_reads_the_log_in_the_registry_and_loads_variables_only(
    folder: Path, here: Settings, there: Settings, reference: str
) -> None:
    train(3.0, math.nan, 1.0)
    pack(folder, reference, here, datasets={"cfg": {"a": 1}})
    kit.push(reference, connection=HTTP, settings=here)
    found = kit.logged(reference, connection=HTTP, settings=there)
    assert found["loss"].steps == (0, 1, 2) and found.params == {"lr": 0.01, "depth": 3}
    assert (
        found["loss"].lowest == (2, 1.0) and found["loss"].highest == (0, 3.0) and math.isnan(found["loss"].values[1])
    )
    assert list(kit.load_variables(reference, connection=HTTP, settings=there)) == ["cfg"]


def test_one_folder_for_all_as_code_is_enough(folder: Path, settings: Settings) -> None:
    (folder / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: .\n")
    train()
    assert [entry.path for entry in pack(folder, "app:v1", settings).kitfile.entries() if entry.path] == ["."]
    assert kit.logged("app:v1", settings=settings)["loss"].last == 1.0


def test_a_compressed_layer_of_a_registry_is_not_fetched_for_the_log_in_it(
    folder: Path, here: Settings, there: Settings, reference: str, traffic: Traffic
) -> None:
    (folder / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: .\n")
    (folder / "rows.bin").write_bytes(numpy.random.default_rng(1).bytes(2_000_000))
    train()
    pack(folder, reference, here, compression="gzip")
    kit.push(reference, connection=HTTP, settings=here)
    assert kit.logged(reference, settings=here)["loss"].last == 1.0
    traffic.clear()
    with pytest.raises(NotFound, match="has no log"):
        kit.logged(reference, connection=HTTP, settings=there)
    assert traffic.bytes < 200_000


def test_promote_and_compare_read_the_same_numbers(folder: Path, settings: Settings) -> None:
    train()
    pack(folder, "app:v1", settings)
    with pytest.raises(Conflict, match=r"val/auc is 0\.2, expected >= 0\.9"):
        kit.promote("app:v1", "champion", metric="val/auc>=0.9", settings=settings)
    assert kit.promote("app:v1", "champion", metric="val/auc>=0.2", settings=settings)
    (compared,) = kit.compare("app", settings=settings).kits
    assert compared.metrics == {"loss": 1.0, "val/auc": 0.2} and compared.params == {"lr": 0.01, "depth": 3}


def test_what_was_logged_is_shown_as_text_and_as_a_table(folder: Path, settings: Settings) -> None:
    assert "kit.log(loss=0.3, step=1)" in str(kit.logged())
    train()
    shown = str(kit.logged())
    assert "Logged: 2 metrics and 2 parameters" in shown and "the next pack takes this along" in shown
    assert kit.logged()._repr_html_().count("<svg") == 2
    assert kit.logged().to_pandas().query("name == 'loss'")["value"].tolist() == list(LOSSES)
    assert "Cleared 2 metrics" in str(kit.log_clear()) and not kit.logged().metrics


def test_a_kit_without_a_log_says_so_also_if_files_have_these_names(folder: Path, settings: Settings) -> None:
    (folder / "metrics.csv").write_text("epoch,loss\n1,2\n")
    (folder / "params.json").write_text("{}")
    pack(folder, "app:v1", settings)
    with pytest.raises(NotFound, match="has no log"):
        kit.logged("app:v1", settings=settings)


@pytest.mark.parametrize(
    "lie",
    [
        "step,time,name,value\n1,2,loss\n",
        "a,b\n",
        "",
        "step,time,name,value\nx,1,loss,3\n",
        f"step,time,name,value\n{10**400},1,loss,3\n",
        '"\x00',
    ],
)
def test_a_log_that_lies_is_refused(folder: Path, settings: Settings, lie: str) -> None:
    train()
    pack(folder, "app:v1", settings)
    (folder / "metrics.csv").write_text(lie)
    pack(folder, "app:lies", settings, log=False)
    with pytest.raises(VariableRefused, match=r"metrics\.csv is not a log"):
        kit.logged("app:lies", settings=settings)
