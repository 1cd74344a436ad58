"""`kit unpack`: a kit into files; all of them, verified, or none."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kitops_jupyter import file_index
from kitops_jupyter.archive import NameRules, SharedTree
from kitops_jupyter.content import Digest
from kitops_jupyter.disk import clean_path, free_bytes, typed_path
from kitops_jupyter.errors import KitError, StorageFull, Usage
from kitops_jupyter.filters import Filters, nothing_matches, parse_filters
from kitops_jupyter.kitfile import to_yaml
from kitops_jupyter.operations.attached_index import Claims
from kitops_jupyter.operations.index_findings import IndexFindings
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.remote_data import fetch_object
from kitops_jupyter.operations.unpack.choosing import Wanted, wanted
from kitops_jupyter.operations.unpack.destination import Destination
from kitops_jupyter.operations.unpack.layers import LayerUnpacker, Part, UnpackedLayer
from kitops_jupyter.operations.unpack.staging import Staging
from kitops_jupyter.pipeline import disk_error
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.session import kit_came_in
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import compared_sizes
from kitops_jupyter.targets import Connection

KITFILE = "Kitfile"


@dataclass(frozen=True, slots=True)
class UnpackResult(Result):
    """What is now in `directory`; `kept` are files that were there and stay (`ignore_existing`).

    `unverified` are layers of which single files came that no digest of the kit covers, `by_index` layers of which
    they are covered by the kit's file index, which was not compared with the layer on this machine yet. `read_whole`
    are layers of which all was read for single files, since somebody attached an index to the kit (`kit index-files`)
    that was not compared with the layer on this machine before; it is now.
    """

    reference: Reference
    digest: Digest
    directory: Path
    layers: tuple[UnpackedLayer, ...]
    kept: tuple[str, ...]
    warnings: tuple[str, ...]
    elapsed_s: float
    unverified: tuple[str, ...] = ()
    by_index: tuple[str, ...] = ()
    read_whole: tuple[str, ...] = ()

    @property
    def file_count(self) -> int:
        """Files of all layers, and the Kitfile if it was written."""
        return sum(layer.file_count for layer in self.layers)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files that were written."""
        return sum(layer.file_bytes for layer in self.layers)


def unpack(
    reference: str,
    directory: str | Path = ".",
    *,
    overwrite: bool = False,
    ignore_existing: bool = False,
    filters: Sequence[str] = (),
    labels: Sequence[str] = (),
    include_remote: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> UnpackResult:
    """Write a kit's files below `directory`, whole and verified or not at all; filters may leave the Kitfile out.

    A kit that is not in the local store comes from its registry (`remote` asks there first), and only the layers that
    are wanted travel, straight into the files. `labels` choose one kit of an index.
    Files that already exist raise a Conflict that lists them all, before anything is written; `overwrite` replaces
    regular files (their modes stay), `ignore_existing` keeps them. Nothing is followed out of `directory`.
    Raises NotFound, FilterInvalid, Conflict, DigestMismatch, UnsafeArchive, StorageFull, Cancelled, RegistryError.
    Source: format.md, "Unpacking".
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    chosen = parse_filters(filters)
    target = typed_path(directory).absolute()
    destination = Destination(target, overwrite=overwrite, ignore_existing=ignore_existing)
    with observed(observe, reference), Opener(settings, connection, remote=remote) as opener:
        kit = opener.open(reference, labels=labels)
        findings = IndexFindings(settings)
        parts = with_claims(wanted(kit, chosen, opener, include_remote=include_remote), findings)
        unpacker = LayerUnpacker(destination, observe, findings)
        layers = _write(kit, chosen, parts, destination, unpacker, settings)
    warnings = [f"{left}: --include-remote fetches it" for left in parts.left]
    warnings += [
        f"{label}: single files of a layer are not covered by the kit's digests" for label in unpacker.unverified
    ]
    warnings += unpacker.wrong_indexes.texts
    warnings += [f"{found}: it was not unpacked" for found in kit.unnamed()] if not chosen.clauses else []
    elapsed_s = time.monotonic() - started
    kit_came_in(kit.reference, kit.descriptor.digest, "unpacked")
    return UnpackResult(
        kit.reference,
        kit.descriptor.digest,
        target,
        tuple(layers),
        tuple(sorted(destination.kept)),
        tuple(warnings),
        elapsed_s,
        tuple(unpacker.unverified),
        tuple(unpacker.by_index),
        tuple(unpacker.read_whole),
    )


def with_claims(parts: Wanted, findings: IndexFindings) -> Wanted:
    """The same parts, those of which single files are wanted with the index that somebody attached to their kit."""
    claims: dict[Digest, Claims] = {}
    layers = []
    for part in parts.layers:
        layer, kit = part.match.layer, part.kit
        claim = None
        if kit and not file_index.has_index(findings.indexed(layer)) and part.is_fetched_by_files:
            claim = claims.setdefault(kit.digest, Claims(part.source, kit, findings)).of(layer)
        layers.append(replace(part, claim=claim))
    return replace(parts, layers=layers)


def _write(
    kit: Kit,
    chosen: Filters,
    wanted: Wanted,
    destination: Destination,
    unpacker: LayerUnpacker,
    settings: Settings,
) -> list[UnpackedLayer]:
    """Look for conflicts, make everything beside its place, look again, and move it there."""
    texts = texts_of(kit, chosen)
    check_place(destination, unpacker, texts, wanted)
    destination.raise_conflicts()
    check_room(destination.target, wanted.layers)
    with Staging(destination.target, settings.home, overwrite=destination.overwrites) as staging:
        for name, text in texts.items():
            write_text(staging.shared, name, text)
        layers = unpacker.unpack_all(wanted.layers, staging.shared)
        layers += _fetch_objects(wanted, destination, staging.shared, settings, unpacker.observe)
        staging.shared.raise_clash()
        if chosen.clauses and not texts and not destination.kept and not any(layer.file_count for layer in layers):
            raise _nothing(kit, chosen, wanted)
        layers += _written(drop_same(destination, staging, texts), destination)
        destination.check_tree(staging.tree, texts, besides=staging.name)
        destination.raise_conflicts()
        unpacker.finish(staging.shared)
        staging.commit()
    return layers


def _fetch_objects(
    wanted: Wanted, destination: Destination, tree: SharedTree, settings: Settings, observe: Observer
) -> list[UnpackedLayer]:
    """Fetch data sets that are objects in S3; their paths are checked as the names in archives are."""
    fetched = []
    for dataset in wanted.objects:
        name = tree.rules.clean_file(clean_path(dataset.path))
        if destination.keeps(name):
            continue
        size_bytes = fetch_object(dataset, partial(tree.new_file, name), settings, observe)
        fetched.append(UnpackedLayer("dataset", dataset.name, dataset.path, None, 1, size_bytes))
    return fetched


def write_text(tree: SharedTree, name: str, text: str) -> None:
    """Write a file of ours into the tree, before any layer can have one of its name. Raises StorageFull."""
    descriptor = tree.new_file(name)
    assert descriptor is not None, "it is the first of its name"
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode("utf-8"))
    except OSError as problem:
        raise disk_error(problem, tree.path_of(name)) from problem


def drop_same(destination: Destination, staging: Staging, texts: Mapping[str, str]) -> dict[str, str]:
    """Leave a file as it is that has just these words already; the others are returned."""
    same = [name for name, text in texts.items() if destination.has_text(name, text)]
    for name in same:
        staging.drop(name)
    return {name: text for name, text in texts.items() if name not in same}


def _written(texts: Mapping[str, str], destination: Destination) -> list[UnpackedLayer]:
    """The Kitfile as an unpacked file; none if the one that is there stays."""
    return [
        UnpackedLayer("kitfile", "", name, None, 1, len(text.encode("utf-8")))
        for name, text in texts.items()
        if name not in destination.kept
    ]


def texts_of(kit: Kit, chosen: Filters) -> dict[str, str]:
    """The files that are in no layer, by name."""
    return {KITFILE: to_yaml(kit.kitfile)} if kit.kitfile and chosen.selects_kitfile else {}


def check_place(destination: Destination, unpacker: LayerUnpacker, texts: Mapping[str, str], wanted: Wanted) -> None:
    """Have the destination note every conflict."""
    for name, text in texts.items():
        destination.check(name, text=text)
    for part in wanted.layers:
        unpacker.check(part)
    rules = NameRules()
    for dataset in wanted.objects:
        destination.check(rules.clean_file(clean_path(dataset.path)))


def _nothing(kit: Kit, chosen: Filters, wanted: Wanted) -> KitError:
    if wanted.left:
        return Usage(f"{wanted.left[0]}, and nothing else is selected", hint="--include-remote fetches it")
    return nothing_matches(chosen.text, kit.described().entries())


def check_room(target: Path, parts: Sequence[Part]) -> None:
    """Fail early, with numbers, where the disk cannot hold what the layers say."""
    there = next(folder for folder in (target, *target.parents) if folder.exists())
    needed, free = sum(part.match.layer.size_bytes for part in parts), free_bytes(there)
    if free is not None and needed > free:
        more, less = compared_sizes(needed, free)
        raise StorageFull(
            f"{target}: the kit needs {more}, the disk has {less} free",
            hint="--filter takes only the parts that you need",
        )
