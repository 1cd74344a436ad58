"""Some columns of a table in a registry: their bytes travel, the table's do not."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import DigestMismatch, Usage, VariableRefused
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.fault_server import FaultServer
from tests.fakes.traffic import Traffic

pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")
polars = pytest.importorskip("polars")

HTTP = Connection(plain_http=True)
ROWS = 300_000  # more than one row group
COLUMN_BYTES = ROWS * 8
NAMES = ("plain", "dotted", "dotted.more", "zwölf", *(f"c{number}" for number in range(6)))


def frame() -> Any:
    """Numbers that nothing compresses, under an index that is needed, too."""
    random = numpy.random.default_rng(7)
    columns = {name: random.integers(0, 2**63, ROWS, dtype="u8") for name in NAMES}
    return pandas.DataFrame(columns, index=pandas.Index(numpy.arange(ROWS, dtype="u1"), name="row"))


KINDS: dict[str, Callable[[Any], Any]] = {
    "pandas": lambda table: table,
    "polars": lambda table: polars.from_pandas(table),
    "arrow": lambda table: pyarrow.Table.from_pandas(table, preserve_index=False),
}


def as_pandas(value: Any) -> Any:
    return value if isinstance(value, pandas.DataFrame) else value.to_pandas()


def share(tmp_path: Path, reference: str, value: Any, here: Settings) -> None:
    """Pack the table, and push it."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "notes.md").write_text("Rows of a trial.\n")
    kit.pack(folder, tag=reference, datasets={"train": value}, propose=True, settings=here)
    kit.push(reference, connection=HTTP, settings=here)


@pytest.mark.parametrize("kind", KINDS)
def test_the_columns_that_are_asked_for_travel_alone(
    kind: str, tmp_path: Path, reference: str, here: Settings, there: Settings, traffic: Traffic
) -> None:
    table = frame()
    share(tmp_path, reference, KINDS[kind](table), here)
    for columns in (["c3", "plain"], ["dotted"], ["zwölf"]):
        traffic.clear()
        loaded = as_pandas(kit.load(reference, "train", columns=columns, connection=HTTP, settings=there))
        wanted = table[columns] if kind == "pandas" else table[columns].reset_index(drop=True)
        pandas.testing.assert_frame_equal(loaded, wanted)
        # A reader of `dotted` may read `dotted.more` as well; the index has a byte a row, and leaves have edges.
        assert traffic.bytes <= (2 * COLUMN_BYTES + ROWS) * 1.15 + 500_000 < len(NAMES) * COLUMN_BYTES / 2
    assert kit.list_kits(settings=there).kits == ()


@pytest.mark.parametrize("kind", KINDS)
def test_out_of_the_local_store_they_are_the_same(kind: str, tmp_path: Path, here: Settings, reference: str) -> None:
    table = frame()
    share(tmp_path, reference, KINDS[kind](table), here)
    loaded = as_pandas(kit.load(reference, "train", columns=["c5"], settings=here))
    assert loaded["c5"].to_list() == table["c5"].to_list() and list(loaded.columns) == ["c5"]


def test_without_an_index_of_the_kits_files_the_whole_layer_is_read(
    tmp_path: Path, reference: str, here: Settings, there: Settings
) -> None:
    table = frame()
    share(tmp_path, reference, table, replace(here, file_index=False))
    loaded = kit.load(reference, "train", columns=["c1"], connection=HTTP, settings=there)
    pandas.testing.assert_frame_equal(loaded, table[["c1"]])


def test_a_column_that_is_not_there_is_said_before_it_is_fetched(
    tmp_path: Path, reference: str, here: Settings, there: Settings, traffic: Traffic
) -> None:
    share(tmp_path, reference, frame(), here)
    traffic.clear()
    with pytest.raises(Usage, match="no column 'c99'"):
        kit.load(reference, "train", columns=["c99"], connection=HTTP, settings=there)
    assert traffic.bytes < COLUMN_BYTES


def test_a_changed_byte_of_a_column_is_found_and_of_another_is_not_looked_at(
    tmp_path: Path, server: FaultServer, here: Settings, there: Settings
) -> None:
    table, reference = frame(), f"{server.host}/team/rows:v1"
    share(tmp_path, reference, table, here)
    wrong = table["c2"].to_numpy()[1000:1004].tobytes()
    for digest, data in server.blobs.items():
        if wrong in data:
            server.blobs[digest] = data.replace(wrong, bytes(len(wrong)))
    loaded = kit.load(reference, "train", columns=["plain"], connection=HTTP, settings=there)
    pandas.testing.assert_frame_equal(loaded, table[["plain"]])
    with pytest.raises(DigestMismatch):
        kit.load(reference, "train", columns=["c2"], connection=HTTP, settings=there)


@pytest.mark.parametrize("damage", ["no footer", "a footer of noise", "a length beyond the file"])
def test_a_table_that_is_none_is_refused(damage: str, tmp_path: Path, here: Settings) -> None:
    share_here(tmp_path, frame(), here)
    path = tmp_path / "work" / "datasets" / "train.parquet"
    data = bytearray(path.read_bytes())
    if damage == "no footer":
        del data[-2000:]
    elif damage == "a footer of noise":
        data[-1500:-8] = numpy.random.default_rng(3).bytes(1492)
    else:
        data[-8:-4] = (2**31 - 1).to_bytes(4, "little")
    path.write_bytes(data)
    kit.pack(tmp_path / "work", tag="rows:v2", settings=here)
    with pytest.raises(VariableRefused, match="cannot be read"):
        kit.load("rows:v2", "train", columns=["c1"], settings=here)


def share_here(tmp_path: Path, value: Any, here: Settings) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    kit.pack(folder, tag="rows:v1", datasets={"train": value}, propose=True, settings=here)


def test_a_stream_of_a_kits_file_is_read_like_a_file(tmp_path: Path, here: Settings) -> None:
    from contextlib import closing

    from kitops_jupyter.operations.load.files import VerifiedFiles
    from kitops_jupyter.operations.load.parts import KitFile
    from kitops_jupyter.operations.opening import Opener
    from kitops_jupyter.progress import ignore

    share_here(tmp_path, frame().iloc[:1000], here)
    data = (tmp_path / "work" / "datasets" / "train.parquet").read_bytes()
    with Opener(here, None, remote=False) as opener:
        files = VerifiedFiles(opener.open("rows:v1"), False, None, here, ignore)
        with closing(files.by_path()) as listed:
            found = listed.find("datasets/train.parquet")
            assert found
            stream = KitFile(listed, found)
            assert stream.seek(-8, io.SEEK_END) == len(data) - 8 and stream.read() == data[-8:]
            assert stream.seek(10) == 10 and stream.read(90) == data[10:100] and stream.tell() == 100
            assert stream.seek(5, io.SEEK_CUR) == 105 and io.BufferedReader(stream).read() == data[105:]
