"""GeoDataFrames as GeoParquet: geometry in open binary form, each column with its coordinate system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.parquet_files import refusing


class GeoParquetFormat:
    """A frame with geometry."""

    name = "geoparquet"
    kind: Kind = "dataset"
    suffix = ".parquet"
    library = "geopandas"
    extra = "geo"
    label = "GeoParquet"

    def takes(self, value: Any) -> bool:
        import geopandas

        return isinstance(value, geopandas.GeoDataFrame)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        from pandas import testing

        need("pyarrow", self.extra, saving.name)
        try:
            value.to_parquet(path, compression="zstd")
            back = _read(path, None)
            if list(back.dtypes) != list(value.dtypes) or back.crs != value.crs:
                raise AssertionError("types of columns differ")
            testing.assert_frame_equal(back, value, check_exact=True, check_index_type=True, check_column_type=True)
        except (ArithmeticError, AssertionError, LookupError, NotImplementedError, TypeError, ValueError) as problem:
            told = " ".join(str(problem).split())[:300]
            raise saving.refuse(value, "", f"would not come back equal: {told}", "x[column].astype(...)") from None
        schema = [
            {"name": str(label), "type": str(dtype)} for label, dtype in zip(value.columns, value.dtypes, strict=True)
        ]
        return Saved(rows=len(value), schema=schema, requires=["pandas", "pyarrow", "shapely"])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("geopandas", self.extra, loading.name)
        need("pyarrow", self.extra, loading.name)
        with refusing(path, loading):
            return _read(path, loading.columns)


def _read(path: Path, columns: tuple[str, ...] | None) -> Any:
    import geopandas

    return geopandas.read_parquet(path, columns=None if columns is None else list(columns))


FORMATS = (GeoParquetFormat(),)
