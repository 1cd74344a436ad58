"""Names for completion: of the local store, and of registries as they were last seen. Nothing is contacted."""

from __future__ import annotations

from collections.abc import Iterable

from kitops_jupyter import targets
from kitops_jupyter.errors import KitError
from kitops_jupyter.operations.look.tags import in_order
from kitops_jupyter.reference import Reference
from kitops_jupyter.remembered import KnownNames
from kitops_jupyter.settings import Settings


def local_repositories(settings: Settings) -> list[Reference]:
    """The repositories of the local store; it costs one listing, however many kits there are."""
    return [Reference.from_store_name(name) for name in targets.store(settings).repositories()]


def registries(repositories: Iterable[Reference], settings: Settings) -> list[str]:
    """The registries that the settings name, and those that these repositories of the local store came from."""
    return sorted({*settings.registries, *(each.registry for each in repositories if not each.is_local)})


def remote_repositories(registry: str, settings: Settings) -> list[str]:
    """The repositories of a registry that were seen, each with the registry's name."""
    return [f"{registry}/{name}" for name in sorted(KnownNames(registry, settings).repositories())]


def local_tags(repository: str, settings: Settings) -> list[str]:
    """The tags of one repository of the local store. Raises InvalidReference, StoreCorrupt."""
    return list(targets.local(Reference.parse(repository), settings).tags())


def remote_tags(repository: str, settings: Settings) -> list[str]:
    """The tags of a repository that were seen in its registry; none for a name that leads to no registry."""
    reference = Reference.parse(repository, default_tag="")
    if not _may_be_remote(reference, settings):
        return []
    place = targets.at_registry(reference)
    return in_order(KnownNames(place.registry, settings).tags(place.repository))


def _may_be_remote(reference: Reference, settings: Settings) -> bool:
    try:
        return targets.names_registry(reference, settings)
    except KitError:  # what is wrong with the settings is for the verb to say
        return False
