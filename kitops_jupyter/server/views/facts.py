"""What a Kitfile says of its entries, as plain text for a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kitops_jupyter.kitfile import Entry
from kitops_jupyter.server import wire

_FACTS = ("framework", "format", "version", "type", "license", "description", "remote_path")
_PARAMETERS = 500
_TEXT = 1000


def facts_of(entry: Entry) -> wire.EntryFacts:
    """The facts of one entry that are not empty; at most 500 parameters, each text at most 1,000 characters."""
    said = {name: str(getattr(entry.value, name, "") or "")[:_TEXT] for name in _FACTS}
    parameters = [
        wire.Parameter(name[:_TEXT], text)
        for (name, text), _ in zip(_flat(getattr(entry.value, "parameters", None)), range(_PARAMETERS), strict=False)
    ]
    return wire.EntryFacts(
        entry.section, entry.name, entry.clean_path, {name: text for name, text in said.items() if text}, parameters
    )


def _flat(parameters: Any) -> Iterator[tuple[str, str]]:
    """Each value with the dotted name of where it stands, in the order of the Kitfile; a list is one value."""
    rest: list[tuple[str, Any]] = [] if parameters is None else [("", parameters)]
    while rest:
        name, value = rest.pop()
        if isinstance(value, dict) and value:
            prefix = f"{name}." if name else ""
            rest.extend((f"{prefix}{key}"[: 2 * _TEXT], inner) for key, inner in reversed(value.items()))
        else:
            yield name, _text_of(value)


def _text_of(value: Any) -> str:
    """A value on one line, as YAML and JSON both read it; a text as it is."""
    if isinstance(value, str):
        return value[:_TEXT]
    try:
        return json.dumps(_whole(value), ensure_ascii=False, default=str)[:_TEXT]
    except (ValueError, RecursionError):
        return "..."


def _whole(value: Any) -> Any:
    """The value with whole numbers as such: a Kitfile's numbers are read as floats."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, list | tuple):
        return [_whole(inner) for inner in value]
    return {key: _whole(inner) for key, inner in value.items()} if isinstance(value, dict) else value
