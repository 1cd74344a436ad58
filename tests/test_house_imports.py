"""One name for one thing: an import keeps its name, so that a reader can search for it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import kitops_jupyter

PACKAGE = Path(kitops_jupyter.__file__).parent
# Renamed imports that the whole field writes so, `numpy as np` for one, each with its reason.
CONVENTIONAL: dict[str, str] = {}


def renamed_in(text: str) -> list[str]:
    """The imports that get another name; `import a as a` is not one: it exports the name to type checkers."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    aliases = [alias for node in nodes for alias in node.names]
    return [f"{alias.name} as {alias.asname}" for alias in aliases if alias.asname not in (None, alias.name)]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_an_import_keeps_its_name(path: Path) -> None:
    renamed = set(renamed_in(path.read_text("utf-8")))
    assert renamed <= CONVENTIONAL.keys(), "import the name itself, or rename the variable that clashes with it"


def test_a_renamed_import_is_found_wherever_it_is() -> None:
    text = "import a as b\nfrom c import d as d, e\ndef f():\n from g import h as i"
    assert renamed_in(text) == ["a as b", "h as i"]
