"""The notebook that is packed with its folder: whether the Kitfile takes it, and the entry that makes it do so."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter import ignore, kitfile, layers
from kitops_jupyter.disk import read_bytes
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.kitfile import Kitfile
from kitops_jupyter.operations.pack.own_writes import OwnWrites


def name_in(root: Path, notebook: Path | None) -> str:
    """What the notebook is called in a kit of this folder; "" where it is not below it."""
    root = root.absolute()
    return notebook.relative_to(root).as_posix() if notebook and notebook.is_relative_to(root) else ""


def is_left_out(root: Path, notebook: Path | None, *, text: str | None = None, file: Path | None = None) -> bool:
    """Whether a Kitfile (`text`, else `file`, else the folder's) has no entry for this notebook of the folder.

    False where there is no Kitfile that could be read: packing tells that.
    """
    name = name_in(root, notebook)
    if not name:
        return False
    try:
        path = file or kitfile.find(root)
        if text is None and path is None:
            return False
        return not _takes(kitfile.read(read_bytes(path) if path and text is None else text or ""), root, name)
    except Cancelled:
        raise
    except (KitError, OSError):
        return False


def text_with(root: Path, notebook: Path | None) -> str | None:
    """The folder's Kitfile with an entry for the notebook; None where it needs none, or its text cannot take one."""
    path = _kitfile_without(root, notebook)
    return _with_entry(path, name_in(root, notebook)) if path else None


def add(root: Path, notebook: Path | None, writes: OwnWrites) -> list[str]:
    """Write an entry for the notebook into the folder's Kitfile, where it has none; what to report. Raises StoreError.

    Nothing else of the Kitfile changes, its comments included.
    """
    path, name = _kitfile_without(root, notebook), name_in(root, notebook)
    if path is None:
        return []
    text = _with_entry(path, name)
    if text is None:
        return [f"{path.name} cannot be edited automatically: add an entry for {name} under code"]
    writes.write(path, text)
    return [f"{path.name} now has an entry for {name}"]


def missing_notebook(root: Path, notebook: Path | None, plan: layers.Plan) -> list[str]:
    """A note for a notebook of this folder that no layer takes."""
    name = name_in(root, notebook)
    if not name or any(member.name == name for layer in plan.layers for member in layer.members):
        return []
    return [f"the notebook {name} is in no layer: the Kitfile has no entry for it; --add-notebook adds one"]


def _kitfile_without(root: Path, notebook: Path | None) -> Path | None:
    """The folder's Kitfile, if it has no entry for the notebook."""
    path = kitfile.find(root)
    return path if path and is_left_out(root, notebook, file=path) else None


def _with_entry(path: Path, name: str) -> str | None:
    return kitfile.with_code(read_bytes(path).decode("utf-8", "replace"), name)


def _takes(read: Kitfile, root: Path, name: str) -> bool:
    paths = [entry.clean_path for entry in read.entries() if entry.has_layer]
    is_ignored = ignore.Rules(ignore.read_patterns(root), paths).matches(name)
    return not is_ignored and any(ignore.is_within(name, path) for path in paths)
