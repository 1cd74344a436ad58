"""Open a kit: a reference to its manifest, Kitfile and layers, every byte of them verified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kitops_jupyter import targets
from kitops_jupyter.content import IMAGE_INDEX, Descriptor, Source, read_verified
from kitops_jupyter.errors import Cancelled, KitError, NotFound, ReferenceCycle, Usage
from kitops_jupyter.kit_index import describe, parse_index
from kitops_jupyter.kitfile import Entry, Kitfile
from kitops_jupyter.manifest import (
    Manifest,
    Match,
    UnnamedLayer,
    kitfile_from_layers,
    kitfile_of,
    matched_layers,
    parse_manifest,
    unnamed_layers,
)
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import LocalFirst, MayBeElsewhere

if TYPE_CHECKING:
    from kitops_jupyter.registry import Registry, RemoteRepository

CHAIN_LIMIT = 10  # kit follows no more references from kit to kit


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit as it is stored; `kitfile` is None for a ModelPack that another tool made without one."""

    reference: Reference
    source: Source
    descriptor: Descriptor
    manifest: Manifest
    config: bytes
    kitfile: Kitfile | None

    @property
    def size_bytes(self) -> int:
        """The layers' stored bytes, as kit counts a kit's size."""
        return sum(layer.size_bytes for layer in self.manifest.layers)

    def layers(self) -> list[tuple[Entry, Descriptor]]:
        """Each Kitfile entry that has a layer, with the layer."""
        return [(match.entry, match.layer) for match in self.matches()]

    def matches(self) -> Sequence[Match]:
        """As `layers`, with what old kits need to be unpacked."""
        return matched_layers(self.manifest, self.described())

    def unnamed(self) -> list[UnnamedLayer]:
        """The layers that the Kitfile does not name: part of the kit, but of nothing that is unpacked."""
        return unnamed_layers(self.manifest, self.matches())

    def described(self) -> Kitfile:
        """The Kitfile, or what can be said of one from the layers."""
        return self.kitfile or kitfile_from_layers(self.manifest, self.config)


def open_kit(text: str | Reference, settings: Settings) -> Kit:
    """The kit behind a reference, from the local store. Raises NotFound, NotAModelKit, ManifestInvalid."""
    reference = text if isinstance(text, Reference) else Reference.parse(text)
    source = targets.local(reference, settings)
    try:
        descriptor = source.resolve(reference.name)
    except NotFound:
        raise NotFound(
            f"no kit {reference} in the local store ({settings.home})", hint="kit list shows the kits in the store"
        ) from None
    return read_kit(reference, source, descriptor)


def read_kit(reference: Reference, source: Source, descriptor: Descriptor) -> Kit:
    """The kit with this manifest descriptor in this source."""
    parsed = parse_manifest(read_verified(source, descriptor))
    config = read_verified(source, parsed.config)
    return Kit(reference, source, descriptor, parsed, config, kitfile_of(parsed, config))


class IsIndex(Usage):
    """A name of several kits where one is needed; it says which index it is."""

    def __init__(self, reference: Reference, descriptor: Descriptor, data: bytes) -> None:
        self.reference, self.descriptor, self.data = reference, descriptor, data
        entries = parse_index(data).entries
        super().__init__(
            f"{reference} is an index of {len(entries)} kits",
            hint="-l KEY=VALUE chooses one; kit copy takes all of them",
            details=[describe(entry) for entry in entries],
        )


class Opener:
    """Opens kits wherever they are: in the local store, else in their registry. Use as a context manager.

    `remote` asks the registry even for what is here; what is here is still not moved again.
    """

    def __init__(
        self, settings: Settings, connection: targets.Connection | None = None, *, remote: bool = False
    ) -> None:
        self._settings = settings
        self._connection = connection
        self._remote = remote
        self._open = ExitStack()
        self._registries: dict[str, Registry] = {}
        self._named: dict[str, Kit] = {}
        self._repositories: dict[tuple[str, str], RemoteRepository] = {}

    def __enter__(self) -> Opener:
        return self

    def __exit__(self, *problem: object) -> None:
        self._open.close()

    def open(self, text: str | Reference, *, labels: Sequence[str] = ()) -> Kit:
        """The kit behind a reference, or the one of an index that has these labels.

        Raises NotFound, NotAModelKit, Usage, RegistryError.
        """
        reference = text if isinstance(text, Reference) else Reference.parse(text)
        return self._at_registry(reference, labels) if self._remote else self._near(reference, labels)

    def open_named(self, text: str) -> Kit:
        """As `open`, for a kit that another one names: the store's is good enough, also where `remote`."""
        if text not in self._named:
            kit = self._near(Reference.parse(text), ())
            if not isinstance(kit.source, MayBeElsewhere):
                return kit  # costs little, and may be another one the next time
            self._named[text] = kit
        return self._named[text]

    def registry(self, host: str) -> Registry:
        """The registry of this name, opened once and closed with this."""
        if host not in self._registries:
            opened = targets.registry(host, self._settings, self._connection)
            self._registries[host] = self._open.enter_context(opened)
        return self._registries[host]

    def repository(self, reference: Reference) -> RemoteRepository:
        """The reference's repository in its registry; what was read of it once is at hand. Raises Usage."""
        place = targets.at_registry(reference)
        key = place.registry, place.repository
        if key not in self._repositories:
            self._repositories[key] = self.registry(place.registry).repository(place.repository)
        return self._repositories[key]

    def _near(self, reference: Reference, labels: Sequence[str]) -> Kit:
        try:
            return self._indexed(reference, labels) if labels else open_kit(reference, self._settings)
        except NotFound:
            has_index = self._has_index(reference)
            if targets.names_registry(reference, self._settings) and (labels or not has_index):
                return self._at_registry(reference, labels)
            if has_index:
                return self._indexed(reference, labels)  # which says what labels there are
            if labels:
                raise NotFound(f"no index {reference} in the local store ({self._settings.home})") from None
            raise

    def _at_registry(self, reference: Reference, labels: Sequence[str]) -> Kit:
        repository = self.repository(reference)
        source = LocalFirst(self._settings, repository)
        kit = _chosen(reference, source, repository.resolve(reference.name), labels)
        repository.keep_config(kit.manifest.config.digest, kit.config)
        return kit

    def _has_index(self, reference: Reference) -> bool:
        indexes = targets.store(self._settings).repository(reference, kind="indexes")
        return reference.name in {*indexes.tags(), *(entry.digest for entry in indexes.manifests())}

    def _indexed(self, reference: Reference, labels: Sequence[str]) -> Kit:
        source = targets.store(self._settings).repository(reference, kind="indexes")
        descriptor = source.resolve(reference.name)
        try:
            return _chosen(reference, source, descriptor, labels)
        except NotFound:  # the index may be here, and its kit in the registry
            if not labels or not targets.names_registry(reference, self._settings):
                raise
        repository = self.repository(reference)
        return _chosen(reference, LocalFirst(self._settings, repository), descriptor, labels)


def _chosen(reference: Reference, source: Source, descriptor: Descriptor, labels: Sequence[str]) -> Kit:
    """The kit, or the kit of an index that has these labels. Raises Usage if only one of index and labels is given."""
    if descriptor.media_type != IMAGE_INDEX:
        if labels:
            raise Usage(f"{reference} is one kit, not an index: it has no labels", hint="leave -l out")
        return read_kit(reference, source, descriptor)
    data = read_verified(source, descriptor)
    if not labels:
        raise IsIndex(reference, descriptor, data)
    index = parse_index(data)
    entry = replace(index.select(labels), annotations={}, extra={})
    return read_kit(reference.with_digest(entry.digest), source, entry)


def parents_of(kitfile: Kitfile, open_one: Callable[[str], Kit], *, names: Reference | None = None) -> list[Kit]:
    """The kits that `model.path` refers to, the nearest first; `names` are those that the kit is about to get.

    Raises ReferenceCycle (naming the ring, or the chain of more than 10) and NotFound.
    """
    own = _full_names(names)
    chain: list[Kit] = []
    seen: list[str] = []
    while (path := kitfile.parent_reference) is not None:
        if Reference.parse(path).full_name in own:
            raise _cycle([path, *seen, path])
        if path in seen:
            raise _cycle([*seen[seen.index(path) :], path])
        seen.append(path)
        if len(seen) > CHAIN_LIMIT:
            raise ReferenceCycle(
                f"reached maximum number of model references: more than {CHAIN_LIMIT} kits refer to each other:"
                f" {' -> '.join(seen)}",
                hint="make model.path name a kit nearer to the start of the chain",
            )
        try:
            parent = open_one(path)
        except KitError as problem:
            problem.message = f"model.path refers to {path}: {problem.message}"
            raise
        chain.append(parent)
        kitfile = parent.described()
    return chain


def refuse_ring(read: Callable[[], Kitfile], names: Reference, open_one: Callable[[str], Kit]) -> None:
    """Raise ReferenceCycle if a kit builds on a name that it is about to get: then nobody could unpack it.

    A kit on the way that cannot be opened ends the look: what does not exist closes no ring.
    """
    own, seen = _full_names(names), list[str]()
    try:
        kitfile = read()
        while (path := kitfile.parent_reference) is not None and path not in seen:
            if Reference.parse(path).full_name in own:
                raise _cycle([path, *seen, path])
            seen.append(path)
            if len(seen) > CHAIN_LIMIT:
                return
            kitfile = open_one(path).described()
    except (ReferenceCycle, Cancelled):
        raise
    except KitError:
        return


def _full_names(reference: Reference | None) -> set[str]:
    tags = (reference.tag, *reference.extra_tags) if reference else ()
    return {reference.with_tag(tag).full_name for tag in tags if reference and tag}


def _cycle(ring: Sequence[str]) -> ReferenceCycle:
    return ReferenceCycle(
        f"Found cycle in modelkit references: {' -> '.join(ring)}",
        hint="make model.path name a kit that does not build on this one, or use another tag",
    )
