"""Trees of maps, lists and scalars as YAML text, to the byte as go-yaml v3 lays them out: indent 2, unlimited width.

Own code instead of PyYAML's emitter, which folds, indents and quotes by other rules. Where a line breaks and how far
it is indented depends on what was written last (`_is_indented`, `_is_separated`), as in libyaml, whose child both are.
"""

from __future__ import annotations

from typing import Any

from kitops_jupyter.kitfile.key_order import in_order
from kitops_jupyter.kitfile.scalar_style import BREAKS, double_quoted, is_simple_key, style_of
from kitops_jupyter.kitfile.values import Timestamp

_INDENT = 2


class Section(dict[str, Any]):
    """A map that keeps its order; others are sorted."""


class Flow(list[str]):
    """Text in one line, in brackets."""


def emit(node: Any) -> str:
    """The node as a document, with a newline at its end."""
    writer = _Writer()
    writer.node(node, 0)
    writer.start_line(0)
    return "".join(writer.out)


class _Writer:
    def __init__(self) -> None:
        self.out: list[str] = []
        self._column = 0
        self._is_indented = True  # nothing but indentation stands in this line
        self._is_separated = True  # a blank, or nothing, stands before

    def _put(self, text: str) -> None:
        self.out.append(text)
        self._column += len(text)

    def _break(self, character: str = "\n") -> None:
        self.out.append(character)
        self._column, self._is_indented = 0, True

    def start_line(self, indent: int) -> None:
        """Go to the column, in a new line if this one is not free up to there."""
        too_far = self._column > indent or (self._column == indent and not self._is_separated)
        if not self._is_indented or too_far:
            self._break()
        self._put(" " * (indent - self._column))
        self._is_separated = True

    def _indicate(self, text: str, *, apart: bool = True, separates: bool = False, indents: bool = False) -> None:
        if apart and not self._is_separated:
            self._put(" ")
        self._put(text)
        self._is_separated = separates
        self._is_indented = self._is_indented and indents

    def node(self, node: Any, indent: int) -> None:
        """Write the node; its lines, if it has some, start at `indent`."""
        if isinstance(node, Flow):
            self._flow(node, indent)
        elif isinstance(node, dict) and node:
            self._map(node, indent)
        elif isinstance(node, list) and node:
            for item in node:
                self.start_line(indent)
                self._indicate("-", indents=True)
                self.node(item, indent + _INDENT)
        elif isinstance(node, (dict, list)):
            self._indicate("{}" if isinstance(node, dict) else "[]")
        else:
            self._scalar(node, indent)

    def _map(self, node: dict[Any, Any], indent: int) -> None:
        for key in node if isinstance(node, Section) else in_order(node):
            self.start_line(indent)
            simple = not isinstance(key, str) or is_simple_key(key)
            if simple:
                self._scalar(key, indent + _INDENT, is_key=True)
                self._indicate(":", apart=False)
            else:
                self._indicate("?", indents=True)
                self._scalar(key, indent + _INDENT)
                self.start_line(indent)
                self._indicate(":", indents=True)
            self.node(node[key], indent + _INDENT)

    def _flow(self, texts: Flow, indent: int) -> None:
        self._indicate("[", separates=True)
        for at, text in enumerate(texts):
            if at:
                self._indicate(",", apart=False)
            self._text(text, indent + _INDENT, in_flow=True)
        self._indicate("]", apart=False)

    def _scalar(self, value: Any, indent: int, *, is_key: bool = False) -> None:
        if isinstance(value, str) and not isinstance(value, Timestamp):
            self._text(value, indent, is_key=is_key)
        else:
            self._indicate(_plain(value))

    def _text(self, text: str, indent: int, *, in_flow: bool = False, is_key: bool = False) -> None:
        style = style_of(text, in_flow=in_flow, is_simple_key=is_key)
        if style == "literal":
            self._literal(text, indent)
        elif style == "single":
            self._indicate("'")
            self._lines(text.replace("'", "''"), indent, breaks=False)
            self._indicate("'", apart=False)
        else:
            self._indicate(text if style == "plain" else double_quoted(text))

    def _literal(self, text: str, indent: int) -> None:
        hint = str(_INDENT) if text[0] in f" {BREAKS}" else ""
        chomp = "-" if text[-1] not in BREAKS else "+" if len(text) == 1 or text[-2] in BREAKS else ""
        self._indicate(f"|{hint}{chomp}")
        self._break()
        self._is_separated = True
        self._lines(text, indent, breaks=True)

    def _lines(self, text: str, indent: int, *, breaks: bool) -> None:
        """The text, each line of it at `indent`; `breaks`: whether a line break was written before."""
        start = 0
        for at, character in enumerate([*text, "\n"]):
            if at < len(text) and character not in BREAKS:
                continue
            if at > start:
                if breaks:
                    self.start_line(indent)
                self._put(text[start:at])
                self._is_indented, breaks = False, False
            if at < len(text):
                self._break(character)
                breaks = True
            start = at + 1


def _plain(value: Any) -> str:
    """A scalar that is not a text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _float(value) if isinstance(value, float) else str(value)


def _float(value: float) -> str:
    """As Go's FormatFloat with format g and the shortest digits: exponents below 1e-4 and from 1e6 on."""
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    from decimal import Decimal  # needed by few Kitfiles

    number = Decimal(repr(value)).normalize()
    sign, digits, power = number.as_tuple()
    shown, exponent = "".join(map(str, digits)), len(digits) + int(power) - 1
    if value == 0 or -4 <= exponent < 6:
        return format(number, "f")
    mantissa = shown[0] + (f".{shown[1:]}" if len(shown) > 1 else "")
    return f"{'-' if sign else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
