"""`kit pull`: a kit out of a registry; all of it into the local store, or some of it onto the disk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from kitops_jupyter import targets
from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import Usage
from kitops_jupyter.operations.again import again_if_taken
from kitops_jupyter.operations.index_findings import IndexFindings, IndexWatch, Warnings
from kitops_jupyter.operations.layer_reader import read_listing
from kitops_jupyter.operations.opening import Kit, Opener, parents_of, refuse_ring
from kitops_jupyter.operations.transfer.engine import Tally, copy_kit
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.operations.transfer.graph import copy_nodes, walk
from kitops_jupyter.operations.transfer.push import TransferResult
from kitops_jupyter.operations.transfer.sides import StoreSide, mover, put_manifest
from kitops_jupyter.operations.unpack.tars import TarsResult, pull_tars
from kitops_jupyter.operations.unpack.unpack import UnpackResult, unpack
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
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
    that broke off goes on where it was, in this process or another one.
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
    started = time.monotonic()
    tally, wrong, extras = Tally(observe), Warnings(), Extras()
    with Opener(settings, connection, remote=True) as opener, targets.store(settings).session() as session:
        kit = opener.open(reference, labels=labels)
        tags = tuple(tag for tag in (kit.reference.tag, *kit.reference.extra_tags) if tag)
        refuse_ring(kit.described, kit.reference, opener.open_named)
        again_if_taken(
            lambda: _store(kit, tags, settings, connection, tally, wrong, extras, with_referrers=with_referrers)
        )
        for parent in parents_of(kit.described(), opener.open_named):
            if isinstance(parent.source, targets.LocalFirst):
                _store(parent, (parent.reference.tag,), settings, connection, tally, wrong, extras)
    return TransferResult(
        "Pulled",
        Reference.parse(reference),
        kit.descriptor.digest,
        tags,
        tally.moved_bytes,
        tally.moved_blobs,
        tally.skipped_bytes,
        tally.skipped_blobs,
        time.monotonic() - started,
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


def _store(
    kit: Kit,
    tags: Sequence[str],
    settings: Settings,
    connection: Connection | None,
    tally: Tally,
    wrong: Warnings,
    extras: Extras,
    *,
    with_referrers: bool = False,
) -> None:
    """Copy one kit from its registry into the local store; the tags move last."""
    store = targets.store(settings)
    with targets.remote(kit.reference, settings, connection) as repository:
        watch = IndexWatch(IndexFindings(settings), partial(read_listing, repository), wrong)

        def move(blob: Descriptor, item: str, told: Observer) -> None:
            check = watch.sink(blob)
            repository.fetch(
                blob,
                store.partials,
                find=lambda: store.find_blob(blob, observe=told, item=item),
                keep=lambda path: store.keep_file(path, blob),
                observe=told,
                item=item,
                watcher=check,
            )
            watch.judge(blob, check)

        copy_kit(
            repository,
            store.repository(kit.reference),
            kit.descriptor,
            move=move,
            tags=() if with_referrers else tags,
            tally=tally,
            concurrency=repository.registry.concurrency,
            referrers=store.repository(kit.reference, kind="referrers"),
            watch=watch,
            extras=extras,
        )
        if with_referrers:
            side = StoreSide(store, kit.reference)
            copy_nodes(
                [node for node in walk(repository, kit.descriptor, extras, referrers=True) if node.role == "referrer"],
                move=mover(repository, side),
                put=lambda node: put_manifest(side, node),
                tally=tally,
                concurrency=repository.registry.concurrency,
                extras=extras,
            )
            for tag in tags:
                store.repository(kit.reference).tag(kit.descriptor, tag)
