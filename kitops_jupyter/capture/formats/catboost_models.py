"""CatBoost's models as `.cbm`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.estimators import plain, signature_of
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.errors import VariableRefused

_CLASSES = ("CatBoost", "CatBoostClassifier", "CatBoostRegressor", "CatBoostRanker")


class CatBoostFormat:
    """A fitted model of any of CatBoost's classes; parameters and classes are in its own file."""

    name = "catboost"
    kind: Kind = "model"
    suffix = ".cbm"
    library = "catboost"
    extra = "catboost"
    label = "CatBoost"

    def takes(self, value: Any) -> bool:
        import catboost

        return isinstance(value, catboost.CatBoost)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import catboost

        if type(value) not in [getattr(catboost, name) for name in _CLASSES]:
            raise saving.refuse(value, "", "is a class of your own", "pack a catboost.CatBoost with its parameters")
        for name, each in value.get_params().items():
            if callable(each):
                raise saving.refuse(each, f".get_params()[{name!r}]", "is code", "leave it out, and fit again")
        try:
            value.save_model(str(path), format="cbm")
        except catboost.CatBoostError as problem:
            raise saving.refuse(value, "", f"cannot be saved: {problem}", "call fit first") from None
        scores = {
            f"{where}/{name}": float(each)
            for where, told in (value.get_best_score() or {}).items()
            for name, each in told.items()
        }
        curves = {
            f"{where}/{name}": list(map(float, curve))
            for where, told in (value.get_evals_result() or {}).items()
            for name, curve in told.items()
        }
        return Saved(
            restore={"class": type(value).__name__},
            params={name: plain(each) for name, each in value.get_params().items() if plain(each) is not ...},
            metrics={**scores, "trees": value.tree_count_},
            history=curves,
            signature=signature_of(value),
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        catboost = need("catboost", self.extra, loading.name)
        name = restore.get("class")
        try:
            return getattr(catboost, name if name in _CLASSES else "CatBoost")().load_model(str(path), format="cbm")
        except (catboost.CatBoostError, ValueError, TypeError, KeyError) as problem:
            text = str(problem).strip().splitlines() or [""]
            raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {text[0][:200]}") from None


FORMATS = (CatBoostFormat(),)
