"""Values of JSON and YAML, by their paths."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from kitops_jupyter.comparing.alignment import changed_ranges
from kitops_jupyter.comparing.results import Content, TextChange, ValueChange, ValuesChange
from kitops_jupyter.comparing.sides import Pair, Unreadable
from kitops_jupyter.comparing.text import compare_text
from kitops_jupyter.disk import parse_json

_JSON_LIMIT_BYTES = 16 << 20  # of each side; a value takes some ten times its text
_YAML_LIMIT_BYTES = 256 << 10  # a second of the parser in Python
_SHOWN = 300  # values of a file
_SHOWN_CHARS = 200  # of one
_ALIGNED_ITEMS = 20_000  # of lists that differ in length
_MOST_DEEP = 100
_NOTHING = object()
_PLAIN_NAME = re.compile(r"[^\s.\[\]\"']{1,100}")


def compare_json(pair: Pair) -> ValuesChange:
    """Both as JSON. Raises Unreadable for what is not, or is too large or too deep; TooFar."""
    one, two = pair.both(_JSON_LIMIT_BYTES)
    return _values(_parsed_json(one), _parsed_json(two))


def compare_yaml(pair: Pair) -> Content:
    """Both as YAML without aliases; as text where only comments differ. Raises as `compare_json`."""
    one, two = pair.both(_YAML_LIMIT_BYTES)
    found = _values(_parsed_yaml(one), _parsed_yaml(two))
    text: TextChange | ValuesChange = found if found.total else compare_text(pair)
    return text


def changed_values(before: Any, after: Any) -> tuple[ValueChange, ...]:
    """The first values that differ between two that were parsed."""
    return tuple(islice(_changes(before, after, "", 0), _SHOWN))


def _values(before: Any, after: Any) -> ValuesChange:
    found, total = [], 0
    for change in _changes(before, after, "", 0):
        total += 1
        if total <= _SHOWN:
            found.append(change)
    return ValuesChange(tuple(found), total)


def _parsed_json(data: bytes) -> Any:
    try:
        return parse_json(data)
    except ValueError as problem:
        raise Unreadable(str(problem)) from None


def _parsed_yaml(data: bytes) -> Any:
    import yaml

    deep = 0
    try:
        for event in yaml.parse(data, Loader=yaml.SafeLoader):
            deep += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or deep > _MOST_DEEP:
                raise Unreadable("it has aliases, or is nested too deeply")
        return yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise Unreadable("it is not YAML with one document") from None


def _changes(before: Any, after: Any, path: str, deep: int) -> Iterator[ValueChange]:
    if deep > _MOST_DEEP:
        raise Unreadable("it is nested too deeply")
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            inner = _below(path, str(key))
            yield from _changes(before.get(key, _NOTHING), after.get(key, _NOTHING), inner, deep + 1)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(before, after, path, deep + 1)
    elif (type(before) is not type(after) and isinstance(before, bool) | isinstance(after, bool)) or before != after:
        yield ValueChange(path, _shown(before), _shown(after), difference(before, after))


def _items(before: list[Any], after: list[Any], path: str, deep: int) -> Iterator[ValueChange]:
    """Items at equal places; of lists that differ in length what is the same is found first."""
    ranges = [(0, len(before), 0, len(after))]
    if len(before) != len(after) and max(len(before), len(after)) <= _ALIGNED_ITEMS:
        ranges = list(changed_ranges([*map(_key, before)], [*map(_key, after)]))
    for a, b, c, d in ranges:
        both = min(b - a, d - c)
        for at in range(both):
            yield from _changes(before[a + at], after[c + at], f"{path}[{c + at}]", deep)
        for at in range(a + both, b):
            yield from _changes(before[at], _NOTHING, f"{path}[{at}]", deep)
        for at in range(c + both, d):
            yield from _changes(_NOTHING, after[at], f"{path}[{at}]", deep)


def difference(before: Any, after: Any) -> float | None:
    """After less before, for two numbers; None for others, and where it is not finite."""
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (before, after)):
        return None
    try:
        found = float(after) - float(before)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _below(path: str, key: str) -> str:
    if _PLAIN_NAME.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f"{path}[{json.dumps(key[:_SHOWN_CHARS], ensure_ascii=False)}]"


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _shown(value: Any) -> str | None:
    if value is _NOTHING:
        return None
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}… {len(text) - _SHOWN_CHARS:,} more"
