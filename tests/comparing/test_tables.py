"""Tables are compared by their columns and rows, and no table makes the comparison fail."""

from __future__ import annotations

import io
from typing import Any

import pytest

from kitops_jupyter.comparing import Budget, Everywhere, Pair, TableChange, TextChange, compare
from tests.comparing.pairs import InMemory, compared


def change_of(before: bytes | str, after: bytes | str, name: str = "t.csv") -> TableChange:
    found = compared(name, before, after)
    assert isinstance(found.content, TableChange), found
    return found.content


def columns(found: TableChange) -> list[tuple[str, str, int | None]]:
    return [(column.name, column.change, column.values) for column in found.columns]


def test_columns_that_were_added_removed_or_edited_are_named() -> None:
    found = change_of("id,a,b\n1,x,1\n2,y,2\n", "id,b,c\n1,1,0\n2,3,0\n")
    assert columns(found) == [("a", "removed", None), ("c", "added", None), ("b", "changed", 1)]
    assert (found.rows, found.same) == ((2, 2), 1)


def test_a_column_that_became_text_has_another_type() -> None:
    (column,) = change_of("a\n1\n2\n", "a\n1\nx\n").columns
    assert (column.before_type, column.after_type, column.values) == ("whole number", "text", 1)


def test_rows_that_were_put_in_are_no_change_of_columns() -> None:
    found = change_of("a,b\n1,1\n3,3\n", "a,b\n1,1\n2,2\n3,3\n")
    assert (found.columns, found.added, found.removed, found.rows) == ((), 1, 0, (2, 3))


def test_rows_in_another_order_are_said_to_be_that() -> None:
    found = change_of("a\n1\n2\n", "a\n2\n1\n")
    assert (found.columns, found.note) == ((), "the same rows in another order")


def test_fields_in_quotes_may_have_line_ends() -> None:
    assert columns(change_of('a,b\n"x\ny",1\n', 'a,b\n"x\nz",1\n')) == [("a", "changed", 1)]


@pytest.mark.parametrize("text", ["", "a,a\n1,2\n", "a,b\n1\n", 'a\n"x', "\n\n"])
def test_what_is_not_a_table_is_compared_as_text(text: str) -> None:
    assert isinstance(compared("t.csv", text, "a,b\n1,2\n").content, TextChange)


@pytest.mark.parametrize("data", [b"a,b\n" + b"x" * (3 << 20), b"\xff\xfe", b"a,b\n1,\x002\n", b"," * 2_000_000])
def test_hostile_tables_of_text_only_differ_or_are_text(data: bytes) -> None:
    found = compared("t.csv", data, b"a,b\n1,2\n")
    assert found.why or isinstance(found.content, TextChange)


def parquet(table: dict[str, list[Any]], **how: Any) -> bytes:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as written

    stream = io.BytesIO()
    written.write_table(pyarrow.table(table), stream, **how)
    return stream.getvalue()


def test_columns_of_parquet_are_compared_however_their_rows_are_grouped() -> None:
    before: dict[str, list[Any]] = {"id": list(range(100_000)), "x": [0.5, float("nan"), None, 1.0] * 25_000}
    after = {"id": before["id"], "x": [*before["x"][:-2], 7.0, 1.0]}
    found = change_of(parquet(before), parquet(after, row_group_size=7000), "t.parquet")
    assert (columns(found), found.same, found.rows) == ([("x", "changed", 1)], 1, (100_000, 100_000))


def test_nested_columns_that_differ_are_named_without_a_count() -> None:
    found = change_of(parquet({"a": [[1], [2]]}), parquet({"a": [[1], [3]]}), "t.parquet")
    assert columns(found) == [("a", "changed", None)]


def test_the_schema_and_rows_of_far_tables_cost_their_footers() -> None:
    import random

    values = [random.random() for _ in range(200_000)]
    one, two = (InMemory(parquet(table), far=True) for table in ({"a": values}, {"a": values, "b": values[::-1]}))
    found = compare(Pair("t.parquet", one, two, Everywhere(), Budget(200_000))).content
    assert isinstance(found, TableChange)
    assert (columns(found), found.rows, found.unknown) == ([("b", "added", None)], (200_000, 200_000), 1)


@pytest.mark.parametrize("at", [4, 8, 20, -4, -8, -9, -20, -60, -100])
def test_a_damaged_parquet_file_is_said_to_differ(at: int) -> None:
    before = parquet({"a": list(range(1000))})
    after = bytearray(before)
    after[at] ^= 0xFF
    found = compared("t.parquet", before, bytes(after))
    assert found.content is not None or found.why


def test_a_footer_that_says_it_is_as_long_as_memory_is_refused() -> None:
    data = b"PAR1" + b"\0" * 100 + b"\xff\xff\xff\x7f" + b"PAR1"
    assert compared("t.parquet", data, data + b"x").why
