"""The kits of a repository by their numbers: here and in a registry, best marked, nothing but Kitfiles read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import NotFound
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

HTTP = Connection(plain_http=True)
RUNS = (
    ("v1", {"auc": 0.8, "loss": 0.5}, {"depth": 3, "lr": 0.1}),
    ("v2", {"auc": 0.9, "loss": 0.4, "by": {"a": 1}}, {"depth": 5, "lr": 0.1}),
    ("v3", {"auc": 0.85, "loss": float("inf")}, {"depth": 9, "lr": 0.1}),
)


@pytest.fixture
def packed(tmp_path: Path, here: Settings, reference: str) -> str:
    """Three runs and a kit without numbers, in the store; the name of their repository."""
    folder = tmp_path / "work"
    folder.mkdir()
    repository = reference.rpartition(":")[0]
    (folder / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: run.py\n")
    for tag, metrics, params in RUNS:
        (folder / "run.py").write_text(f"tag = {tag!r}\n")
        kit.pack(folder, tag=f"{repository}:{tag}", metrics=metrics, params=params, settings=here)
    (folder / "run.py").write_text("none = 0\n")
    kit.pack(folder, tag=f"{repository}:plain", settings=here)
    return repository


def test_kits_stand_side_by_side_with_the_best_marked(packed: str, here: Settings) -> None:
    push_all(packed, here)
    result = kit.compare(packed, connection=HTTP, settings=here)
    assert sorted(one.tags for one in result.kits) == [("v1",), ("v2",), ("v3",)] and result.without == 1
    assert result.metrics[:2] == ("auc", "loss") and "by.a" in result.metrics
    assert result.params == ("depth",)
    best = {one.digest: one.tags[0] for one in result.kits}
    assert {name: best[digest] for name, digest in result.best.items()} == {"auc": "v2", "loss": "v2"}
    assert "0.9 *" in str(result) and "0.4 *" in str(result) and "inf" in str(result)
    assert result._repr_html_().count("<svg") == 1  # two numbers of loss draw no line


def test_who_asks_says_what_is_better(packed: str, here: Settings) -> None:
    push_all(packed, here)
    result = kit.compare(packed, metrics=["auc"], lower=["auc"], connection=HTTP, settings=here)
    tags = {one.digest: one.tags for one in result.kits}
    assert tags[result.best["auc"]] == ("v1",) and result.metrics == ("auc",)


def push_all(repository: str, settings: Settings) -> None:
    for tag in ("v1", "v2", "v3", "plain"):
        kit.push(f"{repository}:{tag}", connection=HTTP, settings=settings)


def test_the_numbers_go_on_as_json_and_as_a_table_of_pandas(tmp_path: Path, here: Settings) -> None:
    (tmp_path / "run.py").write_text("")
    model = "model:\n  name: m\n  parameters:\n    auc: 0.7\n    kind: tree\n"
    (tmp_path / "Kitfile").write_text(f"manifestVersion: 1.0.0\n{model}code:\n  - path: run.py\n")
    kit.pack(tmp_path, tag="own:v1", settings=here)
    result = kit.compare("own", settings=here)
    assert json.loads(result.json())[0]["metrics.auc"] == 0.7
    assert result.to_pandas()["params.kind"].tolist() == ["tree"]


def test_a_name_from_a_kit_cannot_steer_the_page(tmp_path: Path, here: Settings) -> None:
    (tmp_path / "run.py").write_text("")
    (tmp_path / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: run.py\n")
    for number in range(3):
        metrics = {"<img src=x onerror=alert(1)>": number}
        kit.pack(tmp_path, tag=f"odd:v{number}", metrics=metrics, settings=here)
    shown = kit.compare("odd", settings=here)._repr_html_()
    assert "<svg" in shown and "<img" not in shown


def test_a_metric_that_no_kit_has_is_refused_with_those_there_are(packed: str, here: Settings) -> None:
    push_all(packed, here)
    with pytest.raises(NotFound, match="has the metric f1") as caught:
        kit.compare(packed, metrics=["f1"], settings=here, connection=HTTP)
    assert "auc" in caught.value.hint
