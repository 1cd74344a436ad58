"""What boosters know of their training is read when they are packed, whatever their numbers look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest

from kitops_jupyter.capture.formats import Saving, format_of
from kitops_jupyter.capture.formats.estimators import history_of, metrics_of

pytestmark = [pytest.mark.libraries, pytest.mark.timeout(300)]
X, Y = numpy.arange(160.0).reshape(80, 2), numpy.arange(80.0) % 7


@pytest.mark.filterwarnings("ignore")
def test_models_of_lightgbm_know_their_scores_and_curves(tmp_path: Path) -> None:
    lightgbm: Any = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMRegressor(n_estimators=4, verbosity=-1, min_child_samples=2, n_jobs=1)
    model.fit(X, Y, eval_set=[(X[::2], Y[::2])], callbacks=[lightgbm.early_stopping(2, verbose=False)])
    assert len(history_of(model)["valid_0/l2"]) == 4 and metrics_of(model)["valid_0/l2"] > 0
    saved = format_of(model.booster_).save(model.booster_, tmp_path / "m.txt", Saving("m"))
    assert saved.metrics["best_iteration"] == model.best_iteration_


def test_a_booster_of_xgboost_has_its_best_score_also_below_zero(tmp_path: Path) -> None:
    xgboost: Any = pytest.importorskip("xgboost")
    data = xgboost.DMatrix(X, Y)

    def below(predicted: Any, wanted: Any) -> tuple[str, float]:
        return "below", -1e-7 * float(len(predicted))

    booster = xgboost.train(
        {"nthread": 1}, data, 5, evals=[(data, "all")], custom_metric=below, early_stopping_rounds=2, verbose_eval=False
    )
    saved = format_of(booster).save(booster, tmp_path / "m.ubj", Saving("m"))
    assert saved.metrics["best_score"] == pytest.approx(-8e-6) and saved.metrics["best_iteration"] == 0
