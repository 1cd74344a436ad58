"""`kit pull`: a kit out of a registry; all of it into the local store, or some of it onto the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kitops_jupyter import targets
from kitops_jupyter.errors import Usage
from kitops_jupyter.operations.again import again_if_taken
from kitops_jupyter.operations.index_findings import IndexFindings, IndexWatch, Warnings
from kitops_jupyter.operations.layer_reader import read_listing
from kitops_jupyter.operations.opening import Kit, Opener, parents_of, refuse_ring
from kitops_jupyter.operations.transfer.engine import Tally, copy_nodes
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.graph import walk
from kitops_jupyter.operations.transfer.moving import mover
from kitops_jupyter.operations.transfer.results import TransferResult
from kitops_jupyter.operations.unpack.tars import TarsResult, pull_tars
from kitops_jupyter.operations.unpack.unpack import UnpackResult, unpack
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import MayBeElsewhere
from kitops_jupyter.targets import Connection


def pull(
    reference: str,
    directory: str | Path | None = None,
    *,
    filters: Sequence[str] = (),
    labels: Sequence[str] = (),
    overwrite: bool = False,
    ignore_existing: bool = False,
    include_remote: bool = False,
    store_only: bool = False,
    as_tar: bool = False,
    with_referrers: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> TransferResult | UnpackResult | TarsResult:
    """Bring a kit here. With `filters` or a `directory` only those layers travel, straight into files.

    `include_remote` also fetches data that the Kitfile only points at. `as_tar` leaves each of these layers as the
    archive that it is. Without any of these (`store_only` insists on it), all of it goes into the local store, kits
    that it builds on included, `with_referrers` also what refers to it; what is there is not moved again, and a pull
    that broke off resumes where it was, in this process or another one.
    Raises NotFound, DigestMismatch, Conflict, FilterInvalid, Usage, RegistryError, StorageFull, Cancelled.
    """
    settings = settings or Settings.load()
    if filters or directory is not None or as_tar:
        _check_files_alone(reference, store_only, with_referrers)
    if include_remote and (as_tar or not (filters or directory is not None)):
        raise Usage(
            "--include-remote writes files: it needs --dir or --filter, and has no archive to leave",
            hint=f"kit pull {reference} -d FOLDER --include-remote",
        )
    if as_tar:
        return pull_tars(
            reference,
            directory or ".",
            filters=filters,
            labels=labels,
            overwrite=overwrite,
            ignore_existing=ignore_existing,
            connection=connection,
            settings=settings,
            observe=observe,
        )
    if filters or directory is not None:
        return unpack(
            reference,
            directory or ".",
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
    return pull_into_store(
        reference,
        labels=labels,
        with_referrers=with_referrers,
        connection=connection,
        settings=settings,
        observe=observe,
    )


def pull_into_store(
    reference: str,
    *,
    labels: Sequence[str] = (),
    with_referrers: bool = False,
    connection: Connection | None = None,
    settings: Settings,
    observe: Observer = ignore,
) -> TransferResult:
    """Bring a whole kit into the local store, as `pull` does without a folder, a filter or `as_tar`."""
    tally, wrong, extras = Tally(observe), Warnings(), Extras()
    with Opener(settings, connection, remote=True) as opener, targets.store(settings).session() as session:
        kit = opener.open(reference, labels=labels)
        tags = tuple(tag for tag in (kit.reference.tag, *kit.reference.extra_tags) if tag)
        refuse_ring(kit.described, kit.reference, opener.open_named)
        how = _How(settings, (connection or Connection()).concurrency, tally, wrong, extras)
        again_if_taken(lambda: how.store(kit, tags, with_referrers=with_referrers))
        for parent in parents_of(kit.described(), opener.open_named):
            if isinstance(parent.source, MayBeElsewhere):
                how.store(parent, (parent.reference.tag,))
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


def _check_files_alone(reference: str, store_only: bool, with_referrers: bool) -> None:
    """Raise Usage for what only the store can have, which never has a part of a kit under the kit's name."""
    for flag, is_given in (("--store-only", store_only), ("--with-referrers", with_referrers)):
        if is_given:
            raise Usage(
                f"{flag} is for a pull into the store; --filter, --dir and --as-tar leave files, and store nothing",
                hint=f"kit pull {reference} {flag}, then kit unpack {reference} --filter ...",
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
