"""Files of pandas tables: what a stranger can put into one, what is missing, and what the sidecar tells."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas
import pytest
from pyarrow import parquet

from kitops_jupyter.capture.formats import Loading
from kitops_jupyter.capture.formats.frames import PandasFormat
from kitops_jupyter.capture.formats.parquet_files import ROWS
from kitops_jupyter.capture.keeping import keep
from kitops_jupyter.errors import MissingDependency, Usage, VariableRefused


@pytest.fixture
def packed(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A table's file, and the facts of its sidecar."""
    table = pandas.DataFrame({"a": [1, 2], "k": pandas.Categorical(["x", "y"]), "t": pandas.to_datetime(["2024"] * 2)})
    kept = keep(tmp_path, "x", table.set_index("a", append=True), "dataset")
    return tmp_path / kept.path, dict(kept.sidecar.restore)


@pytest.mark.parametrize(
    "change",
    [
        {"columns": []},
        {"columns": ["float64", "int8"]},
        {"columns": ["object", "object"]},
        {"columns": [{"type": "category"}, "datetime64[ns]"]},
        {"columns": [{"type": "object", "of": "str; import os"}, "datetime64[ns]"]},
        {"columns": [{"type": "tz", "unit": "ns", "tz": "dateutil//etc/passwd"}, "datetime64[ns]"]},
        {"columns": [{"type": "masked", "name": "os.system"}, "datetime64[ns]"]},
        {"columns": [[], None]},
        {"columns": None},
        {"labels": {"type": "int64", "labels": ["a", "b"]}},
        {"labels": {"type": {"type": "object"}, "labels": [{"numpy": "void", "value": 1}, 2]}},
        {"labels": {"levels": [{}], "codes": [[5]], "names": []}},
        {"labels": {"range": [0, 7, 1]}},
        {"index": {"names": [None], "range": [0, 10**12, 1]}},
        {"index": {"names": ["x"], "levels": ["int64"]}},
        {"index": {}},
        {"kind": "series", "name": {"float": []}},
        {"attrs": [1]},
    ],
)
def test_facts_that_do_not_fit_the_file_are_refused(
    change: dict[str, Any], packed: tuple[Path, dict[str, Any]]
) -> None:
    path, restore = packed
    with pytest.raises(VariableRefused):
        PandasFormat().load(path, {**restore, **change}, Loading("x"))


def test_a_file_that_says_fewer_rows_than_it_has_is_refused(tmp_path: Path) -> None:
    kept = keep(tmp_path, "x", pandas.DataFrame({"a": range(37)}), "dataset")
    path, restore = tmp_path / kept.path, dict(kept.sidecar.restore)
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    at = data.index(bytes([2 * 37]), footer)  # the first 37 of the footer, as Thrift writes it, is all rows
    path.write_bytes(data[:at] + bytes([2 * 8]) + data[at + 1 :])
    restore["index"] = {**restore["index"], "range": [0, 8, 1]}
    with pytest.raises(VariableRefused, match="37 rows, the file says 8"):
        PandasFormat().load(path, restore, Loading("x"))


def test_of_a_large_table_one_group_of_rows_is_compared_when_it_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    usual = parquet.ParquetFile.read_row_group

    def counted(file: Any, group: int, **how: Any) -> Any:
        read.append(group)
        return usual(file, group, **how)

    monkeypatch.setattr(parquet.ParquetFile, "read_row_group", counted)
    keep(tmp_path, "x", pandas.DataFrame({"a": range(3 * ROWS)}), "dataset")
    assert set(read) == {0}


@pytest.mark.parametrize("keep_bytes", [0, 3, 200, -9])
def test_a_damaged_file_is_refused(keep_bytes: int, packed: tuple[Path, dict[str, Any]]) -> None:
    path, restore = packed
    path.write_bytes(path.read_bytes()[:keep_bytes])
    with pytest.raises(VariableRefused, match=r"x: x\.parquet cannot be read"):
        PandasFormat().load(path, restore, Loading("x"))


def test_a_column_that_is_not_there_is_named_with_those_that_are(packed: tuple[Path, dict[str, Any]]) -> None:
    path, restore = packed
    with pytest.raises(Usage, match="no column 'z'") as caught:
        PandasFormat().load(path, restore, Loading("x", columns=("z",)))
    assert caught.value.hint == "its columns: k, t"


def test_a_table_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependency) as caught:
        keep(tmp_path, "x", pandas.DataFrame({"a": [1]}), "dataset")
    assert "kitops-jupyter[frames]" in caught.value.hint


def test_attrs_that_are_not_json_are_left_out_with_a_note(tmp_path: Path) -> None:
    table = pandas.DataFrame({"a": [1]})
    table.attrs = {"made": object(), 3: "x", "by": "me"}
    kept = keep(tmp_path, "x", table, "dataset")
    assert kept.sidecar.restore["attrs"] == {"by": "me"}
    assert kept.notes == ("x.attrs['made'] is not JSON and was left out", "x.attrs[3] is not JSON and was left out")


def test_the_sidecar_tells_rows_and_columns(tmp_path: Path) -> None:
    kept = keep(tmp_path, "x", pandas.DataFrame({"a": [1], "b": [0.5]}), "dataset")
    assert (kept.sidecar.rows, kept.label) == (1, "Parquet")
    assert kept.sidecar.columns == [{"name": "a", "type": "int64"}, {"name": "b", "type": "float64"}]
    assert [each.partition("==")[0] for each in kept.sidecar.requires] == ["pandas", "pyarrow"]
