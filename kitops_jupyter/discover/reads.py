"""What a notebook names in its code: the files and folders that it reads, and the modules beside it that it imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kitops_jupyter.disk import parse_json, read_bytes

_NOTEBOOK_LIMIT_BYTES = 64 << 20
_TEXT = re.compile(r"""(?P<quote>['"])(?P<text>[^'"\n\\]{1,500})(?P=quote)""")
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_RUN = re.compile(r"^[ \t]*(?:%run|!(?:cat|python3?|head))[ \t]+(\S+)", re.MULTILINE)


def names_read(root: Path, notebook: Path) -> list[str]:
    """The paths below `root` that the notebook's code names, sorted; never one that the notebook itself is in.

    A guess by its text: nothing is run. Nothing for a notebook that cannot be read.
    """
    root, notebook = root.resolve(), notebook.resolve()
    found = set()
    for text in _named(notebook):
        for folder in (notebook.parent, root):
            try:
                path = (folder / text).resolve()
                is_there = path.exists()
            except (OSError, ValueError):
                continue
            if is_there and path.is_relative_to(root) and not notebook.is_relative_to(path):
                found.add(path.relative_to(root).as_posix())
                break
    return sorted(found)


def _named(notebook: Path) -> Iterator[str]:
    try:
        cells = parse_json(read_bytes(notebook, _NOTEBOOK_LIMIT_BYTES))["cells"]
        codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, LookupError, TypeError):
        return
    for code in codes:
        for found in _TEXT.finditer(code):
            yield found["text"]
        for module in _IMPORT.findall(code):
            yield from (f"{module}.py", module)
        yield from _RUN.findall(code)
