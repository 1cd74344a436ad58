"""Data sets of Hugging Face as Parquet, a file for each split; features come back, formats and transforms do not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.parquet_files import refusing, wanted_of

_SPLIT = re.compile(r"\w[\w.-]{0,98}")


class DatasetFormat:
    """One data set."""

    name = "hf-dataset"
    kind: Kind = "dataset"
    suffix = ".parquet"
    library = "datasets"
    extra = "datasets"
    label = "Parquet"

    def takes(self, value: Any) -> bool:
        import datasets

        return isinstance(value, datasets.Dataset)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        _write(value, path, saving, "")
        return Saved(rows=len(value), schema=_schema(value), requires=["pyarrow"])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("datasets", self.extra, loading.name)
        return _read(path, loading)


class DatasetDictFormat:
    """Data sets by split, in a folder."""

    name = "hf-dataset-dict"
    kind: Kind = "dataset"
    suffix = ""
    library = "datasets"
    extra = "datasets"
    label = "Parquet"

    def takes(self, value: Any) -> bool:
        import datasets

        return isinstance(value, datasets.DatasetDict)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        path.mkdir()
        for split, each in value.items():
            if not _SPLIT.fullmatch(str(split)):
                raise saving.refuse(split, f"[{split!r}]", "cannot name a file", "use letters, digits, _, . and -")
            _write(each, path / f"{split}.parquet", saving, f"[{split!r}]")
        rows = sum(len(each) for each in value.values())
        schema = _schema(next(iter(value.values()))) if value else []
        return Saved(
            restore={"splits": [str(split) for split in value]}, rows=rows, schema=schema, requires=["pyarrow"]
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("datasets", self.extra, loading.name)
        import datasets

        with refusing(path, loading):
            splits = [str(split) for split in restore["splits"]]
            if not all(_SPLIT.fullmatch(split) for split in splits):
                raise ValueError("a split's name cannot name a file")
            return datasets.DatasetDict({split: _read(path / f"{split}.parquet", loading) for split in splits})


def _write(value: Any, path: Path, saving: Saving, inside: str) -> None:
    try:
        value.with_format(None).to_parquet(str(path))
        is_equal = _read(path, Loading(saving.name)).features == value.features
    except (ArithmeticError, LookupError, NotImplementedError, TypeError, ValueError) as problem:
        raise saving.refuse(value, inside, f"Parquet cannot hold it: {str(problem)[:200]}", "x.cast(...)") from None
    if not is_equal:
        raise saving.refuse(value, inside, "its features would change", "x.cast(...)")


def _read(path: Path, loading: Loading) -> Any:
    import datasets
    from pyarrow import parquet

    with refusing(path, loading), parquet.ParquetFile(path) as file:
        table = file.read()
        features = datasets.Features.from_arrow_schema(table.schema)
        found = datasets.Dataset(table.cast(features.arrow_schema), info=datasets.DatasetInfo(features=features))
        wanted = [found.column_names[at] for at in wanted_of(found.column_names, loading)]
        return found if loading.columns is None else found.select_columns(wanted)


def _schema(value: Any) -> list[dict[str, str]]:
    return [{"name": name, "type": str(kind)[:200]} for name, kind in value.features.items()]


FORMATS = (DatasetFormat(), DatasetDictFormat())
