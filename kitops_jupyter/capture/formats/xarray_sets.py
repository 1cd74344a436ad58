"""xarray's data as NetCDF 4. Its files can name others: one that does is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.hdf5_files import check_links
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.parquet_files import refusing

_UNITS = ("s", "ms", "us", "ns")


class NetcdfFormat:
    """A Dataset or a DataArray."""

    name = "netcdf"
    kind: Kind = "dataset"
    suffix = ".nc"
    library = "xarray"
    extra = "xarray"
    label = "NetCDF"

    def takes(self, value: Any) -> bool:
        import xarray

        return isinstance(value, (xarray.Dataset, xarray.DataArray))

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        for library in ("h5netcdf", "h5py"):
            need(library, self.extra, saving.name)
        import h5netcdf
        import xarray

        is_array = isinstance(value, xarray.DataArray)
        restore: dict[str, Any] = {"array": True} if is_array else {}
        times = [each.dtype for each in _variables(value, is_array).values() if each.dtype.kind == "M"]
        if times:
            restore["time_unit"] = str(times[0]).partition("[")[2].rstrip("]")
        try:
            value.to_netcdf(path, engine=h5netcdf.__name__)
            back = _read(path, restore)
        except (AttributeError, LookupError, NotImplementedError, TypeError, ValueError) as problem:
            told = " ".join(str(problem).split())[:300]
            raise saving.refuse(
                value, "", f"NetCDF cannot hold it: {told}", "x.reset_index(...), x.astype(...)"
            ) from None
        for name, there, own in _pairs(value, back, is_array):
            if there is None or there.dtype != own.dtype or there.dims != own.dims or not there.equals(own):
                raise saving.refuse(own, f"[{name!r}]", "would not come back equal", "x.astype(...)")
        variables = _variables(value, is_array)
        schema = [{"name": str(name), "type": f"{each.dtype}{list(each.shape)}"} for name, each in variables.items()]
        notes = [] if back.identical(value) else [f"{saving.name}: attrs come back as NetCDF has them"]
        return Saved(restore=restore, schema=schema, requires=["h5netcdf", "h5py"], notes=notes)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        for library in ("xarray", "h5netcdf", "h5py"):
            need(library, self.extra, loading.name)
        import h5py

        with refusing(path, loading):
            with h5py.File(path, "r") as file:
                check_links(file, path.name, loading)
            found = _read(path, restore)
            return found if loading.columns is None else found[list(loading.columns)]


def _read(path: Path, restore: Facts) -> Any:
    import h5netcdf
    import xarray

    options: dict[str, Any] = {"engine": h5netcdf.__name__}
    coders = getattr(xarray, "coders", None)  # since xarray 2025.1
    if restore.get("time_unit") in _UNITS and coders is not None:
        options["decode_times"] = coders.CFDatetimeCoder(time_unit=restore["time_unit"])
    return (xarray.load_dataarray if restore.get("array") is True else xarray.load_dataset)(path, **options)


def _variables(value: Any, is_array: bool) -> dict[Any, Any]:
    return {"": value.variable, **value.coords} if is_array else dict(value.variables)


def _pairs(value: Any, back: Any, is_array: bool) -> list[tuple[Any, Any, Any]]:
    there = _variables(back, is_array)
    return [(name, there.get(name), own) for name, own in _variables(value, is_array).items()]


FORMATS = (NetcdfFormat(),)
