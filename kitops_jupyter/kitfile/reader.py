"""A Kitfile from YAML, strictly: every unknown key, duplicate and wrong shape is a finding with its place.

Source: format.md, "Kitfile"; text keeps its spelling (`1.10`, `yes`), null leaves a field empty.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from kitops_jupyter.errors import Finding, KitfileInvalid
from kitops_jupyter.kitfile.nodes import Node, compose
from kitops_jupyter.kitfile.scalars import MERGE, resolve
from kitops_jupyter.kitfile.schema import FIELDS, Field
from kitops_jupyter.kitfile.values import Kitfile, Timestamp

_CORE = "tag:yaml.org,2002:"
_SUGGESTIONS_LIMIT = 100  # likely names are looked for up to here: it takes a while
_NOUN = {"one": "a map", "many": "a list", "texts": "a list of text", "text": "text"}


def parse_yaml(data: str | bytes, *, name: str = "Kitfile") -> Kitfile:
    """Read the first document. Raises KitfileInvalid with every finding; what it says is not validated yet."""
    root = compose(data, name)
    if root is None:
        raise KitfileInvalid(name, [Finding("it is empty", hint="kit init proposes a Kitfile")])
    reader = _Reader()
    found = reader.section(root, Kitfile, "") if not _is_null(root) else {}
    if reader.findings:
        raise KitfileInvalid(name, reader.findings)
    return Kitfile(**{"manifest_version": "", **found}, marks=reader.marks)


class _Reader:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.marks: dict[str, tuple[int, int]] = {}

    def _refuse(self, node: Node, field: str, message: str, hint: str = "") -> None:
        self.findings.append(Finding(message, field, node.line, node.column, hint))

    def section(self, node: Node, kind: Any, at: str) -> dict[str, Any]:
        """The fields of a section, by attribute."""
        if node.pairs is None or not self._has_tag(node, "map"):
            self._refuse(node, at, f"expected a map of fields, got {_shown(node)}")
            return {}
        fields = {known.name: known for known in FIELDS[kind]}
        found: dict[str, Any] = {}
        for key, value in self._pairs(node, at):
            if key.tag and key.text is not None:
                self._scalar(key, at)
            if _is_null(key):
                continue  # kit passes over it, too
            if key.text is None or key.text not in fields:
                self._unknown(key, at, list(fields))
                continue
            known = fields[key.text]
            place = f"{at}.{known.name}" if at else known.name
            self.marks[place] = (value.line, value.column)
            read = self._field(value, known, place)
            if read is not None:
                found[known.attribute] = read
        return found

    def _unknown(self, key: Node, at: str, names: list[str]) -> None:
        import difflib  # needed by few Kitfiles

        shown = (key.text if key.text is not None else key.kind)[:60]
        is_looked_for = len(self.findings) < _SUGGESTIONS_LIMIT
        close = is_looked_for and difflib.get_close_matches(shown.lower(), [name.lower() for name in names], 1)
        meant = next((name for name in names if close and name.lower() == close[0]), "")
        hint = f"did you mean {meant}?" if meant else f"known fields: {',  '.join(names)}"
        self._refuse(key, f"{at}.{shown}" if at else shown, f"unknown field {shown!r}", hint)

    def _field(self, node: Node, known: Field, at: str) -> Any:
        """The value, or None where the field stays empty."""
        if _is_null(node):
            return None
        if known.kind == "free":
            return self._free(node, at)
        if known.kind == "text":
            return self._text(node, at)
        if known.kind == "one":
            return known.type(**self.section(node, known.type, at))
        if node.items is None:
            self._refuse(node, at, f"expected {_NOUN[known.kind]}, got {_shown(node)}", "put - before each entry")
            return None
        places = [(f"{at}[{index}]", item) for index, item in enumerate(node.items) if not _is_null(item)]
        for place, item in places:
            self.marks[place] = (item.line, item.column)
        if known.kind == "texts":
            return tuple(self._text(item, place) for place, item in places)
        return tuple(known.type(**self.section(item, known.type, place)) for place, item in places)

    def _text(self, node: Node, at: str) -> str:
        if node.text is None:
            self._refuse(node, at, f"expected text, got {_shown(node)}")
            return ""
        value = self._scalar(node, at)
        return value if node.tag == f"{_CORE}binary" and isinstance(value, str) else node.text

    def _has_tag(self, node: Node, core: str) -> bool:
        return node.tag in ("", "!", _CORE + core) or not node.tag.startswith(_CORE + "python")

    def _pairs(self, node: Node, at: str) -> Iterator[tuple[Node, Node]]:
        """The map's entries; duplicates are findings, and what is merged in yields to what is written out."""
        seen: dict[str, Node] = {}
        merged: list[Node] = []
        for key, value in node.pairs or ():
            if key.text == MERGE and key.is_plain:
                merged.append(value)
                continue
            if key.text is not None:
                first = seen.setdefault(key.text, key)
                if first is not key:
                    self._refuse(key, at, f"{key.text[:60]!r} appears twice, first on line {first.line}")
                    continue
            yield key, value
        for value in merged:
            yield from self._merged(value, at, seen)

    def _merged(self, value: Node, at: str, seen: dict[str, Node]) -> Iterator[tuple[Node, Node]]:
        for source in value.items if value.items is not None else [value]:
            if source.pairs is None:
                self._refuse(source, at, f"<< merges maps, got {_shown(source)}")
                continue
            for key, inner in self._pairs(source, at):
                if key.text is not None and seen.setdefault(key.text, key) is key:
                    yield key, inner

    def _free(self, node: Node, at: str) -> Any:
        if node.items is not None:
            return [self._free(item, f"{at}[{index}]") for index, item in enumerate(node.items)]
        if node.text is not None:
            return self._scalar(node, at)
        found: dict[Any, Any] = {}
        for key, value in self._pairs(node, at):
            if key.text is None:
                self._refuse(key, at, f"{key.kind} cannot be a key")
                continue
            found[self._scalar(key, at)] = self._free(value, f"{at}.{key.text[:60]}")
        return found

    def _scalar(self, node: Node, at: str) -> Any:
        """The value of a scalar by its tag; without one, plain text is resolved and quoted text is text."""
        text = node.text or ""
        core = node.tag.removeprefix(_CORE) if node.tag.startswith(_CORE) else ""
        if not core or core == "str":
            return resolve(text) if node.is_plain and node.tag == "" else text
        if core == "binary":
            try:
                return base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
            except (binascii.Error, ValueError):
                self._refuse(node, at, "!!binary is not base64 of UTF-8 text")
                return ""
        value = resolve(text)
        if core == "float" and type(value) is int:
            return float(value)
        wanted = {"int": int, "float": float, "bool": bool, "null": type(None), "timestamp": Timestamp}.get(core)
        if wanted is None:
            return text
        if type(value) is not wanted:
            self._refuse(node, at, f"{text[:60]!r} is not a valid {core}")
        return value


def _is_null(node: Node) -> bool:
    if node.text is None:
        return False
    tagged = node.tag == f"{_CORE}null"
    return (tagged or (node.is_plain and not node.tag)) and resolve(node.text) is None


def _shown(node: Node) -> str:
    return f"the text {node.text[:40]!r}" if node.text is not None else node.kind
