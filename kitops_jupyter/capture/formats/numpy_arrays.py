"""NumPy arrays as `.npy`, dicts of arrays and masked arrays as `.npz`. Source: numpy.lib.format, versions 1 to 3."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.zips import TIME
from kitops_jupyter.errors import VariableRefused

_MAPPED_FROM_BYTES = 1 << 20  # below it a copy costs less than a mapping
_MASKED = ("data", "mask", "fill_value")
# Kinds of arrays that come back as their own class, and what of NumPy makes one of a plain array.
_CLASSES = ("recarray", "matrix")


class NpyFormat:
    """One array or NumPy scalar; strided, Fortran and big-endian ones come back equal."""

    name = "npy"
    kind: Kind = "dataset"
    suffix = ".npy"
    library = "numpy"
    extra = ""
    label = "NumPy"

    def takes(self, value: Any) -> bool:
        import numpy

        return isinstance(value, (numpy.ndarray, numpy.generic)) and not isinstance(value, numpy.ma.MaskedArray)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import numpy

        restore: dict[str, Any] = {}
        array = numpy.asarray(value)
        if isinstance(value, numpy.generic):
            restore["scalar"] = True
        elif type(value) is not numpy.ndarray and not isinstance(value, numpy.memmap):
            restore["class"] = _class_of(value, saving)
        stored = _storable(array, saving, "", restore)
        with path.open("wb") as stream:
            _write_array(stream, stored)
        return Saved(
            restore=restore,
            rows=array.shape[0] if array.ndim else None,
            schema=[{"name": "", "type": _type_text(array)}],
            requires=["ml_dtypes"] if "dtype" in restore else [],
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        import numpy

        with path.open("rb") as stream:
            check_header(stream, path.stat().st_size, path.name, loading)
        # Copy on write: the array can be changed, the file cannot, and only what is looked at is read.
        mode: Any = "c" if path.stat().st_size >= _MAPPED_FROM_BYTES else None
        array = numpy.asarray(numpy.load(path, mmap_mode=mode, allow_pickle=False))
        if restore.get("dtype"):
            array = array.view(_extension_dtype(str(restore["dtype"]), loading))
        if restore.get("scalar") is True:
            return array[()]
        if restore.get("class") == "recarray":
            return array.view(numpy.recarray)
        return array.view(numpy.matrix) if restore.get("class") == "matrix" else array


class NpzFormat:
    """A dict of arrays by text, in its order, or a masked array; not compressed, so that nothing is waited for."""

    name = "npz"
    kind: Kind = "dataset"
    suffix = ".npz"
    library = "numpy"
    extra = ""
    label = "NumPy"

    def takes(self, value: Any) -> bool:
        import numpy

        if isinstance(value, numpy.ma.MaskedArray):
            return True
        arrays = (numpy.ndarray,)
        return type(value) is dict and bool(value) and all(isinstance(item, arrays) for item in value.values())

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import numpy

        restore: dict[str, Any] = {}
        if isinstance(value, numpy.ma.MaskedArray):
            if type(value) is not numpy.ma.MaskedArray:
                raise saving.refuse(value, "", "is a subclass of a masked array", "numpy.ma.asarray(x) packs one")
            restore["masked"] = True
            arrays = dict(zip(_MASKED, (value.data, numpy.ma.getmaskarray(value), value.fill_value), strict=True))
        else:
            arrays = value
        restore["dtypes"] = write_npz(path, arrays, saving)
        schema = [{"name": str(key), "type": _type_text(numpy.asarray(item))} for key, item in arrays.items()]
        return Saved(restore=restore, schema=schema, requires=["ml_dtypes"] if restore["dtypes"] else [])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        import numpy

        found = read_npz(path, restore, loading)
        if restore.get("masked") is not True:
            return found
        if set(found) != set(_MASKED):
            raise VariableRefused(f"{loading.name}: {path.name} is not a masked array")
        return numpy.ma.MaskedArray(found["data"], mask=found["mask"], fill_value=found["fill_value"][()])


def write_npz(path: Path, arrays: Mapping[Any, Any], saving: Saving) -> dict[str, str]:
    """Write the arrays as one file; the names of the types that NumPy alone does not know, by key."""
    dtypes: dict[str, str] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for key, item in arrays.items():
            _write_member(archive, key, item, dtypes, saving)
    return dtypes


def read_npz(path: Path, restore: Facts, loading: Loading) -> dict[str, Any]:
    """The arrays of a file that `write_npz` wrote. Raises VariableRefused for any other file."""
    import numpy

    dtypes = restore.get("dtypes")
    dtypes = dtypes if isinstance(dtypes, Mapping) else {}
    found: dict[str, Any] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                key = member.filename.removesuffix(".npy")
                if member.compress_type != zipfile.ZIP_STORED or key in found:
                    raise VariableRefused(f"{loading.name}: {path.name} was not written by kit pack")
                if loading.columns is not None and key not in loading.columns:
                    continue
                with archive.open(member) as stream:
                    check_header(stream, member.file_size, member.filename, loading)
                with archive.open(member) as stream:
                    array = numpy.lib.format.read_array(stream, allow_pickle=False)
                found[key] = array.view(_extension_dtype(str(dtypes[key]), loading)) if key in dtypes else array
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {problem}") from None
    return found


def _write_member(archive: zipfile.ZipFile, key: Any, item: Any, dtypes: dict[str, str], saving: Saving) -> None:
    import numpy

    inside = f"[{key!r}]"
    if type(key) is not str or not key or "\0" in key:
        raise saving.refuse(key, inside, "only text can name an array", "{str(k): v for k, v in x.items()}")
    if type(item) not in (numpy.ndarray, numpy.memmap) and not isinstance(item, numpy.generic):
        raise saving.refuse(item, inside, "is not a plain array", "pack it as a variable of its own")
    own: dict[str, Any] = {}
    stored = _storable(numpy.asarray(item), saving, inside, own)
    if "dtype" in own:
        dtypes[key] = own["dtype"]
    with archive.open(zipfile.ZipInfo(f"{key}.npy", TIME), "w", force_zip64=True) as stream:
        _write_array(stream, stored)


def _write_array(stream: IO[bytes], array: Any) -> None:
    import warnings

    import numpy

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Stored array in format", UserWarning)  # of names that are not Latin 1
        numpy.lib.format.write_array(stream, array, allow_pickle=False)


def _class_of(value: Any, saving: Saving) -> str:
    name = type(value).__name__
    if name in _CLASSES and type(value).__module__.partition(".")[0] == "numpy":
        return name
    raise saving.refuse(value, "", "is a subclass that would come back as a plain array", "numpy.asarray(x) packs that")


def _storable(array: Any, saving: Saving, inside: str, restore: dict[str, Any]) -> Any:
    """The array in a type that the file can name; one of ml_dtypes as integers of its width."""
    import numpy

    kind = array.dtype
    if kind.hasobject:
        way = "x.astype(str), x.astype(float), or a pandas DataFrame"
        raise saving.refuse(array, inside, "holds Python objects, which only pickle can store", way)
    if kind.kind == "T":
        raise saving.refuse(array, inside, "StringDType has no form on disk", "x.astype(str)")
    if kind.kind == "V" and kind.names is None and kind.subdtype is None and kind.type is not numpy.void:
        restore["dtype"] = kind.name
        return array.view(f"u{kind.itemsize}")
    if numpy.lib.format.descr_to_dtype(numpy.lib.format.dtype_to_descr(kind)) != kind:
        raise saving.refuse(array, inside, f"the type {kind} would come back as another one", "x.astype(...)")
    return without_padding(array)


def without_padding(array: Any) -> Any:
    """The array with zeros between the fields of its records, where memory has whatever was there before."""
    import numpy

    if array.dtype.names is None or sum(array.dtype[name].itemsize for name in array.dtype.names) == array.itemsize:
        return array
    clean = numpy.zeros(array.shape, array.dtype, order="F" if array.flags.fnc else "C")
    for name in array.dtype.names:
        clean[name] = without_padding(array[name])
    return clean


def _extension_dtype(name: str, loading: Loading) -> Any:
    """A type of ml_dtypes, such as bfloat16."""
    from kitops_jupyter.capture.formats.libraries import need

    found = getattr(need("ml_dtypes", "numpy", loading.name), name, None) if name.isidentifier() else None
    if found is None or type(found) is not type:
        raise VariableRefused(f"{loading.name}: there is no array type {name[:40]!r}")
    return found


def check_header(stream: IO[bytes], size_bytes: int, name: str, loading: Loading) -> None:
    """Raise VariableRefused for a header of Python objects, or of more or fewer bytes than the file has."""
    import math

    import numpy

    npy = numpy.lib.format
    try:
        version = npy.read_magic(stream)
        read: Any = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, kind = read(stream) if version < (3, 0) else npy._read_array_header(stream, version)  # type: ignore[attr-defined]
    except (ValueError, SyntaxError, TypeError, OverflowError, RecursionError, AttributeError) as problem:
        raise VariableRefused(f"{loading.name}: {name} is not an array: {problem}") from None
    if kind.hasobject:
        raise VariableRefused(
            f"{loading.name}: {name} holds Python objects as a pickle, which could run code when it is loaded",
            hint="ask its author to pack it as numbers or as a table",
        )
    expected = math.prod(shape) * kind.itemsize
    if any(side < 0 for side in shape) or stream.tell() + expected != size_bytes:
        raise VariableRefused(f"{loading.name}: {name} has {size_bytes} bytes, its header says {expected} and a header")


def _type_text(array: Any) -> str:
    """As a person reads it: `float32[1000, 3]`, without more memory than the text."""
    text = f"{array.dtype}{list(array.shape)}"
    return text if len(text) <= 200 else f"{text[:200]}..."


FORMATS = (NpyFormat(), NpzFormat())
