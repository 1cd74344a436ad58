"""Entries taken out of a Kitfile's text, or put into it: the rest stays as it was written, byte for byte, comments too.

YAML's own parser says where an entry is; the outcome is read again, and is an answer only where it says the same as
the Kitfile without that entry. So anchors that others refer to, merged maps and the like end in a refusal, never in
another Kitfile.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from kitops_jupyter.errors import KitfileInvalid
from kitops_jupyter.kitfile.reader import parse_yaml
from kitops_jupyter.kitfile.values import Code, Kitfile, Section

_LISTS = {
    "code": ("code", "code"),
    "dataset": ("datasets", "datasets"),
    "docs": ("docs", "docs"),
    "prompt": ("prompts", "prompts"),
    "mcpserver": ("mcpServers", "mcp_servers"),
}
_DASH = re.compile(r"^[ \t]*-(?=\s|$)", re.MULTILINE)
# Needs no quotes, wherever it stands.
_PLAIN = re.compile(r"[^\W\d_][\w./-]*(?: [\w./-]+)*")
_NULLS = ("", "~", "null", "Null", "NULL")


def without(text: str, entries: Iterable[tuple[Section, int]]) -> tuple[str, list[tuple[Section, int]]]:
    """The text without these entries, and those that had to stay: without them, it would say something else, too.

    Comments on the lines of an entry go with it, those on lines of their own stay. A list that gets empty goes, too.
    The text is read twice for each section, and again only to find the entries that must stay.
    Raises KitfileInvalid for a text that is not a Kitfile.
    """
    parse_yaml(text)
    by_section: dict[Section, set[int]] = {}
    for section, index in entries:
        by_section.setdefault(section, set()).add(index)
    kept: list[tuple[Section, int]] = []
    for section in sorted(by_section, reverse=True):  # the parts of a model before the model
        text, stay = _without(text, section, sorted(by_section[section]))
        kept += [(section, index) for index in stay]
    return text, kept


def _without(text: str, section: Section, indexes: Sequence[int]) -> tuple[str, list[int]]:
    """The text without as many of these entries as can go, and the others: all are tried at once, then each half."""
    less = _without_all(text, section, set(indexes))
    if less is not None:
        return less, []
    if len(indexes) == 1:
        return text, list(indexes)
    half = len(indexes) // 2
    text, high = _without(text, section, indexes[half:])  # first, as the places of the lower ones stay the same
    text, low = _without(text, section, indexes[:half])
    return text, [*high, *low]


def _without_all(text: str, section: Section, indexes: Set[int]) -> str | None:
    """The text without all of these entries, if it then says just that."""
    try:
        expected = _less(parse_yaml(text), section, indexes)
        cuts = _cuts(text, _tree(text), section, indexes)
        if expected is None or not cuts:
            return None
        after = "".join(text[start:end] for start, end in _kept(len(text), cuts))
        return after if parse_yaml(after) == expected else None
    except KitfileInvalid:
        return None


def with_code(text: str, path: str) -> str | None:
    """The text with an entry for `path`, the last of `code`; None where that cannot be done as in `without`.

    Raises KitfileInvalid for a text that is no Kitfile.
    """
    before = parse_yaml(text)
    try:
        after = _longer(text, _tree(text), path if _PLAIN.fullmatch(path) else json.dumps(path, ensure_ascii=False))
        is_meant = after is not None and parse_yaml(after) == replace(before, code=(*before.code, Code(path)))
        return after if is_meant else None
    except KitfileInvalid:
        return None


def _longer(text: str, root: _Span | None, path: str) -> str | None:
    found = root.value("code") if root else None
    if not found:
        return f"{_ended(text)}code:\n  - path: {path}\n"
    values = found[1]
    if values.kind != "list":
        return None
    if values.is_flow:
        at, comma = (values.parts[-1].end, ", ") if values.parts else (values.start + 1, "")
        return f"{text[:at]}{comma}{{path: {path}}}{text[at:]}"
    cuts = _item_cut(text, values, len(values.parts) - 1) if values.parts else []
    if not cuts:
        return None
    start, end = cuts[0]
    indent = text[start : text.index("-", start)]
    return f"{_ended(text[:end])}{indent}- path: {path}\n{text[end:]}"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _less(kitfile: Kitfile, section: Section, indexes: Set[int]) -> Kitfile | None:
    """What the text must say afterwards; None if there are no such entries."""

    def rest(values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        return tuple(value for at, value in enumerate(values) if at not in indexes) if is_in(values) else None

    def is_in(values: tuple[Any, ...]) -> bool:
        return max(indexes) < len(values)

    if section == "model":
        return replace(kitfile, model=None) if kitfile.model else None
    if section == "part":
        parts = rest(kitfile.model.parts) if kitfile.model else None
        return (
            None if parts is None or not kitfile.model else replace(kitfile, model=replace(kitfile.model, parts=parts))
        )
    attribute = _LISTS[section][1]
    values = rest(getattr(kitfile, attribute))
    changed: dict[str, Any] = {attribute: values}
    return None if values is None else replace(kitfile, **changed)


@dataclass(slots=True, eq=False)
class _Span:
    """Where a node is written: first sign to behind the last; `parts` are items, or keys and values in turn."""

    kind: str
    start: int
    end: int
    is_flow: bool = False
    text: str | None = None
    parts: list[_Span] = field(default_factory=list)

    def value(self, key: str) -> tuple[_Span, _Span] | None:
        """The key and its value."""
        pairs = zip(self.parts[::2], self.parts[1::2], strict=False) if self.kind == "map" else ()
        return next((pair for pair in pairs if pair[0].text == key), None)


def _tree(text: str) -> _Span | None:
    import yaml

    event: Any
    open_spans: list[_Span] = [_Span("list", 0, 0)]
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.DocumentEndEvent):
            break
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "map"
            open_spans.append(_Span(kind, start, end, bool(event.flow_style)))
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            span = open_spans.pop()
            last = span.parts[-1].end if span.parts else span.end
            span.end = end if span.is_flow else last
        elif isinstance(event, yaml.NodeEvent):
            value = event.value if isinstance(event, yaml.ScalarEvent) else None
            span = _Span("leaf", start, end, text=value)
        else:
            continue
        open_spans[-1].parts.append(span)
    return next(iter(open_spans[0].parts), None)


def _cuts(text: str, root: _Span | None, section: Section, indexes: Set[int]) -> list[tuple[int, int]]:
    """What goes, as offsets; nothing where an entry is not written plainly at its place."""
    if root is None:
        return []
    if section == "model":
        return _pair_cuts(text, root, "model")
    holder, key = root, "parts"
    if section == "part":
        model = root.value("model")
        if not model:
            return []
        holder = model[1]
    else:
        key = _LISTS[section][0]
    found = holder.value(key)
    if not found or found[1].kind != "list":
        return []
    values = found[1]
    places = [at for at, item in enumerate(values.parts) if item.kind != "leaf" or item.text not in _NULLS]
    if max(indexes) >= len(places):
        return []
    if len(places) == len(indexes):
        return _pair_cuts(text, holder, key)
    gone = sorted(places[index] for index in indexes)
    if values.is_flow:
        return [cut for first, last in _runs(gone) for cut in _flow_cut(text, values, first, last)]
    cuts = [_item_cut(text, values, at) for at in gone]
    return [cut for found in cuts for cut in found] if all(cuts) else []


def _pair_cuts(text: str, holder: _Span, key: str) -> list[tuple[int, int]]:
    """A key with all that is below it. Of a list in lines, comments between stay."""
    found = holder.value(key)
    if not found:
        return []
    name, value = found
    if holder.is_flow:
        at = holder.parts.index(name)
        return _flow_cut(text, holder, at, at + 1)
    start = _line_start(text, name.start)
    if value.kind == "list" and not value.is_flow and value.parts:
        items = [cut for at in range(len(value.parts)) for cut in _item_cut(text, value, at)]
        first = min((cut[0] for cut in items), default=name.end)
        return [(start, min(_line_end(text, name.end), first)), *items] if items else []
    return [(start, _line_end(text, max(value.end, name.end)))] if not text[start : name.start].strip() else []


def _item_cut(text: str, values: _Span, at: int) -> list[tuple[int, int]]:
    """An item of a list in lines: from its dash to the end of its last line."""
    item = values.parts[at]
    gap_start = _line_start(text, values.parts[at - 1].end if at else values.start)
    dashes = [gap_start + dash.start() for dash in _DASH.finditer(text[gap_start : item.start + 1])]
    if not dashes:
        return []
    return [(_line_start(text, dashes[-1]), _line_end(text, item.end))]


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of each run of numbers that follow one another."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        follows = bool(runs) and runs[-1][1] + 1 == number
        runs[-1:] = [(runs[-1][0], number)] if follows else [*runs[-1:], (number, number)]
    return runs


def _flow_cut(text: str, values: _Span, first: int, last: int) -> list[tuple[int, int]]:
    """Parts of a list or map in brackets, with the comma that divides them from the others."""
    if last + 1 < len(values.parts):
        return [(values.parts[first].start, values.parts[last + 1].start)]
    return [(values.parts[first - 1].end if first else values.parts[first].start, values.parts[last].end)]


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """Behind the line in which the last sign before `at` stands; blank lines after it are not the entry's."""
    if at and text[at - 1] in "\r\n":
        while at and text[at - 1] in " \t\r\n":
            at -= 1
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _kept(length: int, cuts: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    kept, at = [], 0
    for start, end in sorted(cuts):
        kept.append((at, start))
        at = max(at, end)
    return [*kept, (at, length)]
