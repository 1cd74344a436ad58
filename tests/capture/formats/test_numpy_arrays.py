"""NumPy arrays come back equal: values, types, shapes, order of bytes; what would not is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter.capture.formats import Loading, format_named
from kitops_jupyter.errors import VariableRefused
from tests.capture.formats.trips import Trip, run

SAME = "type(back) is type(value) and back.dtype == value.dtype and back.shape == value.shape and same(back, value)"
MAPS = "list(back) == list(value) and all(same(back[k], value[k]) and back[k].dtype == value[k].dtype for k in value)"
PREAMBLE = """
import numpy as np
def same(a, b):
    return np.array_equal(a, b, equal_nan=a.dtype.kind in "fcmM") if a.dtype.names is None else (a == b).all()
"""
TRIPS = {
    "strided": Trip("value = np.arange(10)[::2]", SAME),
    "transposed": Trip("value = np.arange(6).reshape(2, 3).T", SAME),
    "reversed": Trip("value = np.arange(6)[::-1]", SAME),
    "Fortran order": Trip(
        "value = np.asfortranarray(np.arange(6.0).reshape(2, 3))", SAME + " and back.flags.f_contiguous"
    ),
    "broadcast": Trip("value = np.broadcast_to(np.arange(3), (4, 3))", SAME),
    "big-endian": Trip("value = np.arange(5, dtype='>i8')", SAME),
    "text": Trip("value = np.array(['a', 'bé', ''])", SAME),
    "bytes": Trip("value = np.array([b'a', b'bc'])", SAME),
    "dates": Trip("value = np.array(['2020-01-01', 'NaT'], dtype='M8[s]')", SAME),
    "spans": Trip("value = np.array([1, 2], dtype='m8[ms]')", SAME),
    "NaN": Trip("value = np.array([1.0, np.nan, -0.0, np.inf])", SAME),
    "half": Trip("value = np.arange(4, dtype='f2')", SAME),
    "complex": Trip("value = np.array([1 + 2j, 3])", SAME),
    "structured": Trip("value = np.zeros(3, dtype=[('a', 'i4'), ('b', 'f8', (2,)), ('é', 'U3')])", SAME),
    "records": Trip("value = np.rec.array([(1, 2.0)], dtype=[('x', 'i4'), ('y', 'f8')])", SAME),
    "matrix": Trip("value = np.asmatrix(np.eye(2))", SAME),
    "empty": Trip("value = np.zeros((0, 3))", SAME),
    "no dimension": Trip("value = np.array(5)", SAME),
    "scalar": Trip("value = np.float32(3.5)", SAME),
    "large": Trip("value = np.arange(400_000, dtype='f8').reshape(1000, 400)", SAME + " and back.flags.writeable"),
    "dict": Trip("value = {'w': np.arange(3), 'file': np.eye(2)[:, ::-1], 'allow_pickle': np.array(1)}", MAPS),
    "masked": Trip(
        "value = np.ma.array([1, 2, 3], mask=[0, 1, 0], fill_value=7)",
        "(back.mask == value.mask).all() and (back.data == value.data).all() and back.fill_value == 7",
    ),
    "objects": Trip("value = np.array([object()])", refused="x (numpy.ndarray): holds Python objects"),
    "objects in a record": Trip("value = np.zeros(2, dtype=[('a', 'O')])", refused="holds Python objects"),
    "own class": Trip("class Mine(np.ndarray): pass\nvalue = np.arange(3).view(Mine)", refused="is a subclass"),
    "a number for a name": Trip("value = {1: np.arange(3)}", refused="x[1] (builtins.int): only text"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("numpy"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_an_array_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(127)
        + b"\n"
        + b"x" * 40,
        b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999,), }".ljust(127)
        + b"\n",
        b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }".ljust(127) + b"\n",
        b"\x93NUMPY\x01\x00v\x00__import__('os').system('touch ran')".ljust(127) + b"\n",
    ],
)
@pytest.mark.parametrize("name", ["npy", "npz"])
def test_a_file_that_is_not_an_array_is_refused(name: str, data: bytes, tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "x"
    if name == "npz":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.npy", data)
    else:
        path.write_bytes(data)
    found = format_named(name)
    assert found
    with pytest.raises(VariableRefused):
        found.load(path, {}, Loading("x"))
    assert not (tmp_path / "ran").exists()


def test_an_archive_that_expands_is_refused(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", b"\0" * (1 << 20))
    found = format_named("npz")
    assert found
    with pytest.raises(VariableRefused, match="not written by kit pack"):
        found.load(path, {}, Loading("x"))
