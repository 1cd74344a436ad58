"""Tables of Arrow as Parquet, or in Arrow's own format if Parquet would change a type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.parquet_files import ROWS, flat_memory, open_writer, parts_of, refusing, wanted_of


class ArrowParquetFormat:
    """A table whose types Parquet keeps."""

    name = "arrow-parquet"
    kind: Kind = "dataset"
    suffix = ".parquet"
    library = "pyarrow"
    extra = "frames"
    label = "Parquet"

    def takes(self, value: Any) -> bool:
        import pyarrow

        return isinstance(value, pyarrow.Table) and _is_kept_by_parquet(value.schema)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import pyarrow

        try:
            with open_writer(path, value.schema, True) as writer:
                writer.write_table(value, row_group_size=ROWS)
        except (pyarrow.ArrowException, ValueError) as problem:
            raise saving.refuse(value, "", f"Parquet cannot hold it: {problem}", "choose the format arrow") from None
        return _told(value)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("pyarrow", self.extra, loading.name)
        from pyarrow import parquet

        with refusing(path, loading), flat_memory(), parquet.ParquetFile(path, pre_buffer=False) as file:
            return _plain(file.read(columns=None if loading.columns is None else list(loading.columns)), loading)

    def parts(self, file: BinaryIO, restore: Facts, loading: Loading) -> Sequence[tuple[int, int]] | None:
        need("pyarrow", self.extra, loading.name)
        with refusing(Path(self.name + self.suffix), loading):
            return parts_of(file, lambda schema: [schema.names[at] for at in wanted_of(schema.names, loading)])


class ArrowFormat:
    """Any table, in Arrow's format of files, compressed with LZ4."""

    name = "arrow"
    kind: Kind = "dataset"
    suffix = ".arrow"
    library = "pyarrow"
    extra = "frames"
    label = "Arrow"

    def takes(self, value: Any) -> bool:
        import pyarrow

        return isinstance(value, pyarrow.Table)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import pyarrow

        options = pyarrow.ipc.IpcWriteOptions(compression="lz4")
        try:
            with pyarrow.ipc.new_file(str(path), value.schema, options=options) as writer:
                writer.write_table(value.unify_dictionaries(), max_chunksize=ROWS)
        except (pyarrow.ArrowException, ValueError) as problem:
            raise saving.refuse(value, "", f"Arrow cannot write it: {problem}", "x.cast(...)") from None
        return _told(value)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("pyarrow", self.extra, loading.name)
        import pyarrow

        with refusing(path, loading), pyarrow.OSFile(str(path)) as file:
            table = pyarrow.ipc.open_file(file).read_all()
            table.validate(full=True)  # a stranger's offsets could lead anywhere
        return _plain(table, loading)


def _plain(table: Any, loading: Loading) -> Any:
    """The columns that are wanted, without the numbers that Parquet gives fields."""
    wanted = wanted_of(table.column_names, loading)
    return table if loading.columns is None else table.select(wanted)


def _is_kept_by_parquet(schema: Any) -> bool:
    import pyarrow
    from pyarrow import parquet

    if "dictionary<" in str(schema):
        return False  # the order of its values, and those that no row has
    stream = pyarrow.BufferOutputStream()
    try:
        parquet.write_table(schema.empty_table(), stream)
        back = parquet.ParquetFile(pyarrow.BufferReader(stream.getvalue())).schema_arrow
    except (pyarrow.ArrowException, ValueError):
        return False
    return bool(_types_in(back) == _types_in(schema) and back.metadata == schema.metadata)


def _types_in(schema: Any) -> str:
    """Names and types as text, without what Parquet adds to fields; it also renames the item of a list."""
    said = schema.to_string(show_field_metadata=False, show_schema_metadata=False, truncate_metadata=False)
    return str(said).replace("item: ", "element: ")


def _told(table: Any) -> Saved:
    return Saved(rows=table.num_rows, schema=[{"name": each.name, "type": str(each.type)} for each in table.schema])


FORMATS = (ArrowParquetFormat(), ArrowFormat())
