"""YAML text into a tree of nodes with their places, bounded in depth and in what its aliases expand to.

PyYAML's parser gives the events; the tree is built here, without recursion, so that no text can exhaust a stack.
Only the first document counts, as for kit.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter.content import MANIFEST_LIMIT_BYTES
from kitops_jupyter.errors import Finding, KitfileInvalid

DEPTH_LIMIT = 100


@dataclass(slots=True, eq=False)
class Node:
    """A scalar (`text` is set), a list (`items`), or a map (`pairs`); `tag` only where one is written."""

    line: int
    column: int
    tag: str = ""
    text: str | None = None
    is_plain: bool = False
    items: list[Node] | None = None
    pairs: list[tuple[Node, Node]] | None = None
    weight: int = 1
    is_open: bool = False
    keys: list[Node] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """For messages."""
        return "text" if self.text is not None else "a list" if self.items is not None else "a map"


def decode(data: str | bytes, name: str) -> str:
    """The text, without its byte-order mark. Raises KitfileInvalid."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    if len(data) > MANIFEST_LIMIT_BYTES:
        raise KitfileInvalid(name, [Finding(f"{len(data)} bytes, expected at most {MANIFEST_LIMIT_BYTES}")])
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise KitfileInvalid(name, [Finding(f"byte {problem.start} is not UTF-8", line=line)]) from None


def compose(data: str | bytes, name: str) -> Node | None:
    """The first document's tree, None if there is no document. Raises KitfileInvalid."""
    import yaml

    text = decode(data, name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(len(text) + 100_000)
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.DocumentEndEvent):
                break
            builder.take(event, yaml)
    except yaml.YAMLError as problem:
        raise KitfileInvalid(name, [_finding(problem)]) from None
    except _Refused as problem:
        raise KitfileInvalid(name, [problem.finding]) from None
    return builder.root


class _Refused(Exception):
    def __init__(self, message: str, node: Node, hint: str = "") -> None:
        super().__init__(message)
        self.finding = Finding(message, line=node.line, column=node.column, hint=hint)


class _Builder:
    """Turns events into nodes; an alias is the same node again, and counts with all that it holds."""

    def __init__(self, weight_limit: int) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._anchors: dict[str, Node] = {}
        self._weight_limit = weight_limit

    def take(self, event: Any, yaml: Any) -> None:
        mark = event.start_mark
        node = Node(mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.AliasEvent):
            self._add(self._aliased(event.anchor, node))
            return
        if isinstance(event, yaml.CollectionEndEvent):
            self._close()
            return
        if not isinstance(event, yaml.NodeEvent):
            return
        node.tag = event.tag or ""
        if event.anchor:
            self._anchors[event.anchor] = node
        if isinstance(event, yaml.ScalarEvent):
            node.text, node.is_plain = event.value, not event.style
            self._add(node)
            return
        if isinstance(event, yaml.SequenceStartEvent):
            node.items = []
        else:
            node.pairs = []
        node.is_open = True
        self._open.append(node)
        if len(self._open) > DEPTH_LIMIT:
            raise _Refused(f"nested deeper than {DEPTH_LIMIT} levels", node)

    def _aliased(self, anchor: str, place: Node) -> Node:
        found = self._anchors.get(anchor)
        if found is None:
            raise _Refused(f"*{anchor} refers to an anchor that is not defined", place, f"write &{anchor} before it")
        if found.is_open:
            raise _Refused(f"&{anchor} contains itself", place)
        return found

    def _close(self) -> None:
        node = self._open.pop()
        node.is_open = False
        self._add(node)

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.weight += node.weight
        if parent.weight > self._weight_limit:
            raise _Refused("aliases expand to too many values", node, "write the values out, or use fewer aliases")
        if parent.items is not None:
            parent.items.append(node)
        elif parent.pairs is not None:
            if parent.keys:
                parent.pairs.append((parent.keys.pop(), node))
            else:
                parent.keys.append(node)


def _finding(problem: Any) -> Finding:
    mark = getattr(problem, "problem_mark", None)
    message = getattr(problem, "problem", None) or str(problem).partition("\n")[0]
    hint = "indent with spaces: YAML does not allow tabs" if "\\t" in message or "tab" in message else ""
    if "cannot start any token" in message:  # the C reader does not say which: a tab, mostly
        hint = "indent with spaces, YAML does not allow tabs; text that begins with @ or ` needs quotes"
    if mark is None:
        return Finding(f"not YAML: {message}", hint=hint)
    return Finding(f"not YAML: {message}", line=mark.line + 1, column=mark.column + 1, hint=hint)
