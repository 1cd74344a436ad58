"""A variable back from its files: the sidecar names a format of ours, and the format judges the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from kitops_jupyter.capture.formats import Format, Loading, ReadsParts, format_named
from kitops_jupyter.capture.formats.libraries import version_of
from kitops_jupyter.capture.sidecar import Sidecar
from kitops_jupyter.disk import SIDECAR
from kitops_jupyter.errors import Usage, VariableRefused


def format_of_sidecar(sidecar: Sidecar) -> Format:
    """The installed format that the sidecar names. Raises VariableRefused."""
    found = format_named(sidecar.format)
    if found is None:
        raise VariableRefused(
            f"{sidecar.name[:100]}: no format {sidecar.format[:40]!r} is installed",
            hint="pip install the plugin that it was packed with, or a newer kitops-jupyter",
        )
    return found


def file_of(path: str, sidecar: Sidecar) -> str:
    """The path of the variable's file or folder. It follows from the sidecar's own path, not from its content."""
    return path.removesuffix(SIDECAR) + format_of_sidecar(sidecar).suffix


def restore(path: Path, sidecar: Sidecar, loading: Loading) -> Any:
    """The value of the file at `path`, which has been verified. Runs no code of it unless `loading` allows it by name.

    Raises VariableRefused, TrustNeeded, MissingDependency, Usage.
    """
    _check_columns(sidecar, loading)
    return format_of_sidecar(sidecar).load(path, sidecar.restore, loading)


def parts_to_restore(file: BinaryIO, sidecar: Sidecar, loading: Loading) -> Sequence[tuple[int, int]] | None:
    """The parts of the file, as (start, end), that `restore` reads for the columns that are wanted; None for all.

    Raises what `restore` raises.
    """
    found = format_of_sidecar(sidecar)
    if loading.columns is None or not isinstance(found, ReadsParts):
        return None
    _check_columns(sidecar, loading)
    return found.parts(file, sidecar.restore, loading)


def _check_columns(sidecar: Sidecar, loading: Loading) -> None:
    if loading.columns is not None and not sidecar.columns:
        raise Usage(f"{loading.name} has no columns to choose from", hint="leave columns out")


def differing_version(sidecar: Sidecar) -> str:
    """What to say of a library that is here in another version than the one that saved; "" for none."""
    name, saved = str(sidecar.library.get("name", "")), str(sidecar.library.get("version", ""))
    here = version_of(name) if name else ""
    if not saved or not here or saved.split(".")[:2] == here.split(".")[:2]:
        return ""
    return f"{sidecar.name} was saved with {name} {saved[:40]}, and {here} is installed here"
