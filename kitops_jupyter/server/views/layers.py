"""The rows of a kit's tab: the layers that it has, and the data and models that its Kitfile only points at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.filters import text_for
from kitops_jupyter.kitfile import Entry
from kitops_jupyter.manifest import Match, UnnamedLayer, raw_file_bytes
from kitops_jupyter.operations.look.here import Here
from kitops_jupyter.operations.opening import Kit, Opener, open_kit, parents_of
from kitops_jupyter.operations.unpack.choosing import model_of
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import wire
from kitops_jupyter.settings import Settings


def key_of(entry: Entry) -> str:
    """What names a layer in requests."""
    return f"{entry.section}:{entry.index}"


def rows_of(kit: Kit, opener: Opener, settings: Settings) -> list[wire.LayerRow]:
    """The models of the kits that this one builds on, its own layers, and the data that is elsewhere."""
    here = Here(settings)
    elsewhere = [entry for entry in kit.described().entries() if entry.remote_path]
    return [
        *_inherited(kit, opener, settings, here),
        *(_row(match, here) for match in kit.matches()),
        *(_unnamed(at, found, here) for at, found in enumerate(kit.unnamed())),
        *(_pointer(entry, entry.remote_path, text_for(entry.section, entry.clean_path)) for entry in elsewhere),
    ]


def _inherited(kit: Kit, opener: Opener, settings: Settings, here: Here) -> Iterator[wire.LayerRow]:
    """What `model.path` stands for; only its name, where that kit cannot be read.

    Only the local store and the kit's own registry are asked: whoever made the kit does not choose whom we talk to.
    """

    def open_near(text: str) -> Kit:
        is_near = Reference.parse(text).registry == kit.reference.registry
        return opener.open_named(text) if is_near else open_kit(text, settings)

    described = kit.described()
    try:
        parents = parents_of(described, open_near)
    except Cancelled:
        raise
    except KitError:
        (entry,) = (each for each in described.entries() if each.section == "model")
        yield _pointer(entry, entry.path, "model")
        return
    for number, parent in enumerate(reversed(parents)):
        for match in model_of(parent):
            row = _row(match, here)
            key = f"parent{number}:{row.key}"
            yield replace(row, key=key, can_list=False, can_pick_files=False, remote_path=str(parent.reference))


def _row(match: Match, here: Here) -> wire.LayerRow:
    entry, layer, is_here = match.entry, match.layer, here.has(match.layer)
    is_archive = not match.type.format.is_one_file
    return wire.LayerRow(
        key=key_of(entry),
        section=entry.section,
        name=entry.name,
        path=entry.clean_path,
        digest=layer.digest,
        size_bytes=layer.size_bytes,
        file_bytes=None if is_archive else raw_file_bytes(match),
        media_type=layer.media_type,
        is_here=is_here,
        can_list=is_archive,
        can_pick_files=is_archive and (is_here or not match.type.compression),
        filter=text_for(entry.section, entry.clean_path),
        remote_path="",
    )


def _unnamed(at: int, found: UnnamedLayer, here: Here) -> wire.LayerRow:
    """A layer that nothing unpacks: it is shown, and cannot be chosen."""
    layer = found.layer
    return wire.LayerRow(
        key=f"unnamed:{at}",
        section=found.section,
        name="not in the Kitfile",
        path=found.path,
        digest=layer.digest,
        size_bytes=layer.size_bytes,
        file_bytes=None,
        media_type=layer.media_type,
        is_here=here.has(layer),
        can_list=False,
        can_pick_files=False,
        filter="",
        remote_path="",
    )


def _pointer(entry: Entry, remote_path: str, filter: str) -> wire.LayerRow:
    """A row without a layer: of what it stands for, only the place is known."""
    return wire.LayerRow(
        key=key_of(entry),
        section=entry.section,
        name=entry.name,
        path="" if entry.path == remote_path else entry.clean_path,
        digest="",
        size_bytes=0,
        file_bytes=None,
        media_type="",
        is_here=False,
        can_list=False,
        can_pick_files=False,
        filter=filter,
        remote_path=remote_path,
    )
