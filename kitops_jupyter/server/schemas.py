"""JSON Schemas of dataclasses: of the bodies that the panel sends, and of the event that the server emits."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, Literal

TEXT_LIMIT = 1 << 20
LIST_LIMIT = 5000
NUMBER_LIMIT = 10**18


def schema(kind: type) -> dict[str, Any]:
    """The JSON Schema of a dataclass; a field's metadata (`minimum`, `maximum`) adds to its own."""
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [item.name for item in fields if is_required(item)],
        "properties": {item.name: {**_of(hints[item.name]), **item.metadata} for item in fields},
    }


def is_required(item: dataclasses.Field[Any]) -> bool:
    """Whether the field has no default."""
    return item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING


def _of(hint: Any) -> dict[str, Any]:
    if hint is str:
        return {"type": "string", "maxLength": TEXT_LIMIT}
    if hint is int:
        return {"type": "integer", "minimum": 0, "maximum": NUMBER_LIMIT}
    if hint is bool:
        return {"type": "boolean"}
    if hint is type(None):
        return {"type": "null"}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return schema(hint)
    if typing.get_origin(hint) is Literal:
        return {"enum": list(typing.get_args(hint))}
    if typing.get_origin(hint) is list:
        return {"type": "array", "maxItems": LIST_LIMIT, "items": _of(typing.get_args(hint)[0])}
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return {"anyOf": [_of(part) for part in typing.get_args(hint)]}
    raise AssertionError(f"no schema for {hint}")
