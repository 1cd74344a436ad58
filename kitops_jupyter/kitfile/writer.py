"""A Kitfile as YAML, to the byte as kit writes it: libyaml's emitter, indent 2, unlimited width.

Own code instead of PyYAML's emitter, which folds, indents and quotes by other rules. Source: go-yaml v3's encoder and
emitter, format.md ("Written back as YAML"), `golden/kitfiles.json`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from kitops_jupyter.kitfile.scalars import needs_quotes
from kitops_jupyter.kitfile.schema import FIELDS
from kitops_jupyter.kitfile.values import Kitfile, Timestamp

_KEY_LIMIT_BYTES = 128  # a longer key is written with a question mark
# What the emitter cannot print as it is; above U+FFFF too.
_SPECIAL = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip
_TO_ESCAPE = re.compile('["\\\\\t\n]|' + _SPECIAL.pattern)


class _Flow(list[str]):
    """Text in one line, in brackets."""


def to_yaml(kitfile: Kitfile) -> str:
    """The Kitfile as `kit info` and `kit unpack` write it."""
    return node_to_yaml(_tree(kitfile, Kitfile))


def node_to_yaml(node: Any) -> str:
    """Any tree of maps, lists and scalars, in kit's form, with a newline at its end."""
    if isinstance(node, (dict, list)) and node:
        return "\n".join(_block(node, 0)) + "\n"
    return _scalar(node, 0) + "\n"


def _tree(value: Any, kind: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in FIELDS[kind]:
        content = getattr(value, field.attribute)
        if field.kind == "one":
            tree = _tree(content, field.type) if content is not None else None
            if tree is not None and (tree or not field.always):  # an empty package is left out, an empty model is not
                found[field.name] = tree
        elif field.kind == "many":
            if content:
                found[field.name] = [_tree(item, field.type) for item in content]
        elif field.kind == "texts":
            if content:
                found[field.name] = _Flow(content)
        elif field.kind == "free":
            if content is not None:
                found[field.name] = content
        elif content or field.always:
            found[field.name] = content
    return _Struct(found)


class _Struct(dict[str, Any]):
    """A section: its order is its own; free maps are sorted where they are written."""


def _block(node: Any, indent: int) -> Iterator[str]:
    """The lines of a map or list that is not empty."""
    if isinstance(node, dict):
        pairs = node.items() if isinstance(node, _Struct) else sorted(node.items(), key=lambda pair: _natural(pair[0]))
        for key, value in pairs:
            written = _scalar(key, indent, is_key=True)
            if len(written.encode()) > _KEY_LIMIT_BYTES or "\n" in written:
                yield from _labelled(f"{' ' * indent}? {written}", f"{' ' * indent}:", value, indent)
            else:
                yield from _labelled("", f"{' ' * indent}{written}:", value, indent)
        return
    for item in node:
        if isinstance(item, (dict, list)) and item and not isinstance(item, _Flow):
            first, *rest = _block(item, indent + 2)
            yield f"{' ' * indent}- {first[indent + 2 :]}"
            yield from rest
        else:
            yield f"{' ' * indent}- {_scalar(item, indent)}"


def _labelled(before: str, label: str, value: Any, indent: int) -> Iterator[str]:
    if before:
        yield before
    if isinstance(value, (dict, list)) and value and not isinstance(value, _Flow):
        yield label
        yield from _block(value, indent + 2)
    else:
        yield f"{label} {_scalar(value, indent)}"


def _scalar(value: Any, indent: int, *, is_key: bool = False) -> str:
    """One value in place; block text brings its lines, indented below `indent`."""
    if isinstance(value, _Flow):
        return f"[{', '.join(_text(item, in_flow=True) for item in value)}]"
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, Timestamp):
        return str(value)
    if isinstance(value, str):
        if "\n" in value and not is_key and _may_be_block(value):
            return _literal(value, indent + 2)
        return _text(value, is_key=is_key)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    return "{}" if isinstance(value, dict) else "[]"


def _float(value: float) -> str:
    """As Go's FormatFloat with format g and the shortest digits: exponents below 1e-4 and from 1e6 on."""
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    number = Decimal(repr(value)).normalize()
    sign, digits, power = number.as_tuple()
    shown, exponent = "".join(map(str, digits)), len(digits) + int(power) - 1
    if value == 0 or -4 <= exponent < 6:
        return format(number, "f")
    mantissa = shown[0] + (f".{shown[1:]}" if len(shown) > 1 else "")
    return f"{'-' if sign else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _may_be_block(text: str) -> bool:
    return not (_SPECIAL.search(text) or re.search("[ ]\n", text) or text.endswith(" "))


def _literal(text: str, indent: int) -> str:
    hint = "2" if text[0] in " \n" else ""
    chomp = "-" if not text.endswith("\n") else "+" if text == "\n" or text.endswith("\n\n") else ""
    lines = text.removesuffix("\n").split("\n") if text.endswith("\n") else text.split("\n")
    body = "".join("\n" + (" " * indent + line if line else "") for line in lines)
    return f"|{hint}{chomp}{body}"


def _text(text: str, *, in_flow: bool = False, is_key: bool = False) -> str:
    if needs_quotes(text) or _must_escape(text) or (is_key and "\n" in text):
        return _double_quoted(text)
    if _is_plain(text, in_flow=in_flow):
        return text
    return "'" + text.replace("'", "''") + "'"


def _must_escape(text: str) -> bool:
    return bool(_SPECIAL.search(text)) or "\t" in text or "\n" in text


def _double_quoted(text: str) -> str:
    return '"' + _TO_ESCAPE.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _is_plain(text: str, *, in_flow: bool) -> bool:
    """Whether libyaml writes it without quotes."""
    if not text or text[0] == " " or text[-1] == " " or text.startswith(("---", "...")):
        return False
    if text[0] in "#,[]{}&*!|>'\"%@`":
        return False
    if text[0] == "-" and (len(text) == 1 or text[1] == " "):
        return False
    if text[0] in "?:" and (in_flow or len(text) == 1 or text[1] == " "):
        return False
    if in_flow and re.search("[,?\\[\\]{}:]", text[1:]):
        return False
    return not (": " in text or text.endswith(":") or " #" in text)


def _natural(key: Any) -> Any:
    """yaml.v3's order of keys: numbers by value, letters after what is no letter."""
    return _Natural(key) if isinstance(key, str) else _Natural(str(key))


class _Natural:
    """A key, compared as yaml.v3 sorts them."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __lt__(self, other: _Natural) -> bool:
        one, two = self.text, other.text
        after_digit = False
        for at in range(min(len(one), len(two))):
            if one[at] == two[at]:
                after_digit = _is_digit(one[at])
                continue
            letters = one[at].isalpha(), two[at].isalpha()
            if all(letters):
                return one[at] < two[at]
            if any(letters):
                return letters[0] if after_digit else letters[1]
            return _number_less(one, two, at)
        return len(one) < len(two)


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def _number_less(one: str, two: str, at: int) -> bool:
    """Compare from the first difference on: as numbers where both have digits there."""
    first = second = 0
    if "0" in (one[at], two[at]):
        back = at - 1
        while back >= 0 and _is_digit(one[back]):
            if one[back] != "0":
                first = second = 1
                break
            back -= 1
    ends = []
    for text, start in ((one, first), (two, second)):
        number, end = start, at
        while end < len(text) and _is_digit(text[end]):
            number = number * 10 + ord(text[end]) - ord("0")
            end += 1
        ends.append((number, end))
    return ends[0] < ends[1] if ends[0] != ends[1] else one[at] < two[at]
