"""SciPy's sparse arrays and matrices as `.npz`, with the members that `scipy.sparse.load_npz` reads; no pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.numpy_arrays import read_npz, write_npz
from kitops_jupyter.errors import VariableRefused

# By form: the arrays that make it. Forms for building are stored as another one, and made again.
_PARTS = {
    "csr": ("data", "indices", "indptr"),
    "csc": ("data", "indices", "indptr"),
    "bsr": ("data", "indices", "indptr"),
    "dia": ("data", "offsets"),
    "coo": ("data", "row", "col"),
}
_STORED_AS = {"lil": "csr", "dok": "coo"}


class SparseFormat:
    """Sparse values of every form, as arrays or as matrices."""

    name = "scipy-sparse"
    kind: Kind = "dataset"
    suffix = ".npz"
    library = "scipy"
    extra = "sparse"
    label = "SciPy sparse"

    def takes(self, value: Any) -> bool:
        from scipy import sparse

        return bool(sparse.issparse(value))

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import numpy
        from scipy import sparse

        if type(value).__module__.partition(".")[0] != "scipy":
            raise saving.refuse(value, "", "is a subclass that would come back as a plain one", "x.tocsr()")
        is_array = isinstance(value, sparse.sparray)
        stored = value.asformat(_STORED_AS.get(value.format, value.format))
        arrays = {"format": numpy.array(stored.format.encode("ascii")), "shape": numpy.array(stored.shape)}
        if is_array:
            arrays["_is_array"] = numpy.array(True)
        if stored.format == "coo" and stored.ndim != 2:
            arrays |= {"data": stored.data, "coords": numpy.array(stored.coords)}
        else:
            arrays |= {part: getattr(stored, part) for part in _PARTS[stored.format]}
        restore: dict[str, Any] = {"form": value.format} if value.format in _STORED_AS else {}
        write_npz(path, arrays, saving)
        told = f"{value.dtype}{list(value.shape)}, {value.nnz} stored, {value.format}"
        return Saved(restore=restore, rows=value.shape[0], schema=[{"name": "", "type": told}], requires=["numpy"])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("scipy", self.extra, loading.name)
        found = read_npz(path, {}, loading)
        try:
            value = _made_of(found)
            form = restore.get("form")
            return value.asformat(form) if form in _STORED_AS else value
        except (
            AttributeError,
            IndexError,
            KeyError,
            OverflowError,
            TypeError,
            UnicodeDecodeError,
            ValueError,
        ) as problem:
            raise VariableRefused(f"{loading.name}: {path.name} is not a sparse array: {problem}") from None


def _made_of(found: dict[str, Any]) -> Any:
    """The sparse array; its indices are checked, for a wrong one would be used as an address."""
    from scipy import sparse

    form = found["format"].item().decode("ascii")
    shape = tuple(int(side) for side in found["shape"])
    known = _PARTS[form]
    kind = getattr(sparse, f"{form}_array" if "_is_array" in found else f"{form}_matrix")
    if form == "coo":
        coords = tuple(found["coords"]) if "coords" in found else (found["row"], found["col"])
        for places, side in zip(coords, shape, strict=True):
            if places.size and (places.min() < 0 or places.max() >= side):
                raise ValueError("an index is outside its shape")
        return kind((found["data"], coords), shape=shape)
    made = kind(tuple(found[part] for part in known), shape=shape)
    if form != "dia":
        made.check_format(full_check=True)
    return made


FORMATS = (SparseFormat(),)
