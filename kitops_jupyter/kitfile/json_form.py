"""A Kitfile as the JSON of a kit's config, to the byte as kit writes it, and back. Source: format.md, "Config"."""

from __future__ import annotations

from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.kitfile.schema import FIELDS, LAYER_FIELDS, LAYERED
from kitops_jupyter.kitfile.values import Kitfile, Timestamp

_DEPTH_LIMIT = 200


def to_json(kitfile: Kitfile) -> bytes:
    """The config's bytes. Raises ManifestInvalid for parameters that JSON cannot hold (NaN, keys that are not text)."""
    return _object(kitfile, Kitfile).encode("utf-8")


def _object(value: Any, kind: Any) -> str:
    written = []
    fields = FIELDS[kind] + (LAYER_FIELDS if kind in LAYERED else ())
    for field in fields:
        content = getattr(value, field.attribute)
        if field.kind == "one":
            text = _object(content, field.type) if content is not None else ""
        elif field.kind == "many":
            text = f"[{','.join(_object(item, field.type) for item in content)}]" if content else ""
        elif field.kind == "free":
            text = _free(content, field.name) if content is not None else ""
        else:
            text = gojson.dumps(content) if content or field.always else ""
        if text:
            written.append(f"{gojson.dumps(field.name)}:{text}")
    return "{" + ",".join(written) + "}"


def unstorable(kitfile: Kitfile) -> list[tuple[str, str]]:
    """What YAML can say and JSON cannot (NaN, keys that are not text): the field's place, and why."""
    places = [("model.parameters", kitfile.model.parameters)] if kitfile.model else []
    places += [(f"datasets[{at}].parameters", dataset.parameters) for at, dataset in enumerate(kitfile.datasets)]
    found = []
    for place, parameters in places:
        try:
            _free(parameters, place)
        except ManifestInvalid as problem:
            found.append((place, problem.message))
    return found


def _free(content: Any, where: str) -> str:
    level = [content]
    while level:
        times = [key for item in level if isinstance(item, dict) for key in item if isinstance(key, Timestamp)]
        if times:
            raise ManifestInvalid(f"{where}: {times[0]} is a time, but a JSON key must be text")
        level = _inner(level)
    return gojson.dumps(content, sort_keys=True)


def from_json(data: bytes, *, where: str = "config") -> Kitfile:
    """The Kitfile of a config. Fields that this version does not know are passed over, as kit does.

    Numbers become floats, as for kit: integers beyond 2**53 lose their last digits. Raises ManifestInvalid.
    """
    try:
        parsed = gojson.loads(data, parse_int=_number, parse_float=_number)
    except (ValueError, RecursionError) as problem:
        raise ManifestInvalid(f"{where}: not a Kitfile in JSON: {problem}") from problem
    if isinstance(parsed, dict):
        parsed.setdefault("manifestVersion", "")
    return Kitfile(**_section(parsed, Kitfile, where))


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is out of range")
    return number


def _section(value: object, kind: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ManifestInvalid(f"{where}: expected an object, got {type(value).__name__}")
    found: dict[str, Any] = {}
    for field in FIELDS[kind]:
        content = value.get(field.name)
        if content is None:
            continue
        place = f"{where}: {field.name}"
        if field.kind == "one":
            found[field.attribute] = field.type(**_section(content, field.type, place))
        elif field.kind == "many":
            items = _list(content, place)
            found[field.attribute] = tuple(field.type(**_section(item, field.type, place)) for item in items)
        elif field.kind == "texts":
            found[field.attribute] = tuple(_text(item, place) for item in _list(content, place))
        elif field.kind == "free":
            found[field.attribute] = _bounded(content, place)
        else:
            found[field.attribute] = _text(content, place)
    if kind in LAYERED:
        for field in LAYER_FIELDS:
            if value.get(field.name) is not None:
                found[field.attribute] = Digest(_text(value[field.name], where))
    return found


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ManifestInvalid(f"{where}: expected a list, got {type(value).__name__}")
    return [item for item in value if item is not None]


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ManifestInvalid(f"{where}: expected text, got {type(value).__name__}")
    return value


def _bounded(value: Any, where: str) -> Any:
    """The value itself, if it is not so deep that writing it would exhaust the stack."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _DEPTH_LIMIT:
            raise ManifestInvalid(f"{where}: nested deeper than {_DEPTH_LIMIT} levels")
        level = _inner(level)
    return value


def _inner(level: list[Any]) -> list[Any]:
    """What the maps and lists of one level hold: the next level."""
    return [
        inner
        for item in level
        for inner in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
    ]
