"""`kit pull`: a kit out of a registry; all of it into the local store, or the files that are wanted onto the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kitops_jupyter import targets
from kitops_jupyter.operations.again import again_if_taken
from kitops_jupyter.operations.index_findings import IndexFindings, IndexWatch, Warnings
from kitops_jupyter.operations.layer_reader import read_listing
from kitops_jupyter.operations.opening import Kit, Opener, parents_of, refuse_ring
from kitops_jupyter.operations.tally import Tally
from kitops_jupyter.operations.transfer.engine import copy_nodes
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.graph import walk
from kitops_jupyter.operations.transfer.moving import mover
from kitops_jupyter.operations.transfer.results import TransferResult
from kitops_jupyter.operations.unpack.unpack import UnpackResult, unpack
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.session import kit_came_in
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import MayBeElsewhere
from kitops_jupyter.targets import Connection


def pull(
    reference: str,
    *,
    labels: Sequence[str] = (),
    with_referrers: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> TransferResult:
    """Bring a whole kit into the local store, and the kits that it builds on; `pull_files` writes files instead.

    What is there is not moved again, and a pull that broke off resumes where it was, in this process or another one.
    The tags move last. `labels` choose one kit of an index, `with_referrers` brings what refers to the kit (signatures
    and the like).
    Raises NotFound, DigestMismatch, Usage, ReferenceCycle, RegistryError, StorageFull, Cancelled.
    """
    settings = settings or Settings.load()
    tally, wrong, extras, store = Tally(observe), Warnings(), Extras(), targets.store(settings)
    with (
        observed(observe, reference),
        Opener(settings, connection, remote=True) as opener,
        store.session() as session,
    ):
        kit = opener.open(reference, labels=labels)
        tags = tuple(tag for tag in (kit.reference.tag, *kit.reference.extra_tags) if tag)
        refuse_ring(kit.described, kit.reference, opener.open_named)
        how = _How(settings, (connection or Connection()).concurrency, tally, wrong, extras)
        again_if_taken(lambda: how.store(kit, tags, with_referrers=with_referrers))
        for parent in parents_of(kit.described(), opener.open_named):
            if isinstance(parent.source, MayBeElsewhere):
                how.store(parent, (parent.reference.tag,))
    kit_came_in(kit.reference, kit.descriptor.digest, "pulled")
    return TransferResult(
        "Pulled",
        Reference.parse(reference),
        kit.descriptor.digest,
        tags,
        tally.counts(),
        hint=f"kit unpack {reference} -d FOLDER writes its files",
        warnings=(*wrong.texts, *(str(found) for found in kit.unnamed()), *session.notes),
        notes=tuple(extras.notes),
    )


def pull_files(
    reference: str,
    directory: str | Path = ".",
    *,
    filters: Sequence[str] = (),
    labels: Sequence[str] = (),
    overwrite: bool = False,
    ignore_existing: bool = False,
    include_remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> UnpackResult:
    """Write the files of a kit in a registry below `directory`, whole and verified or not at all; store nothing.

    As `unpack`, but the registry is asked even for a kit that is here. Only the layers, or files, that the filters
    select travel, and of these only what is not here. `include_remote` also fetches data that the Kitfile points at.
    Raises what `unpack` raises.
    """
    return unpack(
        reference,
        directory,
        filters=filters,
        labels=labels,
        overwrite=overwrite,
        ignore_existing=ignore_existing,
        include_remote=include_remote,
        remote=True,
        connection=connection,
        settings=settings,
        observe=observe,
    )


@dataclass(frozen=True, slots=True)
class _How:
    """What one pull says of each of its kits."""

    settings: Settings
    concurrency: int
    tally: Tally
    wrong: Warnings
    extras: Extras

    def store(self, kit: Kit, tags: Sequence[str], *, with_referrers: bool = False) -> None:
        """Copy one kit from where it was opened into the local store; the tags move last."""
        here = targets.store(self.settings).all_kinds(kit.reference)
        watch = IndexWatch(IndexFindings(self.settings), partial(read_listing, kit.source), self.wrong)
        nodes = walk(kit.source, kit.descriptor, self.extras, referrers=with_referrers)
        nodes[0] = replace(nodes[0], descriptor=kit.descriptor)  # listed as it was named, as kit lists it
        copy_nodes(
            nodes,
            here,
            move=mover(kit.source, here, watch=watch),
            tally=self.tally,
            concurrency=self.concurrency,
            extras=self.extras,
            tags=tags,
            watch=watch,
        )
