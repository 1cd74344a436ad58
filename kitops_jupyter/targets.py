"""Reference and settings to the place that holds the kit; the one room that knows every such place."""

from __future__ import annotations

from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository, Store


def store(settings: Settings) -> Store:
    """The local store; made on the first write, not before."""
    return Store(settings.storage, settings.cache)


def local(reference: Reference, settings: Settings) -> Repository:
    """The reference's repository in the local store."""
    return store(settings).repository(reference)
