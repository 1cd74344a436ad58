"""`kit files`: what is inside each layer of a kit, by name and size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kitops_jupyter.content import Digest, Source
from kitops_jupyter.errors import NotFound
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.operations.layer_reader import members_of
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class KitFile:
    """One file of a layer; `mode` has the permission bits."""

    path: str
    size_bytes: int
    mode: int


@dataclass(frozen=True, slots=True)
class LayerFiles:
    """A layer and its files, in the layer's order."""

    section: str
    name: str
    path: str
    digest: Digest
    size_bytes: int
    files: tuple[KitFile, ...]


@dataclass(frozen=True, slots=True)
class FilesResult(Result):
    """The files of every layer, or of those that were asked for; `warnings` are layers that no Kitfile entry names."""

    reference: Reference
    digest: Digest
    layers: tuple[LayerFiles, ...]
    long: bool = False
    warnings: tuple[str, ...] = ()


def files(
    reference: str,
    layer: str | None = None,
    *,
    long: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> FilesResult:
    """List the files inside each layer, or inside the one with this name or path.

    Of a kit in a registry only the headers of its archives are moved, unless they are compressed.
    Raises NotFound, ArchiveInvalid, RegistryError.
    """
    with observed(observe, reference), Opener(settings or Settings.load(), connection, remote=remote) as opener:
        kit = opener.open(reference)
        listed = [_listed(kit.source, match) for match in _wanted(kit, layer)]
        warnings = tuple(str(found) for found in kit.unnamed()) if layer is None else ()
    return FilesResult(kit.reference, kit.descriptor.digest, tuple(listed), long, warnings)


def _wanted(kit: Kit, layer: str | None) -> Sequence[Match]:
    matches = kit.matches()
    if layer is not None:
        wanted = layer.strip("/")
        chosen = [
            match for match in matches if wanted in (match.entry.name, match.entry.clean_path, match.entry.section)
        ]
        if not chosen:
            names = ", ".join(match.entry.clean_path for match in matches)
            raise NotFound(f"{kit.reference} has no layer {layer}", hint=f"its layers are {names}")
        return chosen
    return matches


def _listed(source: Source, match: Match) -> LayerFiles:
    entry, layer = match.entry, match.layer
    files = tuple(list_layer(source, match))
    return LayerFiles(entry.section, entry.name, entry.path, layer.digest, layer.size_bytes, files)


def list_layer(source: Source, match: Match) -> Iterator[KitFile]:
    """The regular files of one layer."""
    if match.type.format.is_one_file:
        raw = raw_file(match.layer)
        yield KitFile(raw.path, match.layer.size_bytes if raw.size_bytes is None else raw.size_bytes, raw.mode)
        return
    for member in members_of(source, match):
        if not member.is_dir:
            yield KitFile(match.placed(member.name), member.size, member.mode)
