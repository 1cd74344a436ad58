"""Sparse arrays of every form come back equal; a file whose indices lead out of the array is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from scipy import sparse

from kitops_jupyter.capture.formats import Loading, Saving
from kitops_jupyter.capture.formats.numpy_arrays import write_npz
from kitops_jupyter.capture.formats.scipy_sparse import SparseFormat
from kitops_jupyter.errors import VariableRefused
from tests.capture.formats.trips import Trip, run

SAME = (
    "type(back) is type(value) and back.dtype == value.dtype and back.shape == value.shape and (back != value).nnz == 0"
)
PREAMBLE = """
import numpy as np
from scipy import sparse
dense = np.array([[0, 1.5, 0, 0], [2, 0, 0, 0]])
"""
FORMS = ("csr", "csc", "coo", "bsr", "dia", "lil", "dok")
TRIPS = {
    **{f"{form} array": Trip(f"value = sparse.{form}_array(dense)", SAME) for form in FORMS},
    **{f"{form} matrix": Trip(f"value = sparse.{form}_matrix(dense)", SAME) for form in FORMS},
    "one dimension": Trip("value = sparse.coo_array(dense[1])", "(back.toarray() == value.toarray()).all()"),
    "blocks": Trip("value = sparse.bsr_array(dense, blocksize=(2, 2))", SAME + " and back.blocksize == (2, 2)"),
    "nothing": Trip("value = sparse.csr_array((3, 4), dtype='i2')", SAME),
    "read by SciPy alone": Trip(
        "value = sparse.csr_array(dense)", "(sparse.load_npz(next(root.rglob('x.npz'))) != value).nnz == 0"
    ),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("sparse"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_sparse_array_comes_back_equal(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""


@pytest.mark.parametrize(
    "change",
    [
        {"indices": numpy.array([9], "int32")},
        {"indices": numpy.array([-1], "int32")},
        {"indptr": numpy.array([0, 99], "int32")},
        {"shape": numpy.array([1, -3])},
        {"shape": numpy.array(["a"])},
        {"format": numpy.array(b"os")},
        {"format": numpy.array(b"coo"), "row": numpy.array([0]), "col": numpy.array([7])},
    ],
)
def test_a_file_whose_indices_lead_elsewhere_is_refused(change: dict[str, Any], tmp_path: Path) -> None:
    good = sparse.csr_array([[0, 1.5, 0]])
    parts = {part: getattr(good, part) for part in ("data", "indices", "indptr")}
    arrays = {"format": numpy.array(b"csr"), "shape": numpy.array(good.shape), **parts, **change}
    write_npz(tmp_path / "x.npz", arrays, Saving("x"))
    with pytest.raises(VariableRefused, match="is not a sparse array"):
        SparseFormat().load(tmp_path / "x.npz", {}, Loading("x"))
