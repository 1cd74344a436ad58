"""XGBoost's boosters and its models in scikit-learn's style as `.ubj`. Source: xgboost's "Introduction to Model IO"."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.estimators import metrics_of, params_of, signature_of
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.errors import Cancelled, VariableRefused

_FLOAT = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?", re.ASCII)
_CLASSES = ("XGBClassifier", "XGBRegressor", "XGBRanker", "XGBRFClassifier", "XGBRFRegressor")


class XGBoostFormat:
    """A Booster, or a fitted XGBClassifier or its kind, with its parameters, which the library's own file forgets."""

    name = "xgboost"
    kind: Kind = "model"
    suffix = ".ubj"
    library = "xgboost"
    extra = "xgboost"
    label = "XGBoost"

    def takes(self, value: Any) -> bool:
        import xgboost

        return isinstance(value, xgboost.Booster) or type(value).__name__ in _CLASSES

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import xgboost

        if isinstance(value, xgboost.Booster):
            value.save_model(path)
            return Saved(schema=_columns(value), metrics=_scores(value), params=_scores(value, ""))
        if not type(value).__module__.startswith("xgboost."):
            raise saving.refuse(value, "", "is a class of your own", "pack x.get_booster()")
        params = {name: _to_json(each, f".get_params()[{name!r}]", saving) for name, each in value.get_params().items()}
        try:
            value.save_model(path)
        except Cancelled:
            raise
        except Exception as problem:  # noqa: BLE001 -- NotFittedError of a library that need not be there
            raise saving.refuse(value, "", f"cannot be saved: {problem}", "call fit first") from None
        return Saved(
            restore={"class": type(value).__name__, "params": params},
            requires=["scikit-learn"],
            params=params_of(value),
            metrics={**metrics_of(value), **_scores(value.get_booster())},
            history=_curves(value),
            signature=signature_of(value),
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        xgboost = need("xgboost", self.extra, loading.name)
        name, params = restore.get("class"), restore.get("params", {})
        try:
            if name not in _CLASSES or not isinstance(params, Mapping):
                booster = xgboost.Booster()
                booster.load_model(path)
                return booster
            model = getattr(xgboost, name)()
            model.load_model(path)
            known = {key: _from_json(each) for key, each in params.items() if key in model.get_params()}
            return model.set_params(**known)
        except (xgboost.core.XGBoostError, ValueError, TypeError, KeyError) as problem:
            text = str(problem).strip().splitlines() or [""]
            raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {text[0][:200]}") from None


def _to_json(value: Any, inside: str, saving: Saving) -> Any:
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if type(value) is dict and all(type(key) is str for key in value):
        return {"dict": {key: _to_json(each, f"{inside}[{key!r}]", saving) for key, each in value.items()}}
    if type(value) in (list, tuple):
        items = [_to_json(each, f"{inside}[{at}]", saving) for at, each in enumerate(value)]
        return items if type(value) is list else {"tuple": items}
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    raise saving.refuse(
        value, inside, "is code, or a value that no file can hold", "x.set_params(...=None), or pack x.get_booster()"
    )


def _from_json(told: Any) -> Any:
    if isinstance(told, list):
        return [_from_json(each) for each in told]
    if not isinstance(told, Mapping):
        return told
    if "float" in told:
        return float(told["float"])
    if "tuple" in told:
        return tuple(_from_json(each) for each in told["tuple"])
    return {key: _from_json(each) for key, each in told.get("dict", {}).items()}


def _columns(booster: Any) -> list[dict[str, str]]:
    names, types = booster.feature_names or [], booster.feature_types or []
    return [{"name": name, "type": types[at] if at < len(types) else ""} for at, name in enumerate(names)]


def _scores(booster: Any, prefix: str = "best_") -> dict[str, Any]:
    """The attributes that early stopping left as numbers; without a prefix the others, as they are."""
    if prefix:
        told = {name: each for name, each in booster.attributes().items() if name.startswith(prefix)}
        return {name: float(each) for name, each in told.items() if _FLOAT.fullmatch(each)}
    return {name: each for name, each in booster.attributes().items() if not name.startswith("best_")}


def _curves(model: Any) -> dict[str, list[float]]:
    try:
        told = model.evals_result()
    except Cancelled:
        raise
    except Exception:  # noqa: BLE001 -- there was no evaluation
        return {}
    return {f"{where}/{name}": list(map(float, curve)) for where, each in told.items() for name, curve in each.items()}


FORMATS = (XGBoostFormat(),)
