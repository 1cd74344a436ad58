"""Whether a notebook is in a kit as it is now."""

from __future__ import annotations

from typing import Literal

from kitops_jupyter import targets
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.paths import Root
from kitops_jupyter.server.views.usable import usable_settings


def snapshot(asked: bodies.OneNotebook, root: Root) -> wire.Snapshot:
    """What is known of the notebook's last pack from here, whoever packed it."""
    from kitops_jupyter.operations.look.notebook_state import notebook_state

    settings = usable_settings()
    found = notebook_state(root.existing(asked.path), settings=settings)
    place: Literal["store", "registry", "gone"] = "store" if found.is_here else "gone"
    if found.digest and not found.is_here and targets.names_registry(Reference.parse(found.reference), settings):
        place = "registry"
    return wire.Snapshot(found.state, found.reference, found.packed, place)
