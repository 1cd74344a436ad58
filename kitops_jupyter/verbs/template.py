"""`kit list --format`: the small part of Go's templates that kit's documentation shows, a field between braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kitops_jupyter.errors import Usage

if TYPE_CHECKING:
    from kitops_jupyter.operations.list_kits import ListedKit

FIELDS = (".Repo", ".Tags", ".Digest", ".ModelName", ".Size", ".Author")
# IPython turns {{ into { before a magic sees its line.
_FIELD = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}|\{\s*(\.\w+)\s*\}")
_ESCAPES = {"\\n": "\n", "\\t": "\t"}


def check(template: str) -> None:
    """Raise Usage for a template without a field, or with anything but the fields."""
    found = [match[1] or match[2] or "" for match in _FIELD.finditer(template)]
    for field in found:
        if field not in FIELDS:
            raise Usage(f"--format: there is no {field[:60]!r}", hint=f"the fields are {' '.join(FIELDS)}")
    if not found:
        raise Usage(
            f"--format {template[:60]!r} is neither table nor json, and names no field",
            hint="kit list --format '{{ .Repo }} {{ .Tags }}'",
        )


def fill(template: str, kit: ListedKit) -> str:
    """The template with one kit's fields, lists as Go prints them (`[v1 v2]`)."""
    values = {
        ".Repo": kit.repository,
        ".Tags": f"[{' '.join(kit.tags)}]",
        ".Digest": str(kit.digest),
        ".ModelName": kit.model_name,
        ".Size": kit.size,
        ".Author": kit.author,
    }
    text = re.sub(r"\\[nt]", lambda match: _ESCAPES[match[0]], template)
    return _FIELD.sub(lambda match: values[match[1] or match[2]], text)
