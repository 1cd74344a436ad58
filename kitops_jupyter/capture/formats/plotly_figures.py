"""Figures of Plotly as the JSON that its libraries draw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.parquet_files import refusing
from kitops_jupyter.disk import parse_json


class PlotlyFormat:
    """A figure of Plotly."""

    name = "plotly"
    kind: Kind = "figure"
    suffix = ".plotly.json"
    library = "plotly"
    extra = "figures"
    label = "Plotly"

    def takes(self, value: Any) -> bool:
        from plotly.basedatatypes import BaseFigure

        return isinstance(value, BaseFigure)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import plotly

        told = plotly.io.to_json(value, validate=False, engine="json")
        path.write_text(f"{told}\n", "utf-8", newline="\n")
        return Saved()

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("plotly", self.extra, loading.name)
        import plotly

        with refusing(path, loading):
            told = parse_json(path.read_bytes())
            if not isinstance(told, dict):
                raise ValueError("it is not a figure")
            return plotly.graph_objects.Figure(told)


FORMATS = (PlotlyFormat(),)
