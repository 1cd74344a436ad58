"""zarr's arrays and groups as a zip store: their own metadata and chunks as they are, with codecs that run no code."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.refusals import refusing_all, saving_all
from kitops_jupyter.capture.formats.zips import open_stored, write_member
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import VariableRefused

_METADATA = frozenset(["zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata"])
_CODECS = frozenset([
    "adler32", "astype", "bitround", "blosc", "bytes", "bz2", "crc32", "crc32c", "delta", "endian", "fixedscaleoffset",
    "fletcher32", "gzip", "lz4", "lzma", "packbits", "quantize", "sharding_indexed", "shuffle", "transpose",
    "vlen-bytes", "vlen-utf8", "zlib", "zstd",
])  # fmt: skip
_NUMBERS = re.compile(r"[<>|=]?[biufcmMSUV?]\d*(\[\w+\])?")
_METADATA_BYTES = 64 << 20


class ZarrFormat:
    """An Array or a Group with all below it, wherever it is stored; it comes back in memory, to be read and written."""

    name = "zarr"
    kind: Kind = "dataset"
    suffix = ".zarr.zip"
    library = "zarr"
    extra = "zarr"
    label = "Zarr"

    def takes(self, value: Any) -> bool:
        import zarr

        return isinstance(value, (zarr.Array, zarr.Group))

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        with saving_all(value, saving, "pack x[...], a NumPy array"), zipfile.ZipFile(path, "w") as archive:
            for key, data in _items(value):
                write_member(archive, key, data)
        with open_stored(path, path.name, Loading(saving.name)) as archive:
            for where, why in _problems(archive):
                raise saving.refuse(value, f" {where}", why, "pack x[...], a NumPy array, or store it by another codec")
        return Saved(schema=_schema(value))

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        with open_stored(path, path.name, loading) as archive:
            for where, why in _problems(archive):
                raise VariableRefused(f"{loading.name}: {path.name}: {where[:100]} {why}")
            zarr = need("zarr", self.extra, loading.name)
            from zarr.core.buffer import default_buffer_prototype

            buffer = default_buffer_prototype().buffer
            with refusing_all(path, loading):
                held = {name: buffer.from_bytes(archive.read(name)) for name in archive.namelist()}
                return zarr.open(store=zarr.storage.MemoryStore(held), mode="r+")


def _items(value: Any) -> Iterator[tuple[str, bytes]]:
    """What the store holds of this array or group, sorted, by keys below it."""
    from zarr.core.buffer import default_buffer_prototype
    from zarr.core.sync import sync

    prefix, store = f"{value.path}/" if value.path else "", value.store

    async def keys() -> list[str]:
        return [key async for key in store.list_prefix(prefix)]

    for key in sorted(sync(keys())):
        found = sync(store.get(key, default_buffer_prototype()))
        if found is not None:
            yield key[len(prefix) :], found.to_bytes()


def _problems(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Codecs and types in the metadata that could run code, or are not known, with their places."""
    for name in archive.namelist():
        if name.rpartition("/")[2] not in _METADATA:
            continue
        try:
            if archive.getinfo(name).file_size > _METADATA_BYTES:
                raise ValueError("it is too large")
            told = parse_json(archive.read(name))
        except (ValueError, zipfile.BadZipFile) as problem:
            yield name, f"cannot be read: {problem}"
            continue
        if name.rpartition("/")[2] != ".zattrs":
            yield from ((name, why) for why in _problems_of(told, 0))


def _problems_of(told: Any, depth: int) -> Iterator[str]:
    if not isinstance(told, Mapping) or depth > 8:
        yield "is not a zarr's"
        return
    for codec in _codecs(told):
        found = codec.get("name", codec.get("id")) if isinstance(codec, Mapping) else codec
        if not isinstance(found, str) or found.removeprefix("numcodecs.") not in _CODECS:
            yield f"has the codec {str(found)[:60]!r}, which may run code"
        elif found == "sharding_indexed":
            inner = codec.get("configuration") if isinstance(codec, Mapping) else None
            yield from _problems_of(inner, depth + 1)
    dtype = told.get("dtype")
    kinds = (
        [each[1] for each in dtype if isinstance(each, list) and len(each) > 1] if isinstance(dtype, list) else [dtype]
    )
    has_text = any(isinstance(each, Mapping) and str(each.get("id")).startswith("vlen-") for each in _codecs(told))
    for kind in kinds if dtype is not None else []:
        if not (isinstance(kind, str) and _NUMBERS.fullmatch(kind)) and not (kind == "|O" and has_text):
            yield f"has values of the type {str(kind)[:60]}, which are Python objects"
    consolidated = told.get("consolidated_metadata") or told.get("metadata")
    for each in dict(consolidated.get("metadata", consolidated)).values() if isinstance(consolidated, Mapping) else ():
        if isinstance(each, Mapping) and ("codecs" in each or "dtype" in each):
            yield from _problems_of(each, depth + 1)


def _codecs(told: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    for key in ("codecs", "index_codecs", "filters", "storage_transformers"):
        each = told.get(key)
        found += each if isinstance(each, list) else [] if each is None else [each]
    return [*found, told["compressor"]] if told.get("compressor") is not None else found


def _schema(value: Any) -> list[dict[str, str]]:
    import zarr

    if isinstance(value, zarr.Array):
        return [{"name": "", "type": f"{value.dtype}{list(value.shape)}"}]
    return [
        {"name": name, "type": f"{each.dtype}{list(each.shape)}"}
        for name, each in sorted(value.members(max_depth=None))
        if isinstance(each, zarr.Array)
    ]


FORMATS = (ZarrFormat(),)
