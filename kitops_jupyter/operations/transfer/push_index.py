"""`kit push` of an index of kits: its kits first, then the index, then its tag."""

from __future__ import annotations

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.operations.tally import Tally
from kitops_jupyter.operations.transfer.engine import copy_nodes
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.graph import walk
from kitops_jupyter.operations.transfer.moving import mover
from kitops_jupyter.progress import observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import LocalFirst
from kitops_jupyter.targets import Connection


def push_index(
    reference: Reference,
    target: Reference,
    settings: Settings,
    connection: Connection | None,
    *,
    tags: tuple[str, ...],
    tally: Tally,
    extras: Extras,
) -> tuple[Digest, int]:
    """Have the local index, its kits and what refers to them at `target`; returns its digest, and how many kits it has.

    Raises what `push` raises.
    """
    store = targets.store(settings)
    here = store.all_kinds(reference)
    with (
        observed(tally, str(reference)),
        store.session(),
        targets.remote(target, settings, connection) as repository,
    ):
        source = LocalFirst(settings, repository, names=here)  # kits that were looked up there already exist
        root = here.for_role("index").resolve(reference.name)
        nodes = walk(source, root, extras, referrers=True)
        copy_nodes(
            nodes,
            repository,
            move=mover(source, repository),
            tally=tally,
            concurrency=repository.registry.concurrency,
            extras=extras,
            tags=tags,
            registry=target.registry,
        )
    return root.digest, sum(node.role == "kit" for node in nodes)
