"""PyTorch's programs, which run code when they are loaded: written and read only where the user says so."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.pickles import globals_of, trust_needed


class ScriptFormat:
    """A torch.jit program, where the user allows it."""

    name = "torch-script"
    kind: Kind = "model"
    suffix = ".pt"
    library = "torch"
    extra = "torch"
    label = "TorchScript"

    def takes(self, value: Any) -> bool:
        import torch

        return isinstance(value, torch.jit.ScriptModule)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        _check_allowed(value, saving)
        value.save(str(path))
        return Saved(needs_trust=True, notes=["it is a program: loading it runs code"])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        _check_trusted("a TorchScript program", path, loading)
        return need("torch.jit", self.extra, loading.name).load(str(path))


class ExportFormat:
    """A torch.export program, where the user allows it: the archive may hold pickles, and its graph is run as code."""

    name = "torch-export"
    kind: Kind = "model"
    suffix = ".pt2"
    library = "torch"
    extra = "torch"
    label = "PyTorch export"

    def takes(self, value: Any) -> bool:
        import torch

        return isinstance(value, torch.export.ExportedProgram)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        _check_allowed(value, saving)
        need("torch.export", self.extra, saving.name).save(value, str(path))
        return Saved(needs_trust=True, notes=["it is a program: loading it runs code"])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        _check_trusted("an exported program", path, loading)
        return need("torch.export", self.extra, loading.name).load(str(path))


def _pickles_in(path: Path) -> Iterator[str]:
    """What the pickles in an archive would import."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.filename.endswith(".pkl"):
                    with archive.open(member) as stream:
                        yield from globals_of(stream)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return


def _check_allowed(value: Any, saving: Saving) -> None:
    if not saving.allow_pickle:
        raise saving.refuse(
            value, "", "is a program, which runs when it is loaded", "--allow-pickle, or pack its weights"
        )


def _check_trusted(what: str, path: Path, loading: Loading) -> None:
    if not loading.trust_code:
        raise trust_needed(what, sorted(set(_pickles_in(path))), path, loading)


FORMATS = (ScriptFormat(), ExportFormat())
