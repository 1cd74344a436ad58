"""Plain values (numbers, text, lists, dicts) as JSON, and text as a text file: only what comes back equal."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import VariableRefused

_DEPTH_LIMIT = 200
_PLAIN = (str, int, float, bool, type(None))


class JsonFormat:
    """Dicts with text keys, lists, text, numbers, booleans and None."""

    name = "json"
    kind: Kind = "dataset"
    suffix = ".json"
    library = ""
    extra = ""
    label = "JSON"

    def takes(self, value: Any) -> bool:
        return isinstance(value, (*_PLAIN, dict, list, tuple, set, frozenset)) and not isinstance(value, str)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        for inside, item, why, hint in problems(value, "", 0):
            raise saving.refuse(item, inside, why, hint)
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)
        path.write_bytes(text.encode("utf-8", "strict") + b"\n")
        return Saved(rows=len(value) if isinstance(value, (list, dict)) else None)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        try:
            return parse_json(path.read_bytes())
        except ValueError as problem:
            raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {problem}") from None


class TextFormat:
    """A text, in UTF-8, its line ends as they are."""

    name = "text"
    kind: Kind = "dataset"
    suffix = ".txt"
    library = ""
    extra = ""
    label = "text"

    def takes(self, value: Any) -> bool:
        return type(value) is str

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        try:
            path.write_bytes(value.encode("utf-8"))
        except UnicodeEncodeError:
            raise saving.refuse(value, "", "has characters that no file can hold", "remove lone surrogates") from None
        return Saved()

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        try:
            return path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as problem:
            raise VariableRefused(f"{loading.name}: {path.name} is not UTF-8: {problem.reason}") from None


def problems(value: Any, inside: str, depth: int) -> Iterator[tuple[str, Any, str, str]]:
    """Each part that JSON would change: its path, itself, why, and a way out."""
    kind = type(value)
    if depth > _DEPTH_LIMIT:
        yield inside, value, f"is nested more than {_DEPTH_LIMIT} deep", "store it as a table"
    elif kind is dict:
        for key, item in value.items():
            if type(key) is str:
                yield from problems(item, f"{inside}[{key!r}]", depth + 1)
            else:
                yield f"{inside}[{key!r}]", key, "JSON has only text for keys", "{str(k): v for k, v in x.items()}"
    elif kind is list:
        for at, item in enumerate(value):
            yield from problems(item, f"{inside}[{at}]", depth + 1)
    elif kind is float and not math.isfinite(value):
        yield inside, value, f"JSON has no {value}", "use None, or numpy.array(...)"
    elif kind is str and any("\ud800" <= char <= "\udfff" for char in value):
        yield inside, value, "has characters that no file can hold", "remove lone surrogates"
    elif kind is tuple:
        yield inside, value, "would come back as a list", "list(x) packs a list"
    elif kind not in _PLAIN:
        way = "sorted(x) packs a list" if isinstance(value, (set, frozenset)) else "x.item(), str(x) or float(x)"
        yield inside, value, "JSON cannot hold it", way


FORMATS = (TextFormat(), JsonFormat())
