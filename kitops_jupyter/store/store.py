"""The store: kits on this machine, shared with the kit program and among our own processes.

What is promised, whatever process is killed at whatever moment, and however many of ours work here at once:
- A tag names a listed manifest, and every blob of a listed manifest is there, whole. A blob has its name only when
  all its bytes are there and have that digest.
- Between `session()` and its end, no removal by another process of ours takes a blob that the session stored or found.
- kit itself takes no locks. A `kit remove` in the middle of our pack can take a blob that we found and count on: that
  is noticed when the manifest is written or tagged (ContentMissing, temporary). What kit writes at the very moment in
  which we write the same file may be lost, as between two kits.
- A power cut may leave a blob without its bytes (only the lists are synced): reading verifies, so it is noticed, and
  `check(read_layers=True)` finds it.
Source: format.md, "The store".
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from kitops_jupyter.content import Descriptor, Digest, Hashing, Ingested, Readable, Role
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import Cancelled, KitError, NotFound
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import blobs, cache, checking, removal, sharing
from kitops_jupyter.store.cache import CacheUsage
from kitops_jupyter.store.checking import Check
from kitops_jupyter.store.known import KnownBlobs
from kitops_jupyter.store.layer_cache import LayerCache
from kitops_jupyter.store.layout import KINDS, Kind, Layout
from kitops_jupyter.store.lists import read_tagged
from kitops_jupyter.store.packed import PackedNotebooks
from kitops_jupyter.store.removal import Removed
from kitops_jupyter.store.repository import Repository
from kitops_jupyter.store.work import Session

_KIND_OF: Mapping[Role, Kind] = {"kit": "kits", "index": "indexes", "referrer": "referrers"}


class AllKinds:
    """Everything of one name in the store, each where it belongs: kits, indexes of kits, and what refers to them.

    A content.Source that can also take blobs over as files (`KeepsFiles`); manifests are written to a `place`.
    """

    def __init__(self, store: Store, reference: Reference | str) -> None:
        self._store = store
        self._kinds: dict[Role, Repository] = {
            role: store.repository(reference, kind=kind) for role, kind in _KIND_OF.items()
        }
        self.find_blob = store.find_blob
        self.keep_file = store.keep_file

    def for_role(self, role: Role) -> Repository:
        """The repository for manifests of this role."""
        return self._kinds[role]

    @property
    def partials(self) -> Path:
        """Where downloads lie until they are whole."""
        return self._store.partials

    def resolve(self, name: str) -> Descriptor:
        """The kit of this name, else the index. Raises NotFound."""
        try:
            return self._kinds["kit"].resolve(name)
        except NotFound as missing:
            try:
                return self._kinds["index"].resolve(name)
            except NotFound:
                raise missing from None

    def open(self, descriptor: Descriptor) -> Readable:
        """The bytes as stored; read them through `content.verified`. Raises NotFound."""
        return self._store.open(descriptor)

    def open_checked(self, descriptor: Descriptor, *, observe: Observer = ignore) -> io.RawIOBase:
        """As `open`, to be read in parts: the bytes are known to be right."""
        return self._store.open_checked(descriptor, observe=observe)

    def exists(self, descriptor: Descriptor) -> bool:
        """Whether the content is there and right."""
        return self._kinds["kit"].exists(descriptor)

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        """The manifests that have this one as their subject."""
        return self._kinds["referrer"].referrers(subject, artifact_type=artifact_type)


class Store:
    """A store on disk. Nothing is made before the first write; reading needs no right to write and takes no lock.

    Values are cheap, hold no state and may be shared by threads. `kind` is "kits", "indexes" for what `kit index`
    makes, or "referrers" for what has one of these as its subject: it goes when they go.
    """

    def __init__(self, storage: Path, cache_folder: Path) -> None:
        self._layout = Layout(Path(os.path.realpath(storage)), cache_folder)
        self._cache = cache_folder

    def repository(self, reference: Reference | str, *, kind: Kind = "kits") -> Repository:
        """The repository of a reference, or of a name as `repositories` gives it; it need not be there yet."""
        name = reference if isinstance(reference, str) else reference.store_name
        return Repository(self._layout, self._layout.pair(name, kind), kind)

    def repositories(self, *, kind: Kind = "kits") -> list[str]:
        """The names (`registry/repository`) of all repositories, sorted."""
        return self._layout.names(kind)

    def kits(
        self, *, kind: Kind = "kits", on_problem: Callable[[KitError], None] | None = None
    ) -> list[tuple[str, Descriptor, tuple[str, ...]]]:
        """Every manifest as (repository, descriptor, sorted tags), by repository; manifests themselves are not read.

        A repository whose files cannot be read raises StoreCorrupt, or is reported to `on_problem` and left out.
        """
        sharing.look_again(self._layout)
        found = []
        for pair in self._layout.pairs(kind):
            try:
                listing, tags = read_tagged(pair)
            except Cancelled:
                raise
            except KitError as problem:
                if on_problem is None:
                    raise
                on_problem(problem)
                continue
            found += [(pair.store_name, entry, tags.get(entry.digest, ())) for entry in listing.manifests]
        return found

    def blob_path(self, digest: Digest) -> Path:
        """Where the blob is, or would be; what is read from there is not verified."""
        return self._layout.blob(digest)

    def all_kinds(self, reference: Reference | str) -> AllKinds:
        """The kits, indexes and referrers of one name, as one place."""
        return AllKinds(self, reference)

    def open(self, descriptor: Descriptor) -> Readable:
        """A blob's bytes as stored; read them through `content.verified`. Raises NotFound."""
        return blobs.open_blob(self._layout, descriptor)

    def open_checked(self, descriptor: Descriptor, *, observe: Observer = ignore) -> io.RawIOBase:
        """A blob to be read in parts, its bytes hashed now, unless they are known to be right.

        Raises NotFound, DigestMismatch, SizeMismatch, StoreError.
        """
        return blobs.open_checked(self._layout, descriptor, observe=observe)

    def session(self) -> AbstractContextManager[Session]:
        """While it is open, no other process of ours removes what is stored or found here.

        Open one around everything that stores blobs and then a manifest. Sessions nest, and serve all threads.
        Raises StorageFull, StoreBusy.
        """
        return sharing.session(self._layout)

    def ingest(
        self, stream: Readable, *, observe: Observer = ignore, item: str = "", total_bytes: int | None = None
    ) -> Ingested:
        """Store a stream of unknown digest; closes it. Raises StorageFull, Cancelled; then nothing is stored."""
        return blobs.ingest(self._layout, stream, observe=observe, item=item, total_bytes=total_bytes)

    @property
    def partials(self) -> Path:
        """Where downloads lie until they are whole, on the blobs' file system; so that a killed pull can resume."""
        return self._layout.partials

    def find_blob(self, descriptor: Descriptor, *, observe: Observer = ignore, item: str = "") -> Path | None:
        """The blob's file, if it is there and has its digest; in a session it stays.

        It is hashed unless that is known already: once, as long as nobody touches the file.
        """
        is_there = blobs.claim(self._layout, descriptor, observe=observe, item=item)
        return self._layout.blob(descriptor.digest) if is_there else None

    def has_blob(self, descriptor: Descriptor) -> bool:
        """Whether there is a file of this name and size: for showing what is here, which reads no bytes."""
        return self._layout.is_whole(descriptor.digest, descriptor.size_bytes)

    def keep_file(self, path: Path, descriptor: Descriptor) -> Path:
        """Take over a verified file from `partials` under its digest. Raises StorageFull."""
        return blobs.keep_file(self._layout, path, descriptor)

    def remove(self, reference: Reference, *, force: bool = False, kind: Kind = "kits") -> Removed:
        """Remove what the reference names, and the blobs that nothing else needs.

        A tag of several is only untagged; the last one takes the kit with it, out of this repository. With `force`, all
        tags of that kit go; a digest means the same. Extra tags follow one after the other; if one of them is missing,
        nothing is removed. Raises NotFound, StoreCorrupt, StorageFull.
        """
        return removal.remove(self._layout, reference, force=force, kind=kind)

    def remove_all(self, *, force: bool = False) -> Removed:
        """Remove every kit without a tag; with `force`, every kit."""
        return removal.remove_all(self._layout, force=force)

    def check(self, *, read_layers: bool = False, observe: Observer = ignore) -> Check:
        """Look whether the store is whole; with `read_layers` every byte is read and hashed. Raises Cancelled only."""
        return checking.check(self._layout, read_layers=read_layers, observe=observe)

    def change_stamp(self) -> str:
        """A text that is another one after every change of kits, tags or indexes; a few milliseconds for 1,000 kits."""
        stamp = Hashing()
        for kind in KINDS:
            for name, *facts in sorted(_stats(self._layout.folder(kind))):
                stamp.write(repr((kind, name, facts)).encode("utf-8", "surrogateescape"))
        return stamp.digest.hex[:32]

    @property
    def known_blobs(self) -> KnownBlobs:
        """What is known of files of blobs, here and elsewhere, by their stamps."""
        return KnownBlobs(self._layout.known)

    @property
    def packed_notebooks(self) -> PackedNotebooks:
        """Which notebook was packed into which kit from here."""
        return PackedNotebooks(self._layout.packed)

    @property
    def layer_cache(self) -> LayerCache:
        """What is known of layers that were read before; in a session, what it finds stays."""
        return LayerCache(
            cache_folder(self._cache, "layers"),
            lambda blob, observe: blobs.claim(self._layout, blob, observe=observe),
        )

    def cache_usage(self) -> CacheUsage:
        """What is in the cache folder."""
        return cache.usage(self._cache)

    def cache_clear(self) -> CacheUsage:
        """Empty the cache folder; kits are not touched."""
        return cache.clear(self._cache)


def _stats(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """kit writes in place: only the files' own times show it, not the folder's."""
    try:
        with os.scandir(folder) as found:
            for entry in found:
                if entry.name.endswith(".json"):
                    there = entry.stat(follow_symlinks=False)
                    yield entry.name, there.st_mtime_ns, there.st_size, there.st_ino
    except OSError:
        return  # not there, or not ours to see: there is nothing to report
