"""How one blob gets from side to side: not at all if it is there, mounted, resumed or streamed; verified.

What the sides can do decides, never what they are: see `content.abilities`.
"""

from __future__ import annotations

from collections.abc import Sequence

from kitops_jupyter.content import (
    Descriptor,
    Fetches,
    FindsBlobs,
    KeepsByRole,
    KeepsFiles,
    Mountable,
    OpensChecked,
    Readable,
    Source,
    Target,
    Uploads,
    verified,
)
from kitops_jupyter.errors import ContentError, DigestMismatch, KitError, NotFound, StoreCorrupt
from kitops_jupyter.operations.index_findings import IndexWatch
from kitops_jupyter.operations.transfer.engine import Move, kept_in
from kitops_jupyter.progress import Event, Observer, beat
from kitops_jupyter.sources import MayBeElsewhere


def mover(
    source: Source,
    target: Target | KeepsByRole,
    *,
    mount_from: Sequence[str] = (),
    watch: IndexWatch | None = None,
    heal: KeepsFiles | None = None,
    shown: str = "",
) -> Move:
    """Moves one blob from `source` to `target`; `watch` compares the file indexes of layers that pass.

    With `heal` a blob that is damaged there, and whole in `target`, is fetched back instead. `shown` is the kit's name
    for the hint where its bytes are damaged. `mount_from` are neighbours of `target` that may have the blob.
    """
    if isinstance(target, Uploads):
        siblings = [*_sibling(source, target), *mount_from]
        return _uploading(source, target, siblings, watch, heal, shown)
    fetcher: Fetches | None = source if isinstance(source, Fetches) else None
    if isinstance(source, MayBeElsewhere):
        fetcher = source.fetcher()
    if fetcher is not None and isinstance(target, KeepsFiles):
        return _fetching(fetcher, target, watch)
    return _writing(source, target)


def _sibling(source: Source, target: object) -> list[str]:
    """The source's name, where the target can mount blobs from it."""
    if isinstance(source, Mountable) and isinstance(target, Mountable):
        origin, name = source.mount_point()
        return [name] if origin == target.mount_point()[0] else []
    return []


def _uploading(
    source: Source,
    target: Uploads,
    siblings: Sequence[str],
    watch: IndexWatch | None,
    heal: KeepsFiles | None,
    shown: str,
) -> Move:
    """Bytes that are known to be right are not hashed again on the way: the registry must refuse others."""
    is_here = isinstance(source, OpensChecked) and not isinstance(source, MayBeElsewhere)
    checked = source if is_here and isinstance(source, OpensChecked) else None

    def reopened(blob: Descriptor, item: str) -> Readable:
        if checked is None:
            return source.open(blob)
        try:
            return checked.open_checked(blob)
        except (ContentError, NotFound) as problem:
            raise _damaged(shown, item, problem) from None

    def upload(blob: Descriptor, item: str, observe: Observer) -> None:
        is_lost = heal is not None and heal.find_blob(blob, observe=observe, item=item) is None
        if heal is not None and is_lost and isinstance(target, Fetches) and target.exists(blob):
            target.fetch(blob, heal.partials, keep=lambda path: heal.keep_file(path, blob), observe=observe, item=item)
            return
        if watch is not None:
            watch.look(blob, lambda: reopened(blob, item))
        try:
            target.upload(
                blob,
                lambda: reopened(blob, item),
                mount_from=siblings,
                check=checked is None,
                observe=observe,
                item=item,
            )
        except DigestMismatch:
            if checked is not None:
                _check(source, blob, item, shown)
            raise

    return upload


def _check(source: Source, blob: Descriptor, item: str, shown: str) -> None:
    """Raise StoreCorrupt if the bytes of the blob are wrong, even if its stamps did not change."""
    try:
        with verified(source.open(blob), blob) as stream:
            while stream.read(1 << 20):
                beat()
    except ContentError as problem:
        raise _damaged(shown, item, problem) from None


def _damaged(shown: str, item: str, problem: KitError) -> StoreCorrupt:
    remedy = f"; or kit remove -f {shown}" if shown else ""
    return StoreCorrupt(
        f"{item} is damaged in the local store: {problem.message}",
        hint=f"pack the kit again to repair it{remedy}",
    )


def _fetching(source: Fetches, target: KeepsFiles, watch: IndexWatch | None) -> Move:
    def fetch(blob: Descriptor, item: str, observe: Observer) -> None:
        check = watch.sink(blob) if watch is not None else None
        source.fetch(
            blob,
            target.partials,
            find=lambda: target.find_blob(blob, observe=observe, item=item),
            keep=lambda path: target.keep_file(path, blob),
            observe=observe,
            item=item,
            watcher=check,
        )
        if watch is not None:
            watch.judge(blob, check)

    return fetch


def _writing(source: Source, target: Target | KeepsByRole) -> Move:
    sink = kept_in(target, "kit")

    def is_there(blob: Descriptor, item: str, observe: Observer) -> bool:
        if isinstance(target, FindsBlobs):
            return target.find_blob(blob, observe=observe, item=item) is not None
        return sink.exists(blob)

    def write(blob: Descriptor, item: str, observe: Observer) -> None:
        if is_there(blob, item, observe):
            observe(Event("skipped", item, blob.size_bytes, blob.size_bytes, "unchanged"))
        else:
            sink.write(blob, source.open(blob), observe=observe, item=item)

    return write
