"""JSON as Go's encoding/json writes it, to the byte, and reads it: kits are named by the digest of such text.

No blanks; text as UTF-8 but for `<`, `>`, `&`, U+2028 and U+2029; floats as the shortest text that reads
back. The order of keys is the caller's for what is a struct in Go; `sort_keys` is for what is a map there.
Source: Go 1.26 encoding/json, and format.md, "JSON is written as Go does it".
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from kitops_jupyter.errors import ManifestInvalid

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_SPECIAL = re.compile('["\\\\\x00-\x1f<>&\u2028\u2029\ud800-\udfff]')


_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def loads(data: bytes, **hooks: Any) -> Any:
    """The value of UTF-8 JSON text, with U+FFFD for each half of a character; `hooks` are those of `json.loads`.

    Raises ValueError, also for NaN and infinities; RecursionError.
    """
    parsed = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant, **hooks)
    return _without_halves(parsed) if _SURROGATE_ESCAPE.search(data) else parsed


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _without_halves(value: Any) -> Any:
    """Halves of characters cannot be encoded, so none gets in."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_halves(item) for item in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(item) for key, item in value.items()}
    return value


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if "\ud800" <= character <= "\udfff":  # Go has no lone surrogates: it writes the replacement character
        return "\\ufffd"
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def _text(value: str) -> str:
    return '"' + _SPECIAL.sub(_escape, value) + '"'


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ManifestInvalid(f"{value!r} cannot be written as JSON: only finite numbers can")
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    digits, _, exponent_text = f"{value!r}".partition("e")
    if 1e-6 <= abs(value) < 1e21:
        if exponent_text:  # repr switches to exponents at 1e16 and 1e-5, Go at 1e21 and 1e-6
            from decimal import Decimal

            digits = format(Decimal(repr(value)), "f")
        return digits[:-2] if digits.endswith(".0") else digits
    if not exponent_text:
        raise AssertionError(f"repr({value!r}) has no exponent")
    exponent = int(exponent_text)
    return f"{digits.removesuffix('.0')}e{'-' if exponent < 0 else '+'}{abs(exponent)}"


def dumps(value: Any, *, sort_keys: bool = False) -> str:
    """The value as Go would write it; raises ManifestInvalid for NaN, infinities and keys that are not text."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ManifestInvalid(f"key {key!r} cannot be written as JSON: only text can")
        keys = sorted(value, key=lambda key: key.encode("utf-8", "replace")) if sort_keys else value
        return "{" + ",".join(f"{_text(key)}:{dumps(value[key], sort_keys=sort_keys)}" for key in keys) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(dumps(item, sort_keys=sort_keys) for item in value) + "]"
    raise ManifestInvalid(f"{type(value).__name__} cannot be written as JSON")


def indented(text: str, width: int = 2) -> str:
    """Compact JSON text as Go's MarshalIndent lays it out: a field a line, `{}` and `[]` when empty."""
    out: list[str] = []
    depth, at = 0, 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', text):
        out.append(text[at : match.start()])
        at = match.end()
        token = match.group()
        if token in "{[":
            closes = at < len(text) and text[at] in "}]"
            depth += 1
            out.append(token if closes else token + "\n" + " " * (width * depth))
        elif token in "}]":
            depth -= 1
            opened = text[match.start() - 1] in "{["
            out.append(token if opened else "\n" + " " * (width * depth) + token)
        elif token == ",":
            out.append(",\n" + " " * (width * depth))
        else:
            out.append(": " if token == ":" else token)
    return "".join(out) + text[at:]
