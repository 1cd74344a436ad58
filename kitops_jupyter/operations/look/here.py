"""What of kits is in the local store already."""

from __future__ import annotations

from kitops_jupyter import targets
from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.operations.opening import Kit
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings


class Here:
    """Answers from the local store alone; contacts nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = targets.store(settings)

    def has(self, layer: Descriptor) -> bool:
        """Whether the layer's bytes are here, by their digest and size."""
        return self._store.has_blob(layer)

    def is_named(self, reference: Reference | str) -> bool:
        """Whether a kit of this very name is here; what cannot be a name is not."""
        try:
            parsed = Reference.parse(reference) if isinstance(reference, str) else reference
            targets.local(parsed, self._settings).resolve(parsed.name)
        except Cancelled:
            raise
        except KitError:
            return False
        return True

    def tags_of(self, kit: Kit) -> list[str]:
        """The tags that name this kit in its repository here."""
        name, digest = kit.reference.store_name, kit.descriptor.digest
        kits = self._store.kits(on_problem=lambda _: None)
        return [tag for where, found, tags in kits if (where, found.digest) == (name, digest) for tag in tags]
