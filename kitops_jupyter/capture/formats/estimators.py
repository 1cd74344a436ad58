"""What an estimator that was fitted knows of its training: parameters, scores, curves, and the form of its input."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from kitops_jupyter.errors import Cancelled

_SCORES = ("best_score_", "best_index_", "n_iter_", "inertia_", "loss_", "best_loss_", "oob_score_", "best_iteration_")
_CURVES = ("loss_curve_", "validation_scores_", "train_score_", "validation_score_", "scores_", "lower_bounds_")
_PARAMS_LIMIT = 500
_CURVE_LIMIT = 100_000


def plain(value: Any) -> Any:
    """The value as JSON has it: a number, text, truth or None; numbers of NumPy as Python's. Anything else is ..."""
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else ...


def params_of(estimator: Any) -> dict[str, Any]:
    """Its parameters that are plain values, also those of its steps, and the best ones that a search found."""
    found: dict[str, Any] = {}
    try:
        asked = estimator.get_params() if hasattr(estimator, "get_params") else {}
    except Cancelled:
        raise
    except Exception:  # noqa: BLE001 -- parameters are for people to read; the model is kept without
        asked = {}
    best = getattr(estimator, "best_params_", None)
    told = {**asked, **{f"best.{name}": each for name, each in best.items()}} if isinstance(best, dict) else asked
    for name, each in sorted(told.items(), key=lambda item: str(item[0]))[:_PARAMS_LIMIT]:
        if plain(each) is not ...:
            found[str(name)] = plain(each)
    return found


def metrics_of(estimator: Any) -> dict[str, Any]:
    """Numbers that the training left: the best score, iterations, loss."""
    found = {}
    for name in _SCORES:
        value = _attribute(estimator, name)
        if getattr(value, "size", 0) and getattr(value, "ndim", 0) == 1 and value.dtype.kind in "iu":
            value = value.max()  # iterations of each class
        value = plain(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name.rstrip("_")] = value
    found |= {name: each for name, each in _nested(_attribute(estimator, "best_score_")).items() if _is_number(each)}
    return found


def history_of(estimator: Any) -> dict[str, Sequence[float]]:
    """Numbers of each step: the loss, the score on the validation set."""
    found = {}
    for name in _CURVES:
        curve = _attribute(estimator, name)
        if curve is not None and not isinstance(curve, (str, Mapping)) and getattr(curve, "ndim", 1) == 1:
            try:
                found[name.rstrip("_")] = [float(each) for each in curve][:_CURVE_LIMIT]
            except (TypeError, ValueError):
                continue
    for name, curve in _nested(_attribute(estimator, "evals_result_")).items():
        if isinstance(curve, (list, tuple)) and all(map(_is_number, curve)):
            found[name] = [float(each) for each in curve][:_CURVE_LIMIT]
    return {name: curve for name, curve in found.items() if curve}


def _nested(told: Any) -> dict[str, Any]:
    """What boosters keep by data set and metric, as `validation/auc`."""
    if not isinstance(told, Mapping):
        return {}
    return {
        f"{where}/{name}": each
        for where, inner in told.items()
        if isinstance(inner, Mapping)
        for name, each in inner.items()
    }


def _is_number(value: Any) -> bool:
    return isinstance(plain(value), (int, float)) and not isinstance(value, bool)


def signature_of(estimator: Any) -> dict[str, Any]:
    """Input and output in MLflow's shape, as far as the estimator knows them; it keeps no types of named columns."""
    found: dict[str, Any] = {}
    names, count = _attribute(estimator, "feature_names_in_"), plain(_attribute(estimator, "n_features_in_"))
    if names is not None and all(isinstance(name, str) for name in names):
        found["inputs"] = [{"name": str(name), "type": "any", "required": True} for name in names]
    elif isinstance(count, int):
        found["inputs"] = [tensor("float64", [-1, count])]
    kind = getattr(_attribute(estimator, "classes_"), "dtype", None)
    if kind is not None and kind.kind in "biuf":
        found["outputs"] = [tensor(kind.name, [-1])]
    elif kind is not None and kind.kind in "U":
        found["outputs"] = [{"type": "string", "required": True}]
    return found


def tensor(dtype: str, shape: Sequence[int]) -> dict[str, Any]:
    """One tensor of a signature; -1 is any length."""
    return {"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": list(shape)}}


def _attribute(estimator: Any, name: str) -> Any:
    """The attribute; None if there is none. A wrapper's property may raise anything before it is fitted."""
    try:
        return getattr(estimator, name, None)
    except Cancelled:
        raise
    except Exception:  # noqa: BLE001 -- so that a number for people to read does not stop the packing
        return None
