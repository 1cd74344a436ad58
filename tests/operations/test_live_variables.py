"""Variables out of memory into a kit, and back: through the store and straight out of a registry."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy
import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import Conflict, NotFound, StorageFull, Usage, VariableRefused
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

HTTP = Connection(plain_http=True)
WEIGHTS = numpy.arange(6.0).reshape(2, 3).T
CONFIG = {"layers": [3, 4], "name": "zwölf"}
RANDOM = numpy.random.default_rng(1).integers(0, 255, 300_000, dtype="u1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A notebook's folder."""
    made = tmp_path / "work"
    made.mkdir()
    (made / "train.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return made


def pack(folder: Path, tag: str, settings: Settings, **more: object) -> kit.PackResult:
    values: dict[str, object] = {"models": {"clf": WEIGHTS}, "datasets": {"cfg": CONFIG, "train": RANDOM}, **more}
    return kit.pack(folder, tag=tag, propose=True, settings=settings, **values)  # type: ignore[arg-type]


def check(loaded: kit.LoadResult) -> None:
    assert (loaded["clf"] == WEIGHTS).all() and loaded["clf"].dtype == WEIGHTS.dtype
    assert (loaded["train"] == RANDOM).all()
    assert loaded["cfg"] == CONFIG and list(loaded) == ["cfg", "clf", "train"]


def test_variables_come_back_from_the_store_under_their_names(folder: Path, settings: Settings) -> None:
    pack(folder, "app:v1", settings)
    check(kit.load_variables("app:v1", settings=settings))
    assert kit.load("app:v1", "cfg", settings=settings) == CONFIG


def test_a_colleague_loads_one_straight_from_the_registry(
    folder: Path, here: Settings, there: Settings, reference: str, traffic: object
) -> None:
    pack(folder, reference, here)
    kit.push(reference, connection=HTTP, settings=here)
    assert kit.load(reference, "cfg", connection=HTTP, settings=there) == CONFIG
    assert kit.list_kits(settings=there).kits == ()
    check(kit.load_variables(reference, connection=HTTP, settings=there))


def test_one_folder_for_all_as_code_is_enough(folder: Path, here: Settings, there: Settings, reference: str) -> None:
    (folder / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: .\n")
    packed = pack(folder, reference, here)
    assert [entry.path for entry in packed.kitfile.entries()] == [
        "models/clf.npy", ".", "datasets/cfg.json", "datasets/train.npy",
    ]  # fmt: skip
    kit.push(reference, connection=HTTP, settings=here)
    check(kit.load_variables(reference, connection=HTTP, settings=there))


def test_the_kitfile_says_what_is_in_them(folder: Path, settings: Settings) -> None:
    numbers = {"accuracy": numpy.float32(0.5), "loss": float("nan"), "by_class": {"a": 1}}
    packed = pack(folder, "app:v1", settings, metrics=numbers, params={"lr": 0.01, "betas": (0.9, 0.99)})
    model = packed.kitfile.model
    assert model and (model.name, model.path, model.framework, model.format) == (
        "clf",
        "models/clf.npy",
        "NumPy",
        "npy",
    )
    assert model.parameters["metrics"] == {"accuracy": 0.5, "loss": "nan", "by_class": {"a": 1}}
    assert model.parameters["params"] == {"lr": 0.01, "betas": [0.9, 0.99]}
    train = next(dataset for dataset in packed.kitfile.datasets if dataset.name == "train")
    assert train.path == "datasets/train.npy" and train.parameters["rows"] == 300_000


def test_numbers_of_one_pack_are_not_in_the_next(folder: Path, settings: Settings) -> None:
    pack(folder, "app:v1", settings, metrics={"accuracy": 0.5})
    again = kit.pack(folder, tag="app:v2", settings=settings)
    assert again.kitfile.model and again.kitfile.model.parameters is None


def test_metrics_alone_stand_with_the_model(folder: Path, settings: Settings) -> None:
    packed = kit.pack(folder, tag="app:v1", metrics={"accuracy": 0.5}, propose=True, settings=settings)
    assert packed.kitfile.model and packed.kitfile.model.parameters == {"metrics": {"accuracy": 0.5}}
    assert [layer.section for layer in packed.layers] == ["code"]


def test_equal_values_give_an_equal_kit_and_unread_files(folder: Path, settings: Settings) -> None:
    first = pack(folder, "app:v1", settings)
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")}
    second = pack(folder, "app:v2", settings)
    assert second.digest == first.digest and [one.is_new for one in second.variables] == [False] * 3
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")} == stamps


def test_a_new_value_replaces_what_was_packed_before_also_in_another_format(folder: Path, settings: Settings) -> None:
    pack(folder, "app:v1", settings)
    pack(folder, "app:v2", settings, datasets={"cfg": numpy.eye(2), "train": RANDOM[:5]})
    assert {path.name for path in (folder / "datasets").iterdir()} == {
        "cfg.npy", "cfg.kit.json", "train.npy", "train.kit.json",
    }  # fmt: skip
    assert kit.load("app:v2", "train", settings=settings).tolist() == RANDOM[:5].tolist()
    assert "datasets/cfg.npy" in (folder / "Kitfile").read_text()
    kit.pack(folder, tag="app:v3", settings=settings)
    check(kit.load_variables("app:v1", settings=settings))


@pytest.mark.parametrize("own", ["datasets/cfg.json", "datasets/cfg.kit.json"])
def test_a_file_of_the_users_own_is_a_conflict(folder: Path, settings: Settings, own: str) -> None:
    (folder / own).parent.mkdir()
    (folder / own).write_text("mine")
    with pytest.raises(Conflict, match=f"{own} is your own file"):
        pack(folder, "app:v1", settings)
    assert (folder / own).read_text() == "mine"
    assert kit.list_kits(settings=settings).kits == ()


def test_a_file_that_the_user_changed_since_is_a_conflict(folder: Path, settings: Settings) -> None:
    pack(folder, "app:v1", settings)
    (folder / "datasets" / "cfg.json").write_text('{"a": 1}')
    with pytest.raises(Conflict, match=r"datasets/cfg\.json is your own file"):
        pack(folder, "app:v2", settings)


def test_a_sidecar_that_names_other_files_takes_none_of_them(folder: Path, settings: Settings) -> None:
    pack(folder, "app:v1", settings)
    beside = folder / "datasets" / "cfg.kit.json"
    told = json.loads(beside.read_text())
    others = json.loads((folder / "datasets" / "train.kit.json").read_text())["files"]
    others.append({"path": "../train.ipynb", "size": 1, "blake3": ""})
    beside.write_text(json.dumps({**told, "files": [*told["files"], *others]}))
    pack(folder, "app:v2", settings, datasets={"cfg": {"b": 2}})
    assert (folder / "datasets" / "train.npy").exists() and (folder / "train.ipynb").exists()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "con", "CON.x", ".x", "x.kit", "a\nb", "x" * 200])
def test_a_name_that_no_file_can_have_is_refused(folder: Path, settings: Settings, name: str) -> None:
    with pytest.raises(VariableRefused, match="cannot name a variable's file"):
        pack(folder, "app:v1", settings, models={name: 1})


def test_a_dry_run_writes_nothing(folder: Path, settings: Settings) -> None:
    result = pack(folder, "app:v1", settings, dry_run=True)
    assert "the variable clf would be packed: a dry run does not write its file" in result.notes
    assert [path.name for path in folder.iterdir()] == ["train.ipynb"]


def test_a_folder_that_does_not_exist_is_not_made(folder: Path, settings: Settings) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        pack(folder / "typo", "app:v1", settings)
    assert not (folder / "typo").exists()


def test_a_full_disk_is_said_as_one(folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kitops_jupyter.capture.keeping.write_bytes", full)
    with pytest.raises(StorageFull):
        pack(folder, "app:v1", settings)


def test_a_refused_variable_leaves_no_kit(folder: Path, settings: Settings) -> None:
    with pytest.raises(VariableRefused, match=r"cfg\['f'\]"):
        pack(folder, "app:v1", settings, datasets={"cfg": {"f": print}})
    assert kit.list_kits(settings=settings).kits == ()


def test_one_name_for_two_variables_is_refused(folder: Path, settings: Settings) -> None:
    with pytest.raises(Usage, match="given twice"):
        pack(folder, "app:v1", settings, models={"Train": WEIGHTS})


def test_a_name_that_the_kit_lacks_is_refused_with_those_it_has(folder: Path, settings: Settings) -> None:
    pack(folder, "app:v1", settings)
    with pytest.raises(NotFound, match="no variable trian: it has cfg, clf, train") as caught:
        kit.load("app:v1", "trian", settings=settings)
    assert caught.value.hint == "did you mean train?"


def test_a_kit_without_variables_says_so(folder: Path, settings: Settings) -> None:
    kit.pack(folder, tag="app:v1", propose=True, settings=settings)
    with pytest.raises(NotFound, match="has no variables"):
        kit.load("app:v1", settings=settings)


@pytest.mark.parametrize("change", [{"format": "npz"}, {"format": "no"}, {"schema": 2}, {"files": 3}, {"restore": []}])
def test_a_sidecar_that_lies_gains_nothing(folder: Path, settings: Settings, change: dict[str, object]) -> None:
    pack(folder, "app:v1", settings)
    beside = folder / "models" / "clf.kit.json"
    beside.write_text(json.dumps({**json.loads(beside.read_text()), **change}))
    kit.pack(folder, tag="app:lies", settings=settings)
    with pytest.raises((VariableRefused, NotFound)):
        kit.load("app:lies", "clf", settings=settings)


def test_loading_leaves_no_file_behind(folder: Path, settings: Settings) -> None:
    pack(folder, "app:v1", settings)
    kit.load("app:v1", settings=settings)
    assert list((settings.cache / "kitops_jupyter" / "loads").iterdir()) == []
