"""pandas tables come back equal: types, labels, index, objects. What would not is refused by its column and row."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from tests.capture.formats.trips import Trip, run

SAME = "same(back, value)"
IS_OLD = version("pandas").startswith("2.")  # it names the column only when all of the frame is compared
PREAMBLE = """
import datetime, decimal, uuid
import numpy as np
import pandas as pd
import pyarrow as pa

def told(value):
    return [(type(each), repr(each), getattr(each, "dtype", None)) for each in value]

def same_index(a, b, is_level=False):
    assert (is_level or type(a) is type(b)) and a.dtype == b.dtype and a.names == b.names, (a, b)
    exact = "equiv" if is_level or isinstance(b, pd.MultiIndex) else True
    pd.testing.assert_index_equal(a, b, exact=exact, check_exact=True)
    assert is_level or getattr(a, "freq", None) == getattr(b, "freq", None)
    assert list(map(type, a)) == list(map(type, b))
    if isinstance(a, pd.MultiIndex):
        for x, y in zip(a.levels, b.levels):
            same_index(x, y, is_level=True)
    return True

def same(a, b):
    if isinstance(b, pd.Index):
        return same_index(a, b)
    assert type(a) is type(b)
    if isinstance(b, pd.Series):
        assert repr(a.name) == repr(b.name)
        a, b = a.to_frame("value"), b.to_frame("value")
    exact = "equiv" if isinstance(b.index, pd.MultiIndex) else True
    pd.testing.assert_frame_equal(a, b, check_exact=True, check_index_type=exact, check_column_type=True)
    assert list(a.dtypes) == list(b.dtypes) and a.attrs == b.attrs and a.flags == b.flags
    for at in range(a.shape[1]):
        if b.dtypes.iloc[at] == object:
            assert told(a.iloc[:, at]) == told(b.iloc[:, at]), (told(a.iloc[:, at]), told(b.iloc[:, at]))
    return same_index(a.index, b.index) and same_index(a.columns, b.columns)

def column(values, **more):
    return pd.DataFrame({"c": pd.Series(values, **more)})

def objects(*values):
    made = np.empty(len(values), dtype=object)
    for at, each in enumerate(values):
        made[at] = each
    return pd.DataFrame({"c": pd.Series(made, dtype=object)})
dates = pd.date_range("2024-01-01", periods=3)
MANY = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)])
UNITS = ["s", "ms", "us", "ns"]
D = decimal.Decimal
"""
FRAME = "pd.DataFrame({'a': [1, 2, 3], 'b': [0.5, np.nan, 2]}"
EQUAL = {
    "numbers": f"{FRAME})",
    "every number": "pd.DataFrame({t: np.array([0, 1, 2]).astype(t) for t in "
    "['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', '?']})",
    "complex": "pd.DataFrame({'c': np.array([1 + 2j, 3]), 'd': np.array([1, 2], 'c8')})",
    "big-endian": "pd.DataFrame({'c': np.arange(3, dtype='>f8')})",
    "a number of rows that fills no group": "pd.DataFrame({'c': np.arange(600_001)})",
    "range index with a step": f"{FRAME}, index=pd.RangeIndex(10, 40, 10, name='r'))",
    "text index": f"{FRAME}, index=['x', 'y', 'z'])",
    "duplicate index": f"{FRAME}, index=['x', 'x', 'z'])",
    "float index": f"{FRAME}, index=[0.5, np.nan, 2])",
    "index named as a column": f"{FRAME}, index=pd.Index([1, 2, 3], name='a'))",
    "index with a name that is no text": f"{FRAME}, index=pd.Index([1, 2, 3], name=('t', 1)))",
    "index of dates": f"{FRAME}, index=dates)",
    "index of dates without freq": f"{FRAME}, index=pd.DatetimeIndex(list(dates)))",
    "index of months": f"{FRAME}, index=pd.date_range('2024', periods=3, freq='MS', tz='Europe/Paris'))",
    "index of spans": f"{FRAME}, index=pd.timedelta_range('1h', periods=3, freq='90min'))",
    "index of periods": f"{FRAME}, index=pd.period_range('2024Q1', periods=3, freq='Q'))",
    "index of intervals": f"{FRAME}, index=pd.interval_range(0, 3))",
    "index of categories": f"{FRAME}, index=pd.CategoricalIndex(['a', 'b', 'a'], categories=['b', 'a', 'c']))",
    "index of many levels": f"{FRAME}, index=MANY.set_names(['k', None]))",
    "levels in another order": f"{FRAME}, index="
    "pd.MultiIndex([['b', 'a', 'unused'], [2.5, 1]], [[0, 1, 1], [0, 0, -1]]))",
    "levels of categories and dates": f"{FRAME}, index=pd.MultiIndex.from_arrays([pd.Categorical(['b', 'a', 'b']), "
    "pd.date_range('2024', periods=3, tz='UTC')]))",
    "levels after a range": f"{FRAME}).set_index('a', append=True)",
    "one level": f"{FRAME}, index=pd.MultiIndex.from_arrays([[3, 1, 2]], names=['k']))",
    "columns of many levels": "pd.DataFrame(np.eye(3), columns=MANY.set_names(['x', 'y']))",
    "columns of numbers": "pd.DataFrame(np.eye(3), columns=[3, 1, 2])",
    "columns of a range": "pd.DataFrame(np.eye(3))",
    "columns of a mixed kind": "pd.DataFrame(np.eye(4), columns=[1, '1', ('t', 2), None])",
    "columns of tuples": "pd.DataFrame(np.eye(2), columns=pd.Index([('a', 1), ('b', 2)], tupleize_cols=False))",
    "columns of dates": "pd.DataFrame(np.eye(3), columns=dates)",
    "columns of categories": "pd.DataFrame(np.eye(2), columns=pd.CategoricalIndex(['x', 'y'], name='k'))",
    "columns of objects of dates": "pd.DataFrame(np.eye(2), columns=pd.Index([datetime.date(2024, 1, 1), "
    "pd.Timestamp('2024')], dtype=object))",
    "columns twice": "pd.DataFrame([[1, 'x', 2.0]], columns=['a', 'a', 'b'])",
    "columns with dots": "pd.DataFrame([[1, 2, 3j]], columns=['a', 'a.real', 'a.imag'])",
    "columns with no name": "pd.DataFrame([[1, 2]], columns=['', ' '])",
    "columns with a name": "pd.DataFrame([[1, 2]], columns=pd.Index(['a', 'b'], name='n'))",
    "no rows": f"{FRAME}).iloc[:0]",
    "no columns": "pd.DataFrame(index=[3, 1, 2])",
    "no columns, a range": "pd.DataFrame(index=range(3))",
    "nothing": "pd.DataFrame()",
    "text": "column(['a', 'é', None], dtype='str')",
    "text of pandas": "column(['a', pd.NA], dtype='string[python]')",
    "text of Arrow": "column(['a', pd.NA], dtype='string[pyarrow]')",
    "numbers with missing values": "pd.DataFrame({t: pd.array([1, None], dtype=t) for t in "
    "['Int8', 'UInt64', 'Float32', 'Float64', 'boolean']})",
    "dates of every unit": "pd.DataFrame({u: np.array(['2024-01-01', 'NaT'], dtype=f'M8[{u}]') for u in UNITS})",
    "spans of every unit": "pd.DataFrame({u: np.array([1, 'NaT'], dtype=f'm8[{u}]') for u in UNITS})",
    "dates with a zone": "pd.DataFrame({str(z): pd.to_datetime(['2024-07-01', None]).tz_localize(z) for z in "
    "['UTC', 'America/New_York', '+05:30', datetime.timezone(datetime.timedelta(hours=-3))]})",
    "seconds with a zone": "column(pd.DatetimeIndex(['2024'], dtype='datetime64[s, Asia/Tokyo]'))",
    "periods": "column(pd.PeriodIndex(['2024-01', None], freq='M'))",
    "intervals": "column(pd.arrays.IntervalArray.from_tuples([(0, 1), None], closed='both'))",
    "intervals of dates": "column(pd.interval_range(pd.Timestamp('2024'), periods=2))",
    "categories": "column(['b', None, 'a'], dtype=pd.CategoricalDtype(['b', 'a', 'unused'], ordered=True))",
    "categories of objects": "column(['b', 'a'], dtype=pd.CategoricalDtype(pd.Index(['b', 'a'], dtype=object)))",
    "categories of numbers": "column([3, 1, None], dtype=pd.CategoricalDtype([3, 1, 2]))",
    "categories of dates": "column([dates[1], None], dtype=pd.CategoricalDtype(dates))",
    "categories of intervals": "column(pd.cut([1, 5, 9], 3))",
    "categories of a mixed kind": "column([1, 'a'], dtype=pd.CategoricalDtype(pd.Index([1, 'a', 2.5], dtype=object)))",
    "no categories": "column([None, None], dtype=pd.CategoricalDtype([]))",
    "sparse": "pd.DataFrame({'s': pd.arrays.SparseArray([0, 0, 1]), "
    "'t': pd.arrays.SparseArray([np.nan, 1.0, np.nan])})",
    "Arrow's numbers": "column([1, None], dtype='int64[pyarrow]')",
    "Arrow's lists": "column([[1, 2], None], dtype=pd.ArrowDtype(pa.list_(pa.int32())))",
    "Arrow's structs": "column([{'a': 1}], dtype=pd.ArrowDtype(pa.struct([('a', 'int64')])))",
    "Arrow's decimals": "column([D('1.50')], dtype=pd.ArrowDtype(pa.decimal128(5, 2)))",
    "Arrow's seconds": "column([dates[0]], dtype='timestamp[s][pyarrow]')",
    "objects: text": "objects('a', 'b')",
    "objects: text and None": "objects('a', None)",
    "objects: text and NaN": "objects('a', np.nan)",
    "objects: text and NA": "objects('a', pd.NA)",
    "objects: numbers and None": "objects(1, None, -2**63)",
    "objects: floats": "objects(1.5, float('nan'), None, float('inf'))",
    "objects: truth": "objects(True, None)",
    "objects: None": "objects(None, None)",
    "objects: NumPy's numbers": "objects(np.int64(1), None, np.int64(2))",
    "objects: bytes": "objects(b'', b'\\xff')",
    "objects: dates": "objects(datetime.date(2024, 1, 1), None)",
    "objects: times of day": "objects(datetime.time(1, 2, 3, 4))",
    "objects: dates and times": "objects(datetime.datetime(2024, 1, 1, 2, 3, 4, 5), pd.NaT)",
    "objects: spans": "objects(datetime.timedelta(days=1, microseconds=1))",
    "objects: Timestamps": "objects(pd.Timestamp('2024-01-01 00:00:00.000000001'), None)",
    "objects: decimals": "objects(D('1.50'), D('-2.00'), None)",
    "objects: decimals of many scales": "objects(D('1.5'), D('1.50'), D('NaN'))",
    "objects: uuids": "objects(uuid.UUID(int=7), None)",
    "objects: lists": "objects([1, 2], [], None)",
    "objects: lists of text": "objects(['a'], ['b', 'c'])",
    "objects: lists of anything": "objects([1, 'a', None, [2.0]], [{'k': 1}])",
    "objects: dicts": "objects({'a': 1, 'b': [1.0, None]}, {'c': 'x'}, None)",
    "objects: tuples": "objects((1, 'a'), (2.5, ('n', None)))",
    "objects: arrays": "objects(np.arange(3, dtype='f4'), np.array([np.nan], dtype='f4'), None)",
    "attrs": "made_with_attrs()",
    "unique labels": f"{FRAME}).set_flags(allows_duplicate_labels=False)",
    "series": "pd.Series([1, 2], name='s', index=['a', 'b'])",
    "series with no name": "pd.Series(['x', None], dtype=object)",
    "series with a number as name": "pd.Series(dates, name=7)",
    "series of categories": "pd.Series(['x', 'y'], dtype='category', name=('a', 1))",
    "an index": "pd.Index(['a', 'b'], name='k')",
    "a range": "pd.RangeIndex(2, 9, 3, name='k')",
    "an index of dates": "dates",
    "an index of levels": "pd.MultiIndex.from_product([['b', 'a'], [1, 2]])",
}
REFUSED = {
    "mixed": ("objects(1, 'a')", "x['c'].iloc[1] (builtins.str)"),
    "two kinds of missing": ("objects('a', None, np.nan)", "x['c'].iloc[2] (builtins.float)"),
    "a number among texts": ("objects('a', 1.5)", "x['c'].iloc[1] (builtins.float)"),
    "sets": ("objects({1}, {2})", "x['c'].iloc[0] (builtins.set)"),
    "own class": (
        "class Mine: pass\nvalue = objects('a'); value.iloc[0, 0] = Mine()",
        "x['c'].iloc[0] (__main__.Mine)",
    ),
    "large integers": ("objects(1, 2**70)", "x['c'].iloc[1] (builtins.int)"),
    "objects with a zone": ("objects(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc))", "x['c'].iloc[0]"),
    "arrays of two dimensions": ("objects(np.eye(2))", "x['c'].iloc[0] (numpy.ndarray)"),
    "dicts of dates": ("objects({'a': datetime.date(2024, 1, 1)})", "x['c'].iloc[0] (datetime.date)"),
    "lone surrogates": ("objects('a', '\\ud800')", "x['c'].iloc[1] (builtins.str)"),
    "long doubles": ("pd.DataFrame({'c': np.ones(2, dtype='g')})", "the type float128 has no form"),
    "seconds beyond what Parquet counts": (
        "column(np.array([2**62], dtype='M8[s]'))",
        'column name="c"' if IS_OLD else "x['c']",
    ),
    "labels of an own class": ("class Mine: pass\nvalue = pd.DataFrame([[1]], columns=[Mine()])", "x.columns"),
    "own frame": ("class Mine(pd.DataFrame): pass\nvalue = Mine({'a': [1]})", "is a subclass"),
}


def _lines(text: str) -> str:
    return text if "value = " in text else f"value = {text}"


TRIPS = {
    **{name: Trip(_lines(text), SAME) for name, text in EQUAL.items()},
    **{name: Trip(_lines(text), refused=refused) for name, (text, refused) in REFUSED.items()},
    "some columns": Trip(f"value = {FRAME}, index=['x', 'y', 'z'])", "same(back, value[['b']])", load="columns=('b',)"),
    "columns in another order": Trip(f"value = {FRAME})", "same(back, value[['b', 'a']])", load="columns=('b', 'a')"),
    "columns by number": Trip(
        "value = pd.DataFrame(np.eye(3), columns=[3, 1, 2])", "same(back, value[[1]])", load="columns=('1',)"
    ),
    "read by pandas alone": Trip(
        f"value = {FRAME}, index=pd.Index(['x', 'y', 'z'], name='k'))",
        "same(pd.read_parquet(next(__import__('pathlib').Path(root).rglob('x.parquet'))), value)",
    ),
    "a range read by pandas alone": Trip(
        f"value = {FRAME}, index=pd.RangeIndex(1, 7, 2))",
        "same(pd.read_parquet(next(__import__('pathlib').Path(root).rglob('x.parquet'))), value)",
    ),
}
PREAMBLE += f"""
def made_with_attrs():
    made = {FRAME})
    made.attrs = {{"source": {{"url": "x", "rows": [1, 2]}}}}
    return made
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("pandas"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_table_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""
