"""LightGBM's boosters as its text files; its models in scikit-learn's style are kept by skops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.errors import VariableRefused


class LightGBMFormat:
    """A Booster with all of its trees, and the iteration that was best."""

    name = "lightgbm"
    kind: Kind = "model"
    suffix = ".txt"
    library = "lightgbm"
    extra = "lightgbm"
    label = "LightGBM"

    def takes(self, value: Any) -> bool:
        import lightgbm

        return isinstance(value, lightgbm.Booster)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        value.save_model(path, num_iteration=-1)  # by default the trees after the best one are dropped
        scores = {
            f"{where}/{name}": float(each) for where, told in value.best_score.items() for name, each in told.items()
        }
        best = {"best_iteration": value.best_iteration} if value.best_iteration > 0 else {}
        return Saved(
            restore={"best_iteration": value.best_iteration},
            schema=[{"name": name, "type": ""} for name in value.feature_name()],
            metrics={**scores, **best, "trees": value.num_trees()},
            params={key: each for key, each in value.params.items() if isinstance(each, (str, int, float, bool))},
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        lightgbm = need("lightgbm", self.extra, loading.name)
        try:
            booster = lightgbm.Booster(model_file=path)
        except (lightgbm.basic.LightGBMError, ValueError, TypeError) as problem:
            raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {problem}") from None
        best = restore.get("best_iteration")
        if isinstance(best, int):
            booster.best_iteration = best
        return booster


FORMATS = (LightGBMFormat(),)
