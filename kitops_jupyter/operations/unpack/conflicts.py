"""Which files conflict with an unpack, known before the first byte of a layer moves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kitops_jupyter.disk import typed_path
from kitops_jupyter.filters import Filters, parse_filters
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.unpack.choosing import Wanted, wanted
from kitops_jupyter.operations.unpack.destination import ConflictingPath, Destination
from kitops_jupyter.operations.unpack.layers import LayerUnpacker
from kitops_jupyter.operations.unpack.unpack import check_place, texts_of
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


def find_conflicts(
    reference: str,
    directory: str | Path,
    *,
    filters: Sequence[str] = (),
    overwrite: bool = False,
    ignore_existing: bool = False,
    include_remote: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> list[ConflictingPath]:
    """All paths in `directory` that conflict with these parts, by path; nothing is asked for an empty folder.

    Of a layer in a registry only the archive's headers are moved. A compressed layer's names are known only once it is
    here: then `unpack` still raises Conflict before it has written anything. Raises NotFound, FilterInvalid,
    RegistryError, Cancelled.
    """
    destination = Destination(typed_path(directory).absolute(), overwrite=overwrite, ignore_existing=ignore_existing)
    if destination.is_empty:
        return []
    chosen = parse_filters(filters)
    settings = settings or Settings.load()
    with observed(observe, reference), Opener(settings, connection, remote=remote) as opener:
        kit = opener.open(reference)
        return conflicts_of(kit, chosen, wanted(kit, chosen, opener, include_remote=include_remote), destination)


def conflicts_of(kit: Kit, chosen: Filters, parts: Wanted, destination: Destination) -> list[ConflictingPath]:
    """The same for parts of a kit that is open."""
    if not destination.is_empty:
        check_place(destination, LayerUnpacker(destination, ignore), texts_of(kit, chosen), parts)
    return destination.conflicts
