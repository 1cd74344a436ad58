"""The names in the local store, for who completes one: no manifest is read, and nothing is contacted."""

from __future__ import annotations

from kitops_jupyter import targets
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings


def local_repositories(settings: Settings) -> list[str]:
    """The repositories of the local store, as they are shown; it costs one listing, however many kits there are."""
    names = (Reference.from_store_name(name).shown_name for name in targets.store(settings).repositories())
    return [name for name in names if name]


def local_tags(repository: str, settings: Settings) -> list[str]:
    """The tags of one repository of the local store. Raises InvalidReference, StoreCorrupt."""
    return list(targets.local(Reference.parse(repository), settings).tags())
