"""The Kitfile: values, YAML in and out, the config's JSON, and what kit refuses."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.errors import Finding, KitfileInvalid
from kitops_jupyter.kitfile.editing import with_code, without
from kitops_jupyter.kitfile.json_form import from_json, to_json, unstorable
from kitops_jupyter.kitfile.paths import text_with_paths, with_paths
from kitops_jupyter.kitfile.reader import parse_yaml
from kitops_jupyter.kitfile.validation import validate, warnings
from kitops_jupyter.kitfile.values import (
    Code,
    Dataset,
    Docs,
    Entry,
    Kitfile,
    McpServer,
    Model,
    ModelPart,
    Package,
    Prompt,
    Section,
)
from kitops_jupyter.kitfile.writer import node_to_yaml, to_yaml

NAMES = ("Kitfile", "kitfile", ".kitfile")

__all__ = [
    "NAMES",
    "Code",
    "Dataset",
    "Docs",
    "Entry",
    "Kitfile",
    "McpServer",
    "Model",
    "ModelPart",
    "Package",
    "Prompt",
    "Section",
    "find",
    "from_json",
    "node_to_yaml",
    "parse_yaml",
    "read",
    "text_with_paths",
    "to_json",
    "to_yaml",
    "validate",
    "warnings",
    "with_code",
    "with_paths",
    "without",
]


def read(data: str | bytes, *, name: str = "Kitfile") -> Kitfile:
    """A Kitfile that kit would take. Raises KitfileInvalid with every finding: line, column, field, suggestion."""
    kitfile = parse_yaml(data, name=name)
    unstored = [Finding(why, at, *kitfile.marks.get(at, (0, 0))) for at, why in unstorable(kitfile)]
    if findings := validate(kitfile) + unstored:
        raise KitfileInvalid(name, sorted(findings, key=lambda finding: (finding.line, finding.column)))
    return kitfile


def find(root: Path) -> Path | None:
    """The folder's Kitfile, under the names that kit looks for, in its order."""
    return next((path for name in NAMES if (path := root / name).is_file()), None)
