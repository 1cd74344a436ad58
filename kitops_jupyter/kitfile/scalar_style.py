"""How a text is written in YAML: plain, in quotes, or as a block. Source: go-yaml v3's analysis of scalars.

`\\r`, U+0085, U+2028 and U+2029 are line breaks there too.
"""

from __future__ import annotations

import re
from typing import Literal

from kitops_jupyter.kitfile.scalars import needs_quotes

Style = Literal["plain", "single", "double", "literal"]

_KEY_LIMIT_BYTES = 128  # a longer key is written with a question mark
BREAKS = "\r\n\x85\u2028\u2029"
_BREAK = re.compile(f"[{BREAKS}]")
# What the emitter cannot print as it is. As alternatives, because one class of all this takes ms to compile.
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]|[\ud800-\udfff]|\ufeff|[\ufffe-\U0010ffff]")
_BREAK_SPACE = re.compile(f"[{BREAKS}] ")
_SPACE_BREAK = re.compile(f" [{BREAKS}]")
_STARTS_WITH_INDICATOR = re.compile(r"""[#,\[\]{}&*!|>'"%@`]|---|\.\.\.|-(?:[ \t]|\Z)""")
_BLOCK_INDICATOR = re.compile(rf"""\A[?:](?:[ \t]|\Z)|:(?:[ \t]|\Z)|(?<=[ \t\0{BREAKS}])\#""")
_FLOW_INDICATOR = re.compile(r"[,?\[\]{}:]")
_TO_ESCAPE = re.compile(f'["\\\\\t{BREAKS}]|' + _SPECIAL.pattern)
_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip


def style_of(text: str, *, in_flow: bool, is_simple_key: bool) -> Style:
    """The form that the emitter chooses for a text."""
    if "\n" in text:
        return "double" if in_flow or is_simple_key or not _may_be_block(text) else "literal"
    if needs_quotes(text) or not _may_be_single_quoted(text) or (is_simple_key and _BREAK.search(text)):
        return "double"
    return "plain" if _may_be_plain(text, in_flow=in_flow) else "single"


def is_simple_key(text: str) -> bool:
    """Whether the key stands in one line, without a question mark."""
    return not _BREAK.search(text) and len(text.encode("utf-8", "surrogatepass")) <= _KEY_LIMIT_BYTES


def _may_be_block(text: str) -> bool:
    return not (text.endswith(" ") or _SPACE_BREAK.search(text) or _SPECIAL.search(text))


def _may_be_single_quoted(text: str) -> bool:
    return not ("\t" in text or _SPECIAL.search(text) or _BREAK_SPACE.search(text) or _SPACE_BREAK.search(text))


def _may_be_plain(text: str, *, in_flow: bool) -> bool:
    if not text or text[0] == " " or text[-1] == " " or _BREAK.search(text) or _STARTS_WITH_INDICATOR.match(text):
        return False
    return not _BLOCK_INDICATOR.search(text) and not (in_flow and _FLOW_INDICATOR.search(text))


def double_quoted(text: str) -> str:
    """The text in double quotes; after a byte-order mark in front, every character is escaped, as go-yaml has it."""
    if text.startswith("\ufeff"):
        return '"' + "".join(map(_escaped, text)) + '"'
    return '"' + _TO_ESCAPE.sub(lambda match: _escaped(match.group()), text) + '"'


def _escaped(character: str) -> str:
    code = ord(character)
    shown = f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
    return _ESCAPES.get(character, shown)
