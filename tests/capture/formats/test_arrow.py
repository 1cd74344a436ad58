"""Tables of Arrow come back equal: as Parquet, or in Arrow's own format where Parquet would change a type."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter.capture.formats import Loading, format_named
from kitops_jupyter.errors import VariableRefused
from tests.capture.formats.trips import Trip, run

PREAMBLE = """
import pyarrow as pa, datetime

def same(a, b, root, suffix):
    assert a.schema.equals(b.schema, check_metadata=False) and a.schema.metadata == b.schema.metadata
    return a.equals(b) and [each.suffix for each in root.rglob("x.*") if each.suffix != ".json"][0] == suffix
"""
PARQUET = {
    "numbers and text": "pa.table({'a': [1, None], 'b': ['x', 'y']})",
    "metadata": "pa.table({'a': [1]}).replace_schema_metadata({'k': 'v'})",
    "names twice": "pa.table([[1], [2]], names=['a', 'a'])",
    "lists and structs": "pa.table({'l': [[1], None], 's': [{'k': 1}, {'k': 2}]})",
    "milliseconds": "pa.table({'t': pa.array([1], pa.timestamp('ms', 'UTC'))})",
    "decimals": "pa.table({'d': pa.array([None], pa.decimal128(5, 2))})",
    "no rows": "pa.table({'a': pa.array([], pa.int8())})",
}
ARROW = {
    "seconds": "pa.table({'t': pa.array([1], pa.timestamp('s'))})",
    "date64": "pa.table({'t': pa.array([86400000], pa.date64())})",
    "dictionaries": "pa.table({'d': pa.DictionaryArray.from_arrays(pa.array([1, 0]), pa.array([7, 8, 9]))})",
    "months and days": "pa.table({'i': pa.array([(1, 2, 3)], pa.month_day_nano_interval())})",
    "runs": (
        "pa.table({'r': pa.RunEndEncodedArray.from_arrays([2, 3], [1, 2], pa.run_end_encoded(pa.int32(), pa.int64()))})"
    ),
}
TRIPS = {
    **{name: Trip(f"value = {text}", "same(back, value, root, '.parquet')") for name, text in PARQUET.items()},
    **{name: Trip(f"value = {text}", "same(back, value, root, '.arrow')") for name, text in ARROW.items()},
    "some columns": Trip(
        "value = pa.table({'a': [1], 'b': [2]})", "back.equals(value.select(['b']))", load="columns=('b',)"
    ),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("arrow"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_table_comes_back_equal(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""


@pytest.mark.parametrize("name", ["arrow", "arrow-parquet", "polars", "tiff", "png", "scipy-sparse", "record"])
@pytest.mark.parametrize("data", [b"", b"ARROW1\0\0nothing", b"PAR1" * 9, b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_file_of_another_kind_is_refused(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.file"
    path.write_bytes(data)
    found = format_named(name)
    assert found
    with pytest.raises(VariableRefused):
        found.load(path, {}, Loading("x"))
