"""Charts of Altair as Vega-Lite, with their data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.parquet_files import refusing
from kitops_jupyter.disk import parse_json


class AltairFormat:
    """A chart of Altair, as Vega-Lite with its data."""

    name = "altair"
    kind: Kind = "figure"
    suffix = ".vl.json"
    library = "altair"
    extra = "figures"
    label = "Vega-Lite"

    def takes(self, value: Any) -> bool:
        import altair

        return isinstance(value, altair.TopLevelMixin)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import altair

        try:
            told = value.to_dict()
        except (altair.MaxRowsError, TypeError, ValueError) as problem:
            way = "aggregate the data, or altair.data_transformers.disable_max_rows()"
            raise saving.refuse(value, "", str(problem).partition("\n")[0][:300], way) from None
        path.write_text(json.dumps(told, indent=1, sort_keys=True, allow_nan=False) + "\n", "utf-8", newline="\n")
        return Saved()

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("altair", self.extra, loading.name)
        import altair

        with refusing(path, loading):
            told = parse_json(path.read_bytes())
            if not isinstance(told, dict):
                raise ValueError("it is not a chart")
            return altair.Chart.from_dict(told)


FORMATS = (AltairFormat(),)
