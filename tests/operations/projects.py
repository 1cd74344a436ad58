"""Small projects to pack, and a look at what came out."""

from __future__ import annotations

from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.content import Digest
from kitops_jupyter.settings import Settings

KITFILE = """\
manifestVersion: 1.0.0
package: {name: churn, authors: [Ada]}
model: {name: forest, path: model/forest.bin}
code:
- path: train.ipynb
- path: src
datasets:
- {name: training, path: data/training}
- {name: validation, path: data/validation.csv}
docs:
- path: README.md
"""
FILES = {
    "model/forest.bin": b"\x00\x01" * 40_000,
    "train.ipynb": b'{"cells":[]}',
    "src/a.py": b"a = 1\n",
    "src/deep/b.py": b"b = 2\n",
    "data/training/part-1.csv": b"x,y\n1,2\n",
    "data/training/part-2.csv": b"x,y\n3,4\n",
    "data/validation.csv": b"x,y\n5,6\n",
    "README.md": "# Grüße\n".encode(),
}


def make_project(root: Path, *, kitfile: str | None = KITFILE) -> Path:
    """A project with every common part."""
    write_files(root, FILES)
    if kitfile is not None:
        (root / "Kitfile").write_text(kitfile, "utf-8")
    return root


def write_files(root: Path, files: dict[str, bytes]) -> None:
    """Write the files, and the folders on the way."""
    root.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def files_in(root: Path) -> dict[str, bytes]:
    """Every file below, with its content; without the Kitfile."""
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(found.items()) if name != "Kitfile"}


def digest_of(reference: str, settings: Settings) -> Digest:
    """The digest of a kit in the local store."""
    return kit.inspect(reference, settings=settings).digest
