"""polars frames come back equal, with every type that Parquet has a form for."""

from __future__ import annotations

import pytest

from tests.capture.formats.trips import Trip, run

SAME = "same(back, value)"
PREAMBLE = """
import datetime, decimal
import polars as pl
from polars.testing import assert_frame_equal, assert_series_equal

def same(a, b):
    assert type(a) is type(b)
    if isinstance(b, pl.Series):
        return assert_series_equal(a, b, check_exact=True) is None and a.dtype == b.dtype
    a, b = a.lazy().collect(), b.lazy().collect()
    assert a.schema == b.schema, (a.schema, b.schema)
    return assert_frame_equal(a, b, check_exact=True) is None
"""
FRAME = "pl.DataFrame({'a': [1, None, 3], 'b': ['x', None, 'é'], 'c': [0.5, float('nan'), None]})"
EQUAL = {
    "frame": FRAME,
    "series": "pl.Series('s', [1, None, 3], dtype=pl.Int16)",
    "series with no name": "pl.Series([1.5])",
    "lazy": f"{FRAME}.lazy().filter(pl.col('a') > 1)",
    "no rows": f"{FRAME}.clear()",
    "numbers": "pl.DataFrame({str(t): pl.Series([1, None], dtype=t) "
    "for t in [pl.Int8, pl.UInt64, pl.Int128, pl.Float32]})",
    "dates": "pl.DataFrame({u: pl.Series([datetime.datetime(2024, 1, 1)], dtype=pl.Datetime(u, 'Europe/Paris')) "
    "for u in ['ms', 'us', 'ns']})",
    "dates, times, spans": "pl.DataFrame({'d': [datetime.date(2024, 1, 1)], 't': [datetime.time(1, 2)], "
    "'s': [datetime.timedelta(1)]})",
    "decimals": "pl.DataFrame({'d': pl.Series(['1.50'], dtype=pl.String).cast(pl.Decimal(10, 2))})",
    "categories": "pl.DataFrame({'c': pl.Series(['b', 'a', None], dtype=pl.Categorical), "
    "'e': pl.Series(['x', 'y', 'x'], dtype=pl.Enum(['y', 'x', 'unused']))})",
    "nested": "pl.DataFrame({'l': [[1, 2], None, []], 's': [{'a': 1, 'b': ['x']}] * 3})",
    "arrays": "pl.DataFrame({'a': pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int32, 2))})",
    "nothing in a column": "pl.DataFrame({'n': [None, None]})",
    "bytes": "pl.DataFrame({'b': [b'\\xff', None]})",
}
TRIPS = {
    **{name: Trip(f"value = {text}", SAME) for name, text in EQUAL.items()},
    "some columns": Trip(f"value = {FRAME}", "same(back, value.select(['c', 'a']))", load="columns=('c', 'a')"),
    "objects": Trip("value = pl.DataFrame({'o': pl.Series([object()], dtype=pl.Object)})", refused="x['o']"),
    "structs of nothing": Trip("value = pl.DataFrame({'o': [{}]}, schema={'o': pl.Struct([])})", refused="x['o']"),
    "own class": Trip("class Mine(pl.DataFrame): pass\nvalue = Mine({'a': [1]})", refused="is a subclass"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("polars"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_frame_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""
