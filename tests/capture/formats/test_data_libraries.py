"""Maps, grids, data sets and charts, with the libraries that make them; each is skipped without its library."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter.capture.formats import Loading, format_named
from kitops_jupyter.errors import VariableRefused
from tests.capture.formats.trips import Trip, run

pytestmark = pytest.mark.libraries
BATCHES = {
    "geopandas": (
        """
import geopandas as gpd, pandas as pd
from shapely import Point
value = gpd.GeoDataFrame({"n": [1, 2], "s": ["a", None]}, geometry=[Point(1, 2), None],
    crs="EPSG:4326", index=["x", "y"])
""",
        {
            "a map": Trip("", "type(back) is type(value) and back.crs == value.crs and back.equals(value)"),
            "two geometries": Trip(
                "value['g2'] = gpd.GeoSeries([Point(0, 0), Point(1, 1)], index=value.index, crs=3857)",
                "back.equals(value) and back.g2.crs == value.g2.crs",
            ),
            "some columns": Trip("", "list(back) == ['n', 'geometry']", load="columns=('n', 'geometry')"),
            "objects": Trip("value['o'] = [{1}, {2}]", refused="x"),
        },
    ),
    "xarray": (
        """
import numpy as np, pandas as pd, xarray as xr
value = xr.Dataset({"t": (("x", "time"), np.eye(2, 3)), "n": ("x", [1, 2])}, {"x": ["a", "b"],
    "time": pd.date_range("2024", periods=3)}, {"by": "me"})
""",
        {
            "a set": Trip("", "back.equals(value) and back.attrs == value.attrs"),
            "an array": Trip(
                "value = value.t", "type(back) is type(value) and back.equals(value) and back.name == 't'"
            ),
            "levels": Trip("value = value.stack(k=('x', 'time'))", refused="reset_index"),
        },
    ),
    "datasets": (
        """
import datasets as hf
value = hf.Dataset.from_dict({"t": ["a", "b", "c"], "y": [0, 1, 0]})
value = value.cast_column("y", hf.ClassLabel(names=["no", "yes"]))
""",
        {
            "a data set": Trip(
                "", "type(back) is type(value) and back.features == value.features and back[:] == value[:]"
            ),
            "a selection": Trip("value = value.select([2, 0])", "back[:] == value[:]"),
            "splits": Trip(
                "value = hf.DatasetDict({'train': value, 'test': value.select([1])})",
                "type(back) is type(value) and list(back) == ['train', 'test'] and back['test'][:] == value['test'][:]",
            ),
        },
    ),
    "plotly": (
        """
import numpy as np, plotly.graph_objects as go
value = go.Figure(go.Scatter(x=np.arange(3), y=[1, 3, 2]), layout={'title': 'é'})
""",
        {"a figure": Trip("", "type(back) is type(value) and list(back.data[0].y) == [1, 3, 2]")},
    ),
    "altair": (
        """
import altair as alt, pandas as pd
value = alt.Chart(pd.DataFrame({'a': [1, 2], 'b': [3, 4]})).mark_bar().encode(x='a:Q', y='b:Q')
""",
        {
            "a chart": Trip("", "back.to_dict() == value.to_dict()"),
            "layers": Trip("value = value + value.mark_line()", "back.to_dict() == value.to_dict()"),
            "too many rows": Trip("value = alt.Chart(pd.DataFrame({'a': range(6000)})).mark_bar()", refused="max_rows"),
        },
    ),
}


@pytest.mark.parametrize("library", BATCHES)
def test_the_values_of_a_library_come_back_equal_or_are_refused(library: str, tmp_path: Path) -> None:
    pytest.importorskip(library)
    preamble, trips = BATCHES[library]
    assert {name: told for name, told in run(trips, tmp_path, preamble=preamble).items() if told} == {}


@pytest.mark.parametrize("kind", ["soft", "external", "storage"])
def test_a_grid_that_names_other_files_is_refused(kind: str, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    pytest.importorskip("xarray")
    (tmp_path / "secret").write_bytes(b"12345678")
    with h5py.File(tmp_path / "x.nc", "w") as file:
        if kind == "storage":
            file.create_dataset("a", (8,), "u1", external=[(str(tmp_path / "secret"), 0, 8)])
        else:
            file["a"] = h5py.SoftLink("/b") if kind == "soft" else h5py.ExternalLink("other.nc", "/a")
    found = format_named("netcdf")
    assert found
    with pytest.raises(VariableRefused, match=r"link|other files"):
        found.load(tmp_path / "x.nc", {}, Loading("x"))
