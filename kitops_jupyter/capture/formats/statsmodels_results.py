"""Results of statsmodels, whose own files are pickles: refused by name, with what can be kept of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.errors import VariableRefused


class ResultsFormat:
    """Keeps nothing: a result has its model, its data and its formula, which only a pickle brings back."""

    name = "statsmodels"
    kind: Kind = "model"
    suffix = ".statsmodels"
    library = "statsmodels"
    extra = ""
    label = "statsmodels"

    def takes(self, value: Any) -> bool:
        return any(each.__module__.partition(".")[0] == "statsmodels" for each in type(value).__mro__)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        way = "fit it again after the load: pack its data, x.params, and x.summary().as_text() as datasets"
        raise saving.refuse(value, "", "statsmodels keeps its results as pickles only", f"{way}; or --allow-pickle")

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        raise VariableRefused(f"{loading.name}: {path.name} is no file that kit pack writes")


FORMATS = (ResultsFormat(),)
