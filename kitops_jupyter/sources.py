"""Sources made of sources: what is here from here, the rest from elsewhere."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

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
        self._parts: dict[tuple[Digest, int, int], bytes] = {}
        self._small: dict[Digest, bytes] = {}

    def resolve(self, name: str) -> Descriptor:
        return self._names.resolve(name)

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        """The manifests that have this one as their subject; none where nobody knows."""
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
        if key not in self._parts:
            if self._store.find_blob(descriptor) is not None:
                with self._store.open_checked(descriptor) as stream:
                    stream.seek(offset)
                    self._parts[key] = stream.read(size_bytes) or b""
            elif isinstance(self._elsewhere, ReadsRanges):
                self._parts[key] = self._elsewhere.read_range(descriptor, offset, size_bytes)
            else:
                raise NotFound(f"{descriptor.digest.short} cannot be read in parts")
        return self._parts[key]

    def read_small(self, descriptor: Descriptor) -> bytes:
        """A small blob, whole and verified; once read it stays in memory. Raises NotFound, DigestMismatch."""
        if descriptor.digest not in self._small:
            self._small[descriptor.digest] = read_verified(self, descriptor)
        return self._small[descriptor.digest]

    def ranges(self, descriptor: Descriptor) -> ReadsRanges | None:
        """Who can read a part of this blob for less than the whole of it costs; None where it is here anyway."""
        is_here = self._store.find_blob(descriptor) is not None
        return self._elsewhere if not is_here and isinstance(self._elsewhere, ReadsRanges) else None

    def fetcher(self) -> Fetches | None:
        """Who brings blobs that are not here as files; None where nobody does."""
        return self._elsewhere if isinstance(self._elsewhere, Fetches) else None
