"""`kit push` of an index of kits: its kits first, then the index, then its tag."""

from __future__ import annotations

from dataclasses import dataclass

from kitops_jupyter import targets
from kitops_jupyter.content import Descriptor, Digest, Readable
from kitops_jupyter.operations.transfer.engine import Tally
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.graph import copy_nodes, walk
from kitops_jupyter.operations.transfer.sides import StoreSide, put_manifest
from kitops_jupyter.progress import Observer
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, LocalFirst


@dataclass(frozen=True, slots=True)
class _Near:
    """What is here from here; kits that were looked up in the registry are there already."""

    here: StoreSide
    first: LocalFirst

    def resolve(self, name: str) -> Descriptor:
        return self.here.resolve(name)

    def exists(self, descriptor: Descriptor) -> bool:
        return self.first.exists(descriptor)

    def open(self, descriptor: Descriptor) -> Readable:
        return self.first.open(descriptor)

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        return self.here.referrers(subject, artifact_type=artifact_type)


def push_index(
    reference: Reference,
    place: Reference,
    settings: Settings,
    connection: Connection | None,
    *,
    tags: tuple[str, ...],
    tally: Tally,
    extras: Extras,
) -> tuple[Digest, int]:
    """Have the local index, its kits and what refers to them at `place`; its digest, and how many kits it has.

    Raises what `push` raises.
    """
    store = targets.store(settings)
    with store.session(), targets.registry(place.registry, settings, connection) as registry:
        repository = registry.repository(place.repository)
        side = StoreSide(store, reference)
        source = _Near(side, LocalFirst(settings, repository))
        root = side.place("index").resolve(reference.name)
        nodes = walk(source, root, extras, referrers=True)

        def move(blob: Descriptor, item: str, told: Observer) -> None:
            repository.upload(blob, lambda: source.open(blob), observe=told, item=item)

        copy_nodes(
            nodes,
            move=move,
            put=lambda node: put_manifest(repository, node),
            tally=tally,
            concurrency=registry.concurrency,
            extras=extras,
            place=place.registry,
        )
        for tag in tags:
            repository.tag(root, tag)
    return root.digest, sum(node.role == "kit" for node in nodes)
