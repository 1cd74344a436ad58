"""Push and pull are one copy: children before parents, nothing twice, the manifest last, the tag last of all."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence
from functools import partial

from kitops_jupyter import file_index
from kitops_jupyter import manifest as manifests
from kitops_jupyter.content import Descriptor, Source, Target, read_verified
from kitops_jupyter.errors import ContentMissing, NotFound
from kitops_jupyter.operations.index_findings import IndexWatch
from kitops_jupyter.operations.transfer.extras import FILE_INDEX, Extras
from kitops_jupyter.pipeline import Stoppable, run_all
from kitops_jupyter.progress import Event, Observer

Move = Callable[[Descriptor, str, Observer], None]


class Tally(Stoppable):
    """What a copy moved and what was there already, counted from its events."""

    def __init__(self, observe: Observer) -> None:
        super().__init__(observe, "the transfer was stopped; no tag has moved")
        self.moved_bytes = self.moved_blobs = 0
        self.skipped_bytes = self.skipped_blobs = 0
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if event.step == "skipped":
                self.skipped_blobs += 1
                self.skipped_bytes += event.total_bytes or event.done_bytes
            elif event.step == "finished":
                self.moved_blobs += 1
                self.moved_bytes += event.done_bytes
        super().__call__(event)


def copy_kit(
    source: Source,
    target: Target,
    descriptor: Descriptor,
    *,
    move: Move,
    tags: Sequence[str],
    tally: Tally,
    concurrency: int,
    referrers: Target,
    watch: IndexWatch,
    extras: Extras,
    place: str = "",
) -> None:
    """Have the manifest and all that it needs in `target`, then let the tags name it; `move` brings one blob there.

    The file indexes of its layers come along, where they are and none is known to be wrong; `referrers` takes the
    manifest that keeps them. They are extras: what becomes of them is no error, but a note; `place` is the registry
    that may refuse them.
    Raises what `move` raises; then no tag has moved, and what was copied is found by the next try.
    Source: OCI distribution-spec 1.1, "Pushing Manifests".
    """
    data = read_verified(source, descriptor)
    manifest = manifests.parse(data)
    blobs = {layer.digest: layer for layer in manifest.layers}
    jobs = [partial(move, layer, _name(layer), tally) for layer in blobs.values()]
    run_all(jobs, workers=concurrency, name="kit-copy", stop=tally.stop)
    move(manifest.config, "config", tally)
    has_indexes = watch.may_move(manifest.layers) and _move_indexes(manifest.layers, move, tally, extras, place)
    target.write(descriptor, io.BytesIO(data), item="manifest")
    if has_indexes:
        extras.try_to(FILE_INDEX, lambda: keep_indexes(referrers, descriptor, manifest.layers), place=place)
    for tag in tags:
        target.tag(descriptor, tag)


def _move_indexes(layers: Sequence[Descriptor], move: Move, tally: Tally, extras: Extras, place: str) -> bool:
    """Bring the layers' file indexes along; False if there are none, or if they were lost: the kit is whole without."""
    addresses = {address.digest: address for layer in layers if (address := file_index.address_of(layer))}
    if not addresses or (place and extras.is_refused(FILE_INDEX, place)):
        return False

    def move_all() -> None:
        for address in addresses.values():
            move(address.descriptor, "file index", tally)

    try:
        return extras.try_to(FILE_INDEX, move_all, but=(NotFound, ContentMissing), place=place)
    except (NotFound, ContentMissing):
        return False


def keep_indexes(referrers: Target, kit: Descriptor, layers: Sequence[Descriptor]) -> None:
    """Write the manifest that keeps the file indexes of the kit's layers, which are there; none if they have none."""
    made = file_index.referrer(kit, layers)
    if made is not None:
        referrers.write(file_index.EMPTY, io.BytesIO(b"{}"), item="file index")
        described, data = made
        referrers.write(described, io.BytesIO(data), item="file index")


def _name(layer: Descriptor) -> str:
    return layer.annotations.get(manifests.FILE_PATH) or layer.digest.short
