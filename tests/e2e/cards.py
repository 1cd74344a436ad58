"""A kit worth looking at, and a hostile one: a README, tables, pictures, notebooks, and what must never run."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.lab import NASTY, Lab
from tests.operations.projects import write_files

README = f"""# Iris, a forest

Tells three kinds of iris apart. [The paper](https://evil.example/paper) has more.

| split | accuracy |
|-------|----------|
| train | 0.99     |
| test  | 0.95     |

```python
forest = joblib.load("forest.bin")  # a comment
print(forest.predict([[5.1, 3.5, 1.4, 0.2]]))
```

- [ ] {NASTY}
- <iframe src="https://evil.example/frame"></iframe><form action="https://evil.example/form"><button>go</button></form>
- <a href="javascript:window.hacked=1">run</a> <svg onload="window.hacked=1"><circle r="9"/></svg>
- ![picture](https://evil.example/tracker.png)
<style>body {{ display: none }}</style>
"""
DESCRIPTION = "Tells three kinds of iris apart by four lengths."
KITFILE: dict[str, Any] = {
    "package": {"name": "iris", "version": "1.2.0", "authors": ["Ada"], "license": "Apache-2.0"},
    "model": {
        "name": "forest",
        "path": "forest.bin",
        "framework": "scikit-learn",
        "version": "1.7",
        "parameters": {"fit": {"n_estimators": 200, "max_depth": None}, "metrics": {"accuracy": 0.95}},
    },
    "datasets": [{"name": "flowers", "path": "data", "description": "150 flowers", "license": "CC0-1.0"}],
    "code": [{"path": "src"}],
    "docs": [{"path": "README.md"}],
}
KITFILE["package"]["description"] = DESCRIPTION
SCRIPT = b"""import joblib


def train(depth: int = 3) -> None:
    '''Trains.'''
    print("x")  # so
"""
ROWS = "".join(f"{at},{at / 7:.3f},setosa {at}\n" for at in range(1000))


def picture(width: int, height: int) -> bytes:
    """A PNG with a gradient."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(
        b"\0" + bytes(v for x in range(width) for v in (x * 255 // width, y * 255 // height, 128))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def notebook(source: str, output: str = "") -> bytes:
    """A notebook of a heading and one cell."""
    made = {"output_type": "stream", "name": "stdout", "text": output}
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# A study\n{NASTY}"},
        {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": 1, "source": source, "outputs": [made]},
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": spec, "cells": cells}).encode()


def push_card(lab: Lab) -> str:
    """The kit in the registry `corp`, and not in the local store of the lab."""
    other = Settings.load({}, home=lab.home.parent / "other")
    project, reference = lab.home.parent / "card", "corp/card:v1"
    write_card(project)
    kit.pack(project, text=json.dumps(KITFILE), tag=reference, settings=other)
    kit.push(reference, settings=other)
    return reference


def write_card(project: Path) -> None:
    write_files(
        project,
        {
            "README.md": README.encode(),
            "forest.bin": bytes(range(256)) * 4096,
            "data/flowers.csv": f"id,length,kind\n0,0.1,{NASTY}\n{ROWS}".encode(),
            "data/iris.png": picture(320, 200),
            "data/large.png": picture(10, 10) + b"\0" * (9 << 20),
            "src/train.py": SCRIPT,
            "src/notes.md": f"# Notes\n\n{NASTY}\n".encode(),
            "src/drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"/>\n',
            "src/page.html": f"<html><body>{NASTY}</body></html>\n".encode(),
            "src/log.txt": b"a line of a log\n" * 40_000,
            "src/study.ipynb": notebook("import joblib\nprint(1)", "1\n"),
            "src/huge.ipynb": notebook("print(1)", "x" * (21 << 20)),
        },
    )
