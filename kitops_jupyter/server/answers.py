"""JSON as every parser reads it: the one writer of all that the server sends to the panel or keeps of its jobs."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from typing import Any

from kitops_jupyter.errors import KitError, Usage
from kitops_jupyter.redaction import redacted
from kitops_jupyter.server import wire
from kitops_jupyter.verbs.core.hints import in_cell


def to_json(value: object) -> str:
    """Dataclasses, lists, dicts and plain values as JSON in ASCII; lone surrogates stay escaped.

    NaN and the infinities, which JSON lacks and strangers' notebooks have, become null. Raises Usage for what is
    nested too deeply for a parser.
    """
    try:
        try:
            return json.dumps(value, default=_fields, allow_nan=False)
        except ValueError:
            return json.dumps(_finite(value), default=_fields, allow_nan=False)
    except RecursionError:
        raise Usage("it is nested too deeply to show", hint="pull it, and look at the file") from None


def error_of(problem: Exception) -> wire.Error:
    """An error as it travels; of a fault of ours its kind and words, without what may be secret in them."""
    if isinstance(problem, KitError):
        hint = in_cell(problem.hint)  # who reads it has a notebook beside it
        return wire.Error(problem.code, problem.message, hint, [str(detail) for detail in problem.details])
    return wire.Error("internal", redacted(f"{type(problem).__name__}: {problem}"), "", [])


def _fields(value: Any) -> dict[str, Any]:
    """A dataclass, not copied: what is in it may be large, and deep."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return {item.name: getattr(value, item.name) for item in fields(value)}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return _finite(_fields(value)) if is_dataclass(value) and not isinstance(value, type) else value
