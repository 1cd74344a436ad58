"""Push, pull and copy are one copy: children before parents, nothing twice, manifests last, tags last of all."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial

from kitops_jupyter import file_index
from kitops_jupyter.content import Descriptor, KeepsByRole, Role, Target
from kitops_jupyter.errors import ContentMissing, NotFound
from kitops_jupyter.operations.index_findings import IndexWatch
from kitops_jupyter.operations.tally import Tally
from kitops_jupyter.operations.transfer.extras import FILE_INDEX, Extras
from kitops_jupyter.operations.transfer.graph import Node, blobs_of, item_name
from kitops_jupyter.pipeline import run_all
from kitops_jupyter.progress import Observer

Move = Callable[[Descriptor, str, Observer], None]


def copy_nodes(
    nodes: Sequence[Node],
    target: Target | KeepsByRole,
    *,
    move: Move,
    tally: Tally,
    concurrency: int,
    extras: Extras,
    tags: Sequence[str] = (),
    registry: str = "",
    watch: IndexWatch | None = None,
) -> list[Node]:
    """Have in `target` what `walk` found: every blob by `move`, several at a time, every manifest in order, the tags.

    The tags name the last kit or index of `nodes`. What refers to them is an extra, and so are, with a `watch`, the
    file indexes of their layers, which come along where none is known to be wrong: what becomes of extras is a note,
    and `registry` is the one that may refuse them.
    Returns the nodes that are there. Raises what `move` and the target raise of the kits; then no manifest was written
    that lacks a blob, no tag has moved, and the next try finds what was copied.
    Source: OCI distribution-spec 1.1, "Pushing Manifests".
    """
    main = [node for node in nodes if node.role != "referrer"]
    blobs = blobs_of(main)
    configs = {node.blobs[-1].digest: node.blobs[-1] for node in main if node.role == "kit"}
    others = [(blob, item_name(blob)) for blob in blobs.values() if blob.digest not in configs]
    move_all(others, move, tally, concurrency)
    move_all([(config, "config") for config in configs.values()], move, tally, concurrency)
    for node in main:
        layers = node.blobs[:-1] if node.role == "kit" and watch and watch.may_move(node.blobs) else ()
        has_indexes = _move_indexes(layers, move, tally, extras, registry)
        write_manifest(target, node)
        if has_indexes:
            keep = partial(file_index.keep, kept_in(target, "referrer"), node.descriptor, layers)
            extras.try_to(FILE_INDEX, keep, registry=registry)
    there = set(blobs)

    def move_once(blob: Descriptor, item: str, observe: Observer) -> None:
        if blob.digest not in there:
            move(blob, item, observe)
            there.add(blob.digest)

    referrers = [node for node in nodes if node.role == "referrer"]
    copied = main + [node for node in referrers if _is_copied(node, target, move_once, tally, extras, registry)]
    tag(target, main[-1], tags)
    return copied


def move_all(blobs: Sequence[tuple[Descriptor, str]], move: Move, tally: Tally, concurrency: int) -> None:
    """Move blobs, each with the name that progress has for it, several at a time; the first error stops all."""
    jobs = [partial(move, blob, item, tally) for blob, item in blobs]
    run_all(jobs, workers=concurrency, name="kit-copy", observe=tally)


def kept_in(target: Target | KeepsByRole, role: Role) -> Target:
    """Where manifests of this role go in `target`."""
    return target.for_role(role) if isinstance(target, KeepsByRole) else target


def write_manifest(target: Target | KeepsByRole, node: Node) -> None:
    """Write a manifest where manifests of its role belong."""
    kept_in(target, node.role).write(node.descriptor, io.BytesIO(node.data), item="manifest")


def tag(target: Target | KeepsByRole, node: Node, tags: Sequence[str]) -> None:
    """Let the tags name it, each in one step."""
    kept = kept_in(target, node.role)
    for name in tags:
        kept.tag(node.descriptor, name)


def _is_copied(
    node: Node, target: Target | KeepsByRole, move: Move, tally: Tally, extras: Extras, registry: str
) -> bool:
    """Copy what refers to the kit; whether it is there now. A file index that was refused before is not sent again."""
    kind = node.descriptor.artifact_type
    is_index = kind in file_index.ARTIFACT_TYPES.values()
    what = (
        FILE_INDEX if is_index else f"{kind[:80] or 'a manifest'} {node.descriptor.digest.short}, which refers to it,"
    )
    if is_index and registry and extras.is_refused(what, registry):
        return False

    def send() -> None:
        for blob in node.blobs:
            move(blob, item_name(blob), tally)
        write_manifest(target, node)

    return extras.try_to(what, send, registry=registry if is_index else "")


def _move_indexes(layers: Sequence[Descriptor], move: Move, tally: Tally, extras: Extras, registry: str) -> bool:
    """Copy the layers' file indexes; False if there are none or they were lost: a kit is complete without."""
    addresses = {address.digest: address for layer in layers if (address := file_index.address_of(layer))}
    if not addresses or (registry and extras.is_refused(FILE_INDEX, registry)):
        return False

    def move_them() -> None:
        for address in addresses.values():
            move(address.descriptor, "file index", tally)

    try:
        return extras.try_to(FILE_INDEX, move_them, but=(NotFound, ContentMissing), registry=registry)
    except (NotFound, ContentMissing):
        return False
