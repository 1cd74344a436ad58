"""What a pull would move and which paths conflict with it, before it moves a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import NotFound
from kitops_jupyter.filters import parse_filters
from kitops_jupyter.operations.layer_reader import ranges_of
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.remote_data import object_bytes
from kitops_jupyter.operations.unpack.choosing import Wanted, wanted
from kitops_jupyter.operations.unpack.conflicts import conflicts_of
from kitops_jupyter.operations.unpack.destination import ConflictingPath, Destination
from kitops_jupyter.operations.unpack.layers import Part
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import MayBeElsewhere
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class PullSize:
    """Bytes that would travel, bytes that the store has already; files, 0 where that is not known of every part."""

    moved_bytes: int
    here_bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class PullPlan:
    """The kit that was looked at, what of it would travel, and the paths that conflict with it, by path.

    `is_here`: the local store has this kit under this name, so that it can be unpacked without its registry.
    """

    digest: Digest
    is_here: bool
    size: PullSize
    conflicts: tuple[ConflictingPath, ...]


def plan_pull(
    reference: str,
    directory: str | Path | None = None,
    *,
    filters: Sequence[str] = (),
    include_remote: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
) -> PullPlan:
    """Look at the chosen parts, and at `directory` if there is one. Of layers, only lists of files are moved.

    A kit that is in the local store is looked at there, with `remote` in its registry. Names in a compressed layer are
    known only once it is here.
    Raises FilterInvalid, NotFound, DigestMismatch (an object changed), MissingDependency (boto3), RegistryError.
    """
    settings = settings or Settings.load()
    chosen = parse_filters(filters)
    place = None if directory is None else Destination(typed_path(directory).absolute())
    with Opener(settings, connection, remote=remote) as opener:
        kit = opener.open(reference)
        parts = _listed(wanted(kit, chosen, opener, include_remote=include_remote))
        size = _size_of(parts, settings)
        conflicts = conflicts_of(kit, chosen, parts, place) if place else []
    return PullPlan(kit.descriptor.digest, _is_here(kit, settings), size, tuple(conflicts))


def _is_here(kit: Kit, settings: Settings) -> bool:
    if not isinstance(kit.source, MayBeElsewhere):
        return True
    try:
        return targets.local(kit.reference, settings).resolve(kit.reference.name).digest == kit.descriptor.digest
    except NotFound:
        return False


def _listed(parts: Wanted) -> Wanted:
    """The same, the archives of which only some files are wanted read once for all questions."""
    return replace(
        parts,
        layers=[replace(part, listing=part.members()) if _is_listed(part) else part for part in parts.layers],
    )


def _is_listed(part: Part) -> bool:
    kind = part.match.type
    return not (part.choice.is_whole or kind.compression or kind.format.is_one_file)


def _size_of(parts: Wanted, settings: Settings) -> PullSize:
    moved = here = 0
    files: list[int | None] = []
    for dataset in parts.objects:
        moved += object_bytes(dataset, settings)
        files.append(1)
    for part in parts.layers:
        size_bytes, count = _part_size(part)
        files.append(count)
        if ranges_of(part.source, part.match.layer) is None:
            here += size_bytes
        else:
            moved += size_bytes
    return PullSize(moved, here, 0 if None in files else sum(filter(None, files)))


def _part_size(part: Part) -> tuple[int, int | None]:
    """Bytes to be read of a layer, and how many of its files are wanted; None where only reading it would tell."""
    layer = part.match.layer
    if part.match.type.format.is_one_file:
        return layer.size_bytes, 1
    if not _is_listed(part):
        return layer.size_bytes, None
    files = part.files()
    size_bytes = sum(file.size for file in files)
    is_elsewhere = ranges_of(part.source, layer) is not None
    return layer.size_bytes if is_elsewhere and part.travels_whole(size_bytes) else size_bytes, len(files)
