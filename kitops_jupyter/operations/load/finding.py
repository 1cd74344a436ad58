"""Which variables a kit has: the sidecars in its layers, read and verified."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches

from kitops_jupyter.capture.log import LOG_SIDECAR
from kitops_jupyter.capture.restoring import file_of
from kitops_jupyter.capture.sidecar import LIMIT_BYTES, Sidecar, parse_sidecar
from kitops_jupyter.disk import SIDECAR, read_bytes
from kitops_jupyter.errors import NotFound, VariableRefused
from kitops_jupyter.operations.kit_files import Found, KitFiles
from kitops_jupyter.operations.layer_reader import is_listed_for_little
from kitops_jupyter.operations.load.files import VerifiedFiles
from kitops_jupyter.operations.opening import Kit

_READ_AT_ONCE_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class FoundVariable:
    """A variable of a kit: its name, its sidecar's path and content, and the path of its file or folder."""

    name: str
    sidecar_path: str
    sidecar: Sidecar
    path: str


def find_variables(verified: VerifiedFiles, names: Sequence[str]) -> list[FoundVariable]:
    """The variables with these names, in this order; all of the kit's without names.

    Raises NotFound, with the names that there are; VariableRefused for a sidecar that is not one; RegistryError.
    """
    kit = verified.kit
    with closing(verified.by_path()) as files:
        paths = _sidecars(kit, files)
        paths.pop(LOG_SIDECAR, None)  # of what was logged, which is not a variable
        by_name = {_name_of(path): path for path in sorted(paths, reverse=True)}
        for name in names:
            if name not in by_name:
                raise _no_variable(kit, name, sorted(by_name))
        if not by_name:
            raise NotFound(
                f"{kit.reference} has no variables",
                hint=f"kit pack --model NAME packs some; kit pull {kit.reference} -d FOLDER writes its files",
            )
        return [_read(verified, files, by_name[name], paths[by_name[name]]) for name in names or sorted(by_name)]


def _name_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(SIDECAR)


def _sidecars(kit: Kit, files: KitFiles) -> dict[str, Found]:
    """Where the sidecars are. Layers that cost much to list are looked into only if no entry names a sidecar."""
    found: dict[str, Found] = {}
    for match in kit.matches():
        path = match.entry.clean_path
        if path.endswith(SIDECAR) and (file := files.find(path)):
            found[path] = file
    for match in kit.matches():
        folder = match.entry.clean_path
        if folder.endswith(SIDECAR) or match.type.format.is_one_file:
            continue
        if not found or is_listed_for_little(kit.source, match):
            inside = files.below("" if folder == "." else folder)
            found |= {path: file for path, file in inside.items() if path.endswith(SIDECAR)}
    return found


def _read(verified: VerifiedFiles, files: KitFiles, path: str, found: Found) -> FoundVariable:
    size = found.file.size
    if size > LIMIT_BYTES:
        raise VariableRefused(f"{path} has {size} bytes, a sidecar has at most {LIMIT_BYTES}")
    if files.is_verified(found):
        data = files.read(found, 0, size, _READ_AT_ONCE_BYTES)
    else:
        with verified.at(path) as written:
            data = read_bytes(written, LIMIT_BYTES, follow_links=False)
    sidecar = parse_sidecar(data, path)
    return FoundVariable(_name_of(path), path, sidecar, file_of(path, sidecar))


def _no_variable(kit: Kit, name: str, names: Sequence[str]) -> NotFound:
    close = get_close_matches(name, names, n=1)
    there = f"it has {', '.join(names[:20])}" if names else "it has none"
    hint = f"did you mean {close[0]}?" if close else f"kit load {kit.reference} --list shows them"
    return NotFound(f"{kit.reference} has no variable {name[:100]}: {there}", hint=hint)
