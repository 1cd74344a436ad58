"""The two processes of `test_sweep.py`: fit and keep every estimator of scikit-learn, then load each and predict."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances

from kitops_jupyter.capture.formats import Loading
from kitops_jupyter.capture.keeping import keep
from kitops_jupyter.capture.restoring import restore
from kitops_jupyter.capture.sidecar import parse_sidecar

_RANDOM = numpy.random.RandomState(0)
NUMBERS = _RANDOM.rand(40, 4) + 0.1
CLASSES = numpy.tile([0, 1], 20)
VALUES = NUMBERS[:, 0] * 3 + _RANDOM.rand(40)
TEXTS = ["red green", "blue green", "red blue"] * 5
_TRAININGS: tuple[tuple[Any, ...], ...] = (
    (NUMBERS, CLASSES),
    (NUMBERS, VALUES),
    (NUMBERS, numpy.c_[CLASSES, CLASSES]),
    (NUMBERS, numpy.c_[VALUES, VALUES]),
    (NUMBERS[:, 0], VALUES),
    (NUMBERS @ NUMBERS.T, CLASSES),
    (TEXTS,),
    ([{"a": 1.0, "b": 2.0}, {"a": 3.0}],),
    (CLASSES,),
    ([[0], [0, 1]],),
)
_METHODS = ("predict", "transform", "predict_proba", "score_samples", "kneighbors")


def outcome(estimator: Any, training: tuple[Any, ...]) -> Any:
    """What the estimator says of its training data; the methods that it has."""
    numpy.random.seed(0)  # for those that answer by chance
    return {name: getattr(estimator, name)(training[0]) for name in _METHODS if hasattr(estimator, name)}


def fitted(estimator: Any) -> tuple[Any, ...] | None:
    for training in _TRAININGS:
        try:
            estimator.fit(*training)
            outcome(estimator, training)
        except Exception:  # noqa: BLE001 -- not the training for this one
            continue
        return training
    return None


def is_same(one: Any, other: Any) -> bool:
    if hasattr(one, "toarray"):
        return is_same(one.toarray(), other.toarray())
    if isinstance(one, (list, tuple, dict)):
        pairs = (
            zip(one.values(), other.values(), strict=True) if isinstance(one, dict) else zip(one, other, strict=True)
        )
        return all(is_same(a, b) for a, b in pairs)
    if isinstance(one, numpy.ndarray) and one.dtype.kind == "f":
        return one.dtype == other.dtype and numpy.allclose(one, other, rtol=1e-12, atol=1e-12, equal_nan=True)
    return bool(numpy.array_equal(one, other))


def main(folder: Path, part: int, parts: int) -> None:
    found: dict[str, str] = {}
    for name, kind in all_estimators()[part::parts]:
        try:
            made = list(_construct_instances(kind))
        except Exception:  # noqa: BLE001 -- abstract
            found[name] = "cannot be made"
            continue
        for at, estimator in enumerate(made):
            here = f"{name}{at or ''}"
            training = fitted(estimator)
            try:
                kept = keep(folder, here, estimator, "model")
                sidecar = parse_sidecar((folder / kept.sidecar_path).read_bytes(), here)
                back = restore(folder / kept.path, sidecar, Loading(here))
                if training is None:
                    found[here] = "cannot be fitted"
                elif not is_same(outcome(estimator, training), outcome(back, training)):
                    found[here] = "differs"
                else:
                    found[here] = ""
            except Exception as problem:  # noqa: BLE001 -- the test tells it
                found[here] = f"{type(problem).__name__}: {problem}"
    (folder / "found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    numpy.seterr(all="ignore")
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
