"""The names in the local store, for who completes one: nothing is contacted."""

from __future__ import annotations

from kitops_jupyter import targets
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import human_size


def local_repositories(settings: Settings) -> list[str]:
    """The repositories of the local store, as they are shown; it costs one listing, however many kits there are."""
    names = (Reference.from_store_name(name).shown_name for name in targets.store(settings).repositories())
    return [name for name in names if name]


def local_tags(repository: str, settings: Settings) -> list[str]:
    """The tags of one repository of the local store. Raises InvalidReference, StoreCorrupt."""
    return list(targets.local(Reference.parse(repository), settings).tags())


def local_filters(reference: str, settings: Settings) -> dict[str, str]:
    """What `--filter` takes of the layers of a kit in the local store, with a few words on each; reads its manifest.

    Raises NotFound, InvalidReference, ContentError.
    """
    from kitops_jupyter.filters import text_for
    from kitops_jupyter.operations.opening import open_kit

    found = {}
    for entry, layer in open_kit(reference, settings).layers():
        about = " ".join(filter(None, (entry.section, entry.name, human_size(layer.size_bytes))))
        found[text_for(entry.section, entry.clean_path)] = about
    return found
