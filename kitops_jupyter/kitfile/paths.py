"""Paths of a Kitfile's entries, replaced: in the values, and in its text, where all else stays as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kitops_jupyter.disk import clean_path
from kitops_jupyter.errors import KitfileInvalid
from kitops_jupyter.kitfile.reader import parse_yaml
from kitops_jupyter.kitfile.validation import field_of
from kitops_jupyter.kitfile.values import Kitfile


def with_paths(kitfile: Kitfile, moved: Mapping[str, str]) -> Kitfile:
    """The Kitfile with the paths `moved` (old to new) replaced; a model's framework and format go with its old path."""

    def one(value: Any) -> Any:
        new = moved.get(clean_path(value.path)) if value.path else None
        return replace(value, path=new) if new else value

    model = kitfile.model
    if model:
        is_moved = bool(model.path) and clean_path(model.path) in moved
        parts = tuple(map(one, model.parts))
        model = replace(one(model), parts=parts, **({"framework": "", "format": ""} if is_moved else {}))
    return replace(
        kitfile,
        model=model,
        code=tuple(map(one, kitfile.code)),
        datasets=tuple(map(one, kitfile.datasets)),
        docs=tuple(map(one, kitfile.docs)),
    )


def text_with_paths(text: str, moved: Mapping[str, str]) -> str | None:
    """The text with these paths replaced; None where that cannot be done without changing anything else of it.

    Raises KitfileInvalid for a text that is no Kitfile.
    """
    before = parse_yaml(text)
    lines = text.split("\n")
    for entry in before.entries():
        new = moved.get(entry.clean_path) if entry.path else None
        line, column = before.marks.get(f"{field_of(entry)}.path", (0, 0))
        if not new or not 0 < line <= len(lines):
            continue
        start, rest = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
        lines[line - 1] = start + rest.replace(entry.path, new, 1)
    after = "\n".join(lines)
    try:
        found, expected = parse_yaml(after), with_paths(before, moved)
    except KitfileInvalid:
        return None
    same = replace(found, model=None) == replace(expected, model=None)
    return after if same and (found.model is None or found.model.path == getattr(expected.model, "path", "")) else None
