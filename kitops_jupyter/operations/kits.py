"""Open a kit: a reference to its manifest, Kitfile and layers, every byte of them verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter import manifest as manifests
from kitops_jupyter import targets
from kitops_jupyter.content import Descriptor, Source, read_verified
from kitops_jupyter.errors import KitError, NotFound, ReferenceCycle
from kitops_jupyter.kitfile import Entry, Kitfile
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings

CHAIN_LIMIT = 10  # kit follows no more references from kit to kit


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit as it is stored; `kitfile` is None for a ModelPack that another tool made without one."""

    reference: Reference
    source: Source
    descriptor: Descriptor
    manifest: manifests.Manifest
    config: bytes
    kitfile: Kitfile | None

    @property
    def size_bytes(self) -> int:
        """The layers' stored bytes, as kit counts a kit's size."""
        return sum(layer.size_bytes for layer in self.manifest.layers)

    def layers(self) -> list[tuple[Entry, Descriptor]]:
        """Each Kitfile entry that has a layer, with the layer."""
        return [(match.entry, match.layer) for match in self.matches()]

    def matches(self) -> Sequence[manifests.Match]:
        """As `layers`, with what old kits need to be unpacked."""
        return manifests.matched_layers(self.manifest, self.described())

    def described(self) -> Kitfile:
        """The Kitfile, or what can be said of one from the layers."""
        return self.kitfile or manifests.kitfile_from_layers(self.manifest, self.config)


def open_kit(text: str | Reference, settings: Settings) -> Kit:
    """The kit behind a reference, from the local store. Raises NotFound, NotAModelKit, ManifestInvalid."""
    reference = text if isinstance(text, Reference) else Reference.parse(text)
    source = targets.local(reference, settings)
    try:
        descriptor = source.resolve(reference.name)
    except NotFound:
        raise NotFound(
            f"no kit {reference} in the local store ({settings.home})", hint="kit list shows what there is"
        ) from None
    return read_kit(reference, source, descriptor)


def read_kit(reference: Reference, source: Source, descriptor: Descriptor) -> Kit:
    """The kit with this manifest descriptor in this source."""
    parsed = manifests.parse(read_verified(source, descriptor))
    config = read_verified(source, parsed.config)
    return Kit(reference, source, descriptor, parsed, config, manifests.kitfile_of(parsed, config))


def parents_of(kitfile: Kitfile, settings: Settings) -> list[Kit]:
    """The kits that `model.path` refers to, the nearest first.

    Raises ReferenceCycle (naming the ring, or the chain of more than 10) and NotFound.
    """
    chain: list[Kit] = []
    seen: list[str] = []
    while (path := kitfile.parent_reference) is not None:
        if path in seen:
            ring = " -> ".join([*seen[seen.index(path) :], path])
            raise ReferenceCycle(f"kits refer to each other in a ring: {ring}")
        seen.append(path)
        if len(seen) > CHAIN_LIMIT:
            raise ReferenceCycle(f"more than {CHAIN_LIMIT} kits refer to each other: {' -> '.join(seen)}")
        try:
            parent = open_kit(path, settings)
        except KitError as problem:
            problem.message = f"model.path refers to {path}: {problem.message}"
            raise
        chain.append(parent)
        kitfile = parent.described()
    return chain
