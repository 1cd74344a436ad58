"""polars frames, series and lazy frames as Parquet, which keeps all of their types but Python objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.parquet_files import ROWS, parts_of, refusing, wanted_of

_SAMPLE_ROWS = 50


class PolarsFormat:
    """A frame or a series, or what a lazy frame computes."""

    name = "polars"
    kind: Kind = "dataset"
    suffix = ".parquet"
    library = "polars"
    extra = "polars"
    label = "Parquet"

    def takes(self, value: Any) -> bool:
        import polars

        return isinstance(value, (polars.DataFrame, polars.Series, polars.LazyFrame))

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import polars

        kinds = {polars.DataFrame: "frame", polars.Series: "series", polars.LazyFrame: "lazy"}
        if type(value) not in kinds:
            raise saving.refuse(value, "", "is a subclass that would come back as a plain one", "polars.DataFrame(x)")
        frame = value.to_frame() if isinstance(value, polars.Series) else value
        schema = frame.collect_schema()
        for name, dtype in schema.items():
            if any(_is_unstorable(part) for part in _parts(dtype)):
                raise saving.refuse(frame, f"[{name!r}]", f"Parquet cannot hold {dtype}", f"x.drop({name!r})")
        try:
            if isinstance(frame, polars.LazyFrame):
                frame.sink_parquet(path, compression="zstd", compression_level=1, row_group_size=ROWS)
            else:
                frame.write_parquet(path, compression="zstd", compression_level=1, row_group_size=ROWS)
            back = polars.scan_parquet(path, glob=False)
            for name, dtype in schema.items():
                if back.collect_schema().get(name) != dtype:
                    raise saving.refuse(frame, f"[{name!r}]", f"{dtype} would come back as another type", "x.cast(...)")
            rows = int(back.select(polars.len()).collect().item()) if schema else 0
            sample = frame.head(_SAMPLE_ROWS).lazy().collect()
            if kinds[type(value)] != "lazy" and not back.head(_SAMPLE_ROWS).collect().equals(sample):
                raise saving.refuse(value, "", "would not come back equal", "x.cast(...)")
        except polars.exceptions.PolarsError as problem:
            told = str(problem).partition("\n")[0][:200]
            raise saving.refuse(value, "", f"Parquet cannot hold it: {told}", "x.cast(...)") from None
        return Saved(
            restore={"kind": kinds[type(value)]},
            rows=rows,
            schema=[{"name": name, "type": str(dtype)} for name, dtype in schema.items()],
            notes=[f"{saving.name} is lazy: its result was stored"] if kinds[type(value)] == "lazy" else [],
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("polars", self.extra, loading.name)
        import polars

        try:
            with refusing(path, loading):
                file = polars.scan_parquet(path, glob=False, hive_partitioning=False)
                names = file.collect_schema().names()
                frame = file.select([names[at] for at in wanted_of(names, loading)]).collect()
        except polars.exceptions.PolarsError as problem:
            with refusing(path, loading):
                raise ValueError(str(problem)) from None
        if restore.get("kind") == "series" and frame.width == 1:
            return frame.to_series()
        return frame.lazy() if restore.get("kind") == "lazy" else frame

    def parts(self, file: BinaryIO, restore: Facts, loading: Loading) -> Sequence[tuple[int, int]] | None:
        with refusing(Path(self.name + self.suffix), loading):
            return parts_of(file, lambda schema: [schema.names[at] for at in wanted_of(schema.names, loading)])


def _parts(dtype: Any) -> Iterator[Any]:
    """The type, and the types inside it."""
    yield dtype
    inner = getattr(dtype, "inner", None)
    if inner is not None:
        yield from _parts(inner)
    for field in getattr(dtype, "fields", None) or ():
        yield from _parts(field.dtype)


def _is_unstorable(dtype: Any) -> bool:
    import polars

    return bool(dtype == polars.Object or (isinstance(dtype, polars.Struct) and not dtype.fields))


FORMATS = (PolarsFormat(),)
