"""The bytes of a `.skops` file, made the same for the same model: skops puts times, addresses and random names in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from kitops_jupyter.capture.formats.numpy_arrays import without_padding
from kitops_jupyter.capture.formats.zips import copy_member, store_again, write_member

SCHEMA = "schema.json"


def rewrite(source: Path, target: Path) -> None:
    """The archive with numbers for addresses and names, in the order of the schema, sets sorted, nothing compressed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        schema = json.loads(old.read(SCHEMA))
        for node in _nodes(schema):
            if node["__loader__"] == "SetNode" and isinstance(node.get("content"), list):
                node["content"].sort(key=_without_addresses)
            _forget_address(node)
        names = _number(schema)
        write_member(new, SCHEMA, json.dumps(schema, separators=(",", ":")).encode())
        for was, now in names.items():
            with old.open(was) as stream:
                if now.endswith(".npz"):
                    stored = io.BytesIO()
                    store_again(io.BytesIO(stream.read()), stored)
                    write_member(new, now, stored.getvalue())
                elif now.endswith(".npy"):
                    _copy_array(new, now, stream)
                else:
                    copy_member(new, now, stream)


def _forget_address(node: dict[str, Any]) -> None:
    """Vectorizers remember the address of the stop words that they have checked; any other makes them check again."""
    content = node.get("content")
    known = content.get("_stop_words_id") if isinstance(content, dict) else None
    if isinstance(known, dict) and known.get("__loader__") == "JsonNode":
        known["content"] = "-1"


def _copy_array(archive: zipfile.ZipFile, name: str, stream: IO[bytes]) -> None:
    """The array; one of records, such as the nodes of a tree, without what lay in memory between its fields."""
    import numpy

    data = stream.read()
    if b"'descr': [" in data[:64]:
        written = io.BytesIO()
        array = numpy.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
        numpy.lib.format.write_array(written, without_padding(array), allow_pickle=False)
        data = written.getvalue()
    write_member(archive, name, data)


def _number(schema: Any) -> dict[str, str]:
    """Give each object a number in place of its address; the new name of each file. A text or number is the same one
    wherever it appears, since no program can rely on the address of such a value."""
    numbers: dict[Any, int] = {}
    names: dict[str, str] = {}
    for node in _nodes(schema):
        if "__id__" in node:
            key = ("plain", node.get("content")) if node["__loader__"] == "JsonNode" else node["__id__"]
            node["__id__"] = numbers.setdefault(key, len(numbers) + 1)
        if isinstance(node.get("file"), str):
            was = node["file"]
            node["file"] = names.setdefault(was, f"{len(names) + 1}.{was.rpartition('.')[2]}")
    return names


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Each node of the schema, in its order. Keys of a user's dict have nodes for values, never a text."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("__loader__"), str):
                yield part
            waiting.extend(reversed(list(part.values())))
        elif isinstance(part, list):
            waiting.extend(reversed(part))


def _without_addresses(node: Any) -> str:
    def bare(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: bare(item) for key, item in part.items() if key not in ("__id__", "file")}
        return [bare(item) for item in part] if isinstance(part, list) else part

    return json.dumps(bare(node), sort_keys=True)
