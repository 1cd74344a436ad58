"""A few kits for the demo's registry, as a colleague would have pushed them: real data, real models, two versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings

NOTEBOOK = """\
import pandas
import skops.io
from sklearn.ensemble import RandomForest{kind}

data = pandas.read_csv("data/training.csv")
forest = RandomForest{kind}(n_estimators={trees}, random_state=7)
forest.fit(data.drop(columns="target"), data["target"])
skops.io.dump(forest, "forest.skops")"""
JUDGE = """\
kept = pandas.read_csv("data/validation.csv")
f"{forest.score(kept.drop(columns='target'), kept['target']):.3f}\""""


def fill(registry: str, folder: Path) -> None:
    """Pack the kits below `folder`, in a store of its own, and push them to the registry of this name."""
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

    home = folder / "home"
    home.mkdir(parents=True)
    (home / "registries.json").write_bytes((Settings.load().home / "registries.json").read_bytes())
    settings = Settings.load({}, home=home)
    projects: tuple[tuple[str, Any, str, str], ...] = (
        ("iris", load_iris, "Classifier", "Which of three irises is it?"),
        ("biopsies", load_breast_cancer, "Classifier", "Is what the biopsy found benign?"),
        ("diabetes", load_diabetes, "Regressor", "How far will the disease have come in a year?"),
    )
    for name, load, kind, question in projects:
        for version, trees in (("v1", 10), ("v2", 60)):
            make_project(folder / name, name, load(as_frame=True).frame, kind, question, trees, version)
            kit.pack(folder / name, tag=f"{registry}/{name}:{version}", settings=settings)
            kit.push(f"{registry}/{name}:{version}", settings=settings)
        kit.promote(f"{registry}/{name}:v1", "champion", settings=settings)
        kit.promote(f"{registry}/{name}:v2", "challenger", settings=settings)


def make_project(folder: Path, name: str, frame: Any, kind: str, question: str, trees: int, version: str) -> None:
    """Data, the model that the notebook makes of it, and the notebook with what it printed."""
    import skops.io
    from sklearn import ensemble
    from sklearn.model_selection import train_test_split

    (folder / "data").mkdir(parents=True, exist_ok=True)
    training, validation = train_test_split(frame, test_size=0.3, random_state=7)
    training.to_csv(folder / "data" / "training.csv", index=False)
    validation.to_csv(folder / "data" / "validation.csv", index=False)
    forest = getattr(ensemble, f"RandomForest{kind}")(n_estimators=trees, random_state=7)
    forest.fit(training.drop(columns="target"), training["target"])
    skops.io.dump(forest, folder / "forest.skops")
    score = forest.score(validation.drop(columns="target"), validation["target"])
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {name.title()}\n\n{question}"},
        cell("train", NOTEBOOK.format(kind=kind, trees=trees), 1, ""),
        cell("judge", JUDGE, 2, f"'{score:.3f}'"),
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": spec, "cells": cells}
    (folder / "train.ipynb").write_text(json.dumps(notebook, indent=1), "utf-8")
    (folder / "README.md").write_text(f"# {name.title()}\n\n{question} A forest of {trees} trees.\n", "utf-8")
    (folder / "Kitfile").write_text(
        f"""\
manifestVersion: 1.0.0
package: {{name: {name}, version: {version[1:]}.0.0, description: {json.dumps(question)}, authors: [a colleague]}}
model: {{name: forest, path: forest.skops, framework: scikit-learn, parameters: {{trees: {trees}, score: {score:.3f}}}}}
code:
- {{path: train.ipynb, description: How the model was made}}
datasets:
- {{name: training, path: data/training.csv}}
- {{name: validation, path: data/validation.csv}}
docs:
- {{path: README.md}}
""",
        "utf-8",
    )


def cell(name: str, source: str, count: int, printed: str) -> dict[str, Any]:
    """A code cell that has run."""
    result = {
        "output_type": "execute_result",
        "execution_count": count,
        "metadata": {},
        "data": {"text/plain": printed},
    }
    outputs = [result] if printed else []
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "execution_count": count,
        "source": source,
        "outputs": outputs,
    }
