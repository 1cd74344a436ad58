"""Sources made of sources: what is here from here, the rest from elsewhere."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar, runtime_checkable

from kitops_jupyter.content import (
    Descriptor,
    Digest,
    Fetches,
    HasReferrers,
    Readable,
    ReadsRanges,
    Source,
    read_verified,
)
from kitops_jupyter.errors import NotFound
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Store

Key = TypeVar("Key", bound=Hashable)
KEPT_BYTES = 16 << 20  # the listing of an index of 100,000 files, and many pages of digests


@runtime_checkable
class MayBeElsewhere(Source, Protocol):
    """A source whose content may be over a network: it knows which, and reads small pieces for little."""

    settings: Settings

    def ranges(self, descriptor: Descriptor) -> ReadsRanges | None:
        """Who can read a part of this blob for less than the whole of it costs; None where it is here anyway."""

    def read_small(self, descriptor: Descriptor) -> bytes:
        """A small blob, whole and verified. Raises NotFound, DigestMismatch."""

    def read_small_part(self, descriptor: Descriptor, offset: int, size_bytes: int) -> bytes:
        """A part of a small blob; what comes from elsewhere is not verified. Raises NotFound."""

    def fetcher(self) -> Fetches | None:
        """Who brings blobs that are not here as files; None where nobody does."""


class _Kept(Generic[Key]):
    """What was read lately, in memory: 16 MiB, or the one that was read last. For several threads."""

    def __init__(self) -> None:
        self._found: OrderedDict[Key, bytes] = OrderedDict()
        self._size_bytes = 0
        self._guard = threading.Lock()

    def get(self, key: Key, read: Callable[[], bytes]) -> bytes:
        """What is kept under this key, else what `read` gives, which is kept from now on."""
        with self._guard:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        data = read()  # without the guard: it may wait for a registry
        with self._guard:
            self._size_bytes += len(data) - len(self._found.pop(key, b""))
            self._found[key] = data
            while self._size_bytes > KEPT_BYTES and len(self._found) > 1:
                self._size_bytes -= len(self._found.popitem(last=False)[1])
        return data


class LocalFirst:
    """A Source that takes from the local store what is there already, and the rest from elsewhere.

    A blob that is damaged here counts as missing: it comes from elsewhere. Names, and what refers to a manifest, are
    looked up in `names`, which is elsewhere unless it is given.
    """

    def __init__(self, settings: Settings, elsewhere: Source, *, names: Source | None = None) -> None:
        self.settings = settings
        self._store = Store(settings.storage, settings.cache)
        self._elsewhere = elsewhere
        self._names = names or elsewhere
        self._parts = _Kept[tuple[Digest, int, int]]()
        self._small = _Kept[Digest]()

    def resolve(self, name: str) -> Descriptor:
        return self._names.resolve(name)

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        """The manifests that have this one as their subject; none if that is unknown."""
        names = self._names
        return names.referrers(subject, artifact_type=artifact_type) if isinstance(names, HasReferrers) else []

    def exists(self, descriptor: Descriptor) -> bool:
        return self._store.find_blob(descriptor) is not None or self._elsewhere.exists(descriptor)

    def open(self, descriptor: Descriptor) -> Readable:
        if self._store.find_blob(descriptor) is not None:
            return self._store.open(descriptor)
        return self._elsewhere.open(descriptor)

    def open_checked(self, descriptor: Descriptor, *, observe: Observer = ignore) -> Readable:
        """As `open`: what is here was hashed, and can be read in parts."""
        if self._store.find_blob(descriptor, observe=observe) is not None:
            return self._store.open_checked(descriptor, observe=observe)
        return self._elsewhere.open(descriptor)

    def read_small_part(self, descriptor: Descriptor, offset: int, size_bytes: int) -> bytes:
        """A part of a small blob that is asked for again and again; what comes from elsewhere is not verified.

        Raises NotFound.
        """
        key = descriptor.digest, offset, size_bytes
        return self._parts.get(key, lambda: self._read_part(descriptor, offset, size_bytes))

    def _read_part(self, descriptor: Descriptor, offset: int, size_bytes: int) -> bytes:
        if self._store.find_blob(descriptor) is not None:
            with self._store.open_checked(descriptor) as stream:
                stream.seek(offset)
                return stream.read(size_bytes) or b""
        if isinstance(self._elsewhere, ReadsRanges):
            return self._elsewhere.read_range(descriptor, offset, size_bytes)
        raise NotFound(f"{descriptor.digest.short} cannot be read in parts")

    def read_small(self, descriptor: Descriptor) -> bytes:
        """A small blob, whole and verified; it stays in memory for a while. Raises NotFound, DigestMismatch."""
        return self._small.get(descriptor.digest, lambda: read_verified(self, descriptor))

    def ranges(self, descriptor: Descriptor) -> ReadsRanges | None:
        """Who can read a part of this blob for less than the whole of it costs; None where it is here anyway."""
        is_here = self._store.find_blob(descriptor) is not None
        return self._elsewhere if not is_here and isinstance(self._elsewhere, ReadsRanges) else None

    def fetcher(self) -> Fetches | None:
        """Who brings blobs that are not here as files; None where nobody does."""
        return self._elsewhere if isinstance(self._elsewhere, Fetches) else None
