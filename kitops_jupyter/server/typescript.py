"""`wire.py` as TypeScript: `python -m kitops_jupyter.server.typescript > labextension/src/wire.ts`."""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from typing import Any, Literal

from kitops_jupyter.server import wire

_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", object: "unknown", type(None): "null"}


def generate() -> str:
    """The text of `wire.ts`."""
    parts = ["// Generated from kitops_jupyter/server/wire.py: do not edit.\n"]
    for kind in wire.TYPES:
        hints = typing.get_type_hints(kind)
        lines = [f"  {item.name}: {_of(hints[item.name])};" for item in dataclasses.fields(kind)]
        parts.append("\n".join([f"export interface {kind.__name__} {{", *lines, "}\n"]))
    return "\n".join(parts)


def _of(hint: Any) -> str:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if dataclasses.is_dataclass(hint):
        return str(hint.__name__) if isinstance(hint, type) else ""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return " | ".join(f"'{text}'" for text in arguments)
    if origin is list:
        return f"{_of(arguments[0])}[]"
    if origin is dict:
        key = "name" if arguments[1] is bool else "key"
        return f"{{ [{key}: string]: {_of(arguments[1])} }}"
    if origin in (typing.Union, types.UnionType):
        return " | ".join(_of(part) for part in arguments)
    raise AssertionError(f"no TypeScript for {hint}")


if __name__ == "__main__":
    sys.stdout.write(generate())
