"""One layer of an unpack: read once, verified, its files made in the staging tree."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kitops_jupyter import archive
from kitops_jupyter.content import Descriptor, Digest, Source, verified
from kitops_jupyter.errors import Cancelled, DigestMismatch, SizeMismatch
from kitops_jupyter.filters import Filters
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.operations.unpack_place import Place
from kitops_jupyter.pipeline import Sha256Sink, pump
from kitops_jupyter.progress import Event, Observer


@dataclass(frozen=True, slots=True)
class Part:
    """A layer, and where its bytes come from."""

    source: Source
    match: Match


@dataclass(frozen=True, slots=True)
class UnpackedLayer:
    """What became of a layer; `digest` is None for data that came from elsewhere."""

    section: str
    name: str
    path: str
    digest: Digest | None
    file_count: int
    file_bytes: int


class LayerUnpacker:
    """Unpacks layers into a staging tree, one a core."""

    def __init__(self, place: Place, chosen: Filters, observe: Observer) -> None:
        self._place = place
        self._chosen = chosen
        self._observe = observe
        self._cancelled = threading.Event()
        self._folders: dict[str, int] = {}

    def _event(self, event: Event) -> None:
        if self._cancelled.is_set():
            raise Cancelled("unpacking was stopped; nothing was written")
        self._observe(event)

    def check(self, part: Part) -> None:
        """Note every conflict of this layer, where that needs no unpacking: by its headers, or its one name.

        A compressed layer is judged after it was unpacked into the staging tree, by `Place.check_tree`.
        """
        if self._place.is_empty:
            return
        if part.match.type.layout == "raw":
            self._place.check(raw_file(part.match.layer).path)
        elif not part.match.type.compression:
            stream = part.source.open(part.match.layer)
            try:
                for member in archive.list_members(stream, size_bytes=part.match.layer.size_bytes):
                    name = self._placed(part, member.name)
                    if self._selects(part, member.name):
                        self._place.check(name, is_dir=member.is_dir)
            finally:
                stream.close()

    def unpack_all(self, parts: Sequence[Part], tree: Path) -> list[UnpackedLayer]:
        """Make every layer's files below `tree`. Raises what `unpack` raises."""
        workers = max(1, min(len(parts), os.cpu_count() or 1, 4))
        with ThreadPoolExecutor(workers, thread_name_prefix="kit-unpack") as pool:
            futures = [pool.submit(self._unpack, part, tree) for part in parts]
            try:
                return [future.result() for future in futures]
            except BaseException:
                self._cancelled.set()
                for future in futures:
                    future.cancel()
                raise

    def _unpack(self, part: Part, tree: Path) -> UnpackedLayer:
        if part.match.type.layout == "raw":
            return self._unpack_raw(part, tree)
        return self._unpack_tar(part, tree)
