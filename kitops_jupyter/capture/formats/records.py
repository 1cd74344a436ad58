"""Dataclasses and Pydantic models as JSON: their fields, without their code.

They come back as a dict, or as the class that the user gives with `into`. A class that a file names is never imported.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, get_type_hints

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.json_values import problems
from kitops_jupyter.capture.formats.parquet_files import refusing
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import VariableRefused


class RecordFormat:
    """The fields of a dataclass or of a Pydantic model."""

    name = "record"
    kind: Kind = "dataset"
    suffix = ".json"
    library = ""
    extra = ""
    label = "JSON"

    def takes(self, value: Any) -> bool:
        return not isinstance(value, type) and (dataclasses.is_dataclass(value) or _is_model(type(value)))

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        told = value.model_dump(mode="json") if _is_model(type(value)) else dataclasses.asdict(value)
        for inside, item, why, hint in problems(told, "", 0):
            raise saving.refuse(item, inside, why, hint)
        text = json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1)
        path.write_bytes(text.encode("utf-8") + b"\n")
        kind = type(value).__name__
        schema = [{"name": name, "type": type(each).__name__} for name, each in told.items()]
        note = f"{saving.name} comes back as a dict, or as a {kind} with kit.load(..., into={kind})"
        return Saved(schema=schema, notes=[note])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        with refusing(path, loading):
            told = parse_json(path.read_bytes())
            if loading.into is None:
                return told
            if not isinstance(told, dict) or not isinstance(loading.into, type):
                raise VariableRefused(f"{loading.name}: into is not a class that fields could make")
            return _made(loading.into, told)


def _is_model(kind: type) -> bool:
    return any(each.__module__.partition(".")[0] == "pydantic" for each in kind.__mro__)


def _made(kind: Any, told: dict[str, Any]) -> Any:
    """An object of the user's class, and of those that its fields are declared as."""
    if _is_model(kind):
        return kind.model_validate(told)
    hints = get_type_hints(kind)
    made = {
        name: _made(hints[name], each) if isinstance(each, dict) and dataclasses.is_dataclass(hints.get(name)) else each
        for name, each in told.items()
    }
    return kind(**made)


FORMATS = (RecordFormat(),)
