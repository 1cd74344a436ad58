"""`kit init`: a Kitfile proposed from what is in a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter import discover, kitfile
from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import Conflict, NotFound
from kitops_jupyter.kitfile import Kitfile
from kitops_jupyter.lines import command
from kitops_jupyter.operations.write_file import write_text
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class InitResult(Result):
    """The proposal; `path` is None after a dry run."""

    kitfile: Kitfile
    yaml: str
    path: Path | None
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def init(
    directory: str | Path = ".",
    *,
    name: str = "",
    description: str = "",
    author: str = "",
    force: bool = False,
    output: str | Path | None = None,
    depth: int | None = None,
    like_kit: bool = False,
    follow_links: bool = False,
    notebook: Path | None = None,
    dry_run: bool = False,
    settings: Settings | None = None,
) -> InitResult:
    """Propose a Kitfile for `directory` and write it there, or to `output`; never over another one without `force`.

    `like_kit` gives the kit program's own guess, to the byte. With `follow_links` the files that links lead to are
    proposed, too: `pack` then needs it as well. Raises NotFound, Conflict, StorageFull.
    """
    root = typed_path(directory).absolute()
    if not root.is_dir():
        raise NotFound(f"{directory} is not a folder", hint="kit init FOLDER")
    if like_kit:
        proposal = discover.like_kit(root, name=name, description=description, author=author, depth=depth)
    else:
        proposal = discover.propose(
            root,
            notebook=notebook,
            name=name,
            description=description,
            author=author,
            depth=depth,
            follow_links=follow_links,
        )
    yaml = kitfile.to_yaml(proposal.kitfile)
    path = None
    if not dry_run:
        path = typed_path(output).absolute() if output else root / "Kitfile"
        there = path if os.path.lexists(path) else (None if output else kitfile.find(root))
        if there and not force:
            raise Conflict(f"{there} already exists", hint=f"{command('init', str(directory), '--force')} replaces it")
        write_text(path, yaml)
    return InitResult(proposal.kitfile, yaml, path, tuple(proposal.left_out), tuple(proposal.notes))
