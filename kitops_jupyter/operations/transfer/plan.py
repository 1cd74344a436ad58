"""What a pull would move and which paths conflict with it, before it moves a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import NotFound
from kitops_jupyter.filters import parse_filters
from kitops_jupyter.manifest import raw_file_bytes
from kitops_jupyter.operations.layer_reader import is_listed_for_little, ranges_of
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.remote_data import object_bytes
from kitops_jupyter.operations.unpack.choosing import Wanted, wanted
from kitops_jupyter.operations.unpack.conflicts import conflicts_of
from kitops_jupyter.operations.unpack.destination import ConflictingPath, Destination
from kitops_jupyter.operations.unpack.layers import Part
from kitops_jupyter.operations.unpack.unpack import texts_of
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import MayBeElsewhere
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class PullSize:
    """The files that would be there and their bytes, the Kitfile with them; layer bytes to download, and those here.

    `files` and `size_bytes` are None where only a download would tell them of some part.
    """

    files: int | None
    size_bytes: int | None
    moved_bytes: int
    here_bytes: int


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
    observe: Observer = ignore,
) -> PullPlan:
    """Look at the chosen parts, and at `directory` if there is one. Of layers, only lists of files are moved.

    A kit that is in the local store is looked at there, with `remote` in its registry. Names in a compressed layer are
    known only once it is here; what is known agrees with what `unpack` then reports.
    Raises FilterInvalid, NotFound, DigestMismatch (an object changed), MissingDependency (boto3), RegistryError.
    known only once it is here.
    Raises FilterInvalid, NotFound, DigestMismatch (an object changed), MissingDependency (boto3), RegistryError,
    Cancelled.
    """
    settings = settings or Settings.load()
    chosen = parse_filters(filters)
    destination = None if directory is None else Destination(typed_path(directory).absolute())
    with observed(observe, reference), Opener(settings, connection, remote=remote) as opener:
        kit = opener.open(reference)
        parts = _listed(wanted(kit, chosen, opener, include_remote=include_remote))
        size = _size_of(parts, texts_of(kit, chosen), settings)
        conflicts = conflicts_of(kit, chosen, parts, destination) if destination else []
    return PullPlan(kit.descriptor.digest, _is_here(kit, settings), size, tuple(conflicts))


def _is_here(kit: Kit, settings: Settings) -> bool:
    if not isinstance(kit.source, MayBeElsewhere):
        return True
    try:
        return targets.local(kit.reference, settings).resolve(kit.reference.name).digest == kit.descriptor.digest
    except NotFound:
        return False


def _listed(parts: Wanted) -> Wanted:
    """The same layers. Each archive that can be listed is listed once, for all questions."""
    return replace(
        parts,
        layers=[replace(part, listing=part.members()) if _is_listed(part) else part for part in parts.layers],
    )


def _is_listed(part: Part) -> bool:
    kind = part.match.type
    if kind.format.is_one_file:
        return False
    is_picked = not part.choice.is_whole and not kind.compression
    return is_picked or is_listed_for_little(part.source, part.match)


def _size_of(parts: Wanted, texts: Mapping[str, str], settings: Settings) -> PullSize:
    moved = here = 0
    sizes: list[int | None] = [len(text.encode("utf-8")) for text in texts.values()]
    for dataset in parts.objects:
        sizes.append(object_bytes(dataset, settings))
        moved += sizes[-1] or 0
    for part in parts.layers:
        found = _file_sizes(part)
        sizes += found
        if ranges_of(part.source, part.match.layer) is None:
            here += part.match.layer.size_bytes
        else:
            moved += _moved_bytes(part, found)
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return PullSize(None, None, moved, here)
    return PullSize(len(known), sum(known), moved, here)


def _file_sizes(part: Part) -> list[int | None]:
    """The sizes of a layer's wanted files; a size is None if only reading the layer would tell it."""
    if part.match.type.format.is_one_file:
        return [raw_file_bytes(part.match)]
    if part.listing is None:
        return [None]
    return [file.size for file in part.files()]


def _moved_bytes(part: Part, sizes: Sequence[int | None]) -> int:
    """Bytes of a layer elsewhere that travel for files of these sizes."""
    is_by_files = part.listing is not None and part.is_fetched_by_files
    return sum(size or 0 for size in sizes) if is_by_files else part.match.layer.size_bytes
