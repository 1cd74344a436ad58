"""One repository of the store: a content.Target that also ingests."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from kitops_jupyter.content import (
    MANIFEST_LIMIT_BYTES,
    Descriptor,
    Digest,
    Ingested,
    Readable,
    Source,
    read_verified,
    verified,
)
from kitops_jupyter.disk import write_new
from kitops_jupyter.errors import Conflict, ContentError, ContentMissing, InvalidReference, ManifestInvalid, NotFound
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference, is_tag
from kitops_jupyter.store import blobs, graph, removal, sharing, work
from kitops_jupyter.store.files import storing
from kitops_jupyter.store.layout import Kind, Layout, Pair
from kitops_jupyter.store.lists import Lists, read_listing, read_tagged, read_tags
from kitops_jupyter.store.lock import locked
from kitops_jupyter.store.recent import Recent


class Repository:
    """The manifests and tags of one repository, and every blob of its store.

    Safe to use from several threads and processes. A manifest is listed, and a tag moved, only when all its blobs are
    there, looked at under the store's lock: no tag ever names a kit that is not whole, whenever a process dies.
    """

    def __init__(self, layout: Layout, pair: Pair, kind: Kind = "kits") -> None:
        self._layout = layout
        self._kind = kind
        self._recent = Recent(layout)
        self._pair = pair

    @property
    def store_name(self) -> str:
        """`registry/repository`, as the store knows it."""
        return self._pair.store_name

    def resolve(self, name: str) -> Descriptor:
        """The manifest that a tag or a digest names in this repository. Raises NotFound, StoreCorrupt."""
        sharing.look_again(self._layout)
        if ":" not in name:
            found = read_tags(self._pair.tags).get(name)
        else:
            listed = read_listing(self._pair.index).manifests
            found = next((descriptor for descriptor in listed if descriptor.digest == name), None)
        if found is None:
            raise NotFound(f"{self._shown(name)} is not in the store ({self._layout.root})", hint="kit list")
        return found

    def open(self, descriptor: Descriptor) -> Readable:
        """The bytes as stored; read them through `content.verified`. Raises NotFound."""
        return blobs.open_blob(self._layout, descriptor)

    def open_checked(self, descriptor: Descriptor, *, observe: Observer = ignore) -> io.RawIOBase:
        """A blob to be read in parts, its bytes hashed now, unless they are known to be right.

        Raises NotFound, DigestMismatch, SizeMismatch, StoreError.
        """
        return blobs.open_checked(self._layout, descriptor, observe=observe)

    def find_blob(self, descriptor: Descriptor, *, observe: Observer = ignore, item: str = "") -> Path | None:
        """The blob's file, if it is there and has its digest; in a session it stays."""
        is_there = blobs.claim(self._layout, descriptor, observe=observe, item=item)
        return self._layout.blob(descriptor.digest) if is_there else None

    def exists(self, descriptor: Descriptor) -> bool:
        """Whether the content is there and right: of a manifest, that it is listed here, with every blob it needs.

        In an open session, a blob that exists stays until the session ends.
        """
        if not graph.is_manifest(descriptor):
            return blobs.claim(self._layout, descriptor)
        if not read_listing(self._pair.index).has(descriptor.digest):
            return False
        try:
            self._require_whole(descriptor, graph.read_manifest(self._layout, descriptor))
        except (NotFound, ContentError, ContentMissing):
            return False
        return True

    def write(self, descriptor: Descriptor, stream: Readable, *, observe: Observer = ignore, item: str = "") -> None:
        """Store content under its digest; a manifest is also listed, here and for kit's garbage collection.

        Raises DigestMismatch, SizeMismatch, StorageFull, StoreCorrupt; ContentMissing when a manifest's blobs are not
        all there: store them again, then the manifest.
        """
        if self.exists(descriptor):
            return
        if graph.is_manifest(descriptor):
            self._write_manifest(descriptor, stream)
        else:
            blobs.store(self._layout, descriptor, stream, observe=observe, item=item)

    def _write_manifest(self, descriptor: Descriptor, stream: Readable) -> None:
        if descriptor.size_bytes > MANIFEST_LIMIT_BYTES:
            raise ManifestInvalid(
                f"{descriptor.digest.short}: {descriptor.size_bytes} bytes is too long for a manifest"
            )
        with verified(stream, descriptor) as checked:
            data = checked.readall()
        graph.references_of(data, where=f"manifest {descriptor.digest.short}")
        with locked(self._layout), storing(self._layout.root):
            lists = Lists(self._layout)
            lists.prepare()
            work.told(self._layout, self._recent.restore())
            removal.finish_pending(self._layout)
            self._require_whole(descriptor, data)
            if self._is_damaged(descriptor):
                blobs.forget(self._layout, descriptor.digest)
                write_new(self._layout.next, data, durable=True)
                blobs.put(self._layout, self._layout.next, descriptor.digest, descriptor.size_bytes)
            lists.add(self._pair, descriptor)
            self._recent.note(lists, self._kind, descriptor, self._pair)

    def _is_damaged(self, descriptor: Descriptor) -> bool:
        try:
            graph.read_manifest(self._layout, descriptor)
        except (NotFound, ContentError):
            return True
        return False

    def _require_whole(self, descriptor: Descriptor, data: bytes) -> None:
        references = graph.references_of(data, where=f"manifest {descriptor.digest.short}")
        if missing := graph.missing_blobs(self._layout, references):
            raise ContentMissing(
                f"manifest {descriptor.digest.short} needs {len(missing)} blobs that are not in the store",
                hint="pack or pull the kit again",
                details=[f"{blob.digest} ({blob.size_bytes} bytes)" for blob in missing[:10]],
            )

    def ingest(
        self, stream: Readable, *, observe: Observer = ignore, item: str = "", total_bytes: int | None = None
    ) -> Ingested:
        """Store a stream of unknown digest. Raises StorageFull, Cancelled; then nothing is stored."""
        return blobs.ingest(self._layout, stream, observe=observe, item=item, total_bytes=total_bytes)

    def tag(self, descriptor: Descriptor, name: str) -> None:
        """Let `name` point at a manifest of this repository, in one step.

        Raises InvalidReference, NotFound (it is not listed here), ContentMissing (it is, but is not whole).
        """
        self.tag_together({name: descriptor})

    def tag_together(
        self, wanted: Mapping[str, Descriptor | None], *, expected: Mapping[str, Digest | None] | None = None
    ) -> None:
        """Let all of these tags move in one step: nobody ever sees some of them moved. None takes a tag away.

        The manifests stay, also one without a tag.
        Raises what `tag` raises; Conflict if a tag does not name what is `expected` of it, None for nothing.
        """
        for name in wanted:
            if not is_tag(name):
                raise InvalidReference(
                    f"{name[:200]!r} is not a tag",
                    hint="a tag has 1 to 128 of A-Z a-z 0-9 _ . - and does not start with . or -",
                )
        with locked(self._layout), storing(self._layout.root):
            removal.finish_pending(self._layout)
            work.told(self._layout, self._recent.restore())
            listed = {name: self._listed(descriptor, name) for name, descriptor in wanted.items() if descriptor}
            before, lists = read_tags(self._pair.tags), Lists(self._layout)
            for name, digest in (expected or {}).items():
                self._check_unmoved(name, before.get(name), digest)
            gone = [name for name, descriptor in wanted.items() if descriptor is None and name in before]
            if gone:
                self._recent.forget(self._pair, (), gone)  # first: what a kill leaves here comes back
            if gone or any(before.get(name) != descriptor for name, descriptor in listed.items()):
                lists.change_tags(self._pair, put=listed, drop=gone)
            for name, descriptor in listed.items():
                was = before[name].digest if name in before else ""
                self._recent.note(lists, self._kind, descriptor, self._pair, tag=name, was=was)
            if gone and not listed:
                self._recent.wrote(lists)

    def _check_unmoved(self, name: str, now: Descriptor | None, expected: Digest | None) -> None:
        if (now.digest if now else None) != expected:
            shown = now.digest.short if now else "nothing"
            raise Conflict(
                f"{name} was moved by someone else meanwhile: it names {shown}, expected {expected or 'nothing'}",
                hint="see what it names now, then try again",
            )

    def _listed(self, descriptor: Descriptor, name: str) -> Descriptor:
        listed = next((known for known in self.manifests() if known.digest == descriptor.digest), None)
        if listed is None:
            raise NotFound(f"{descriptor.digest.short} cannot be tagged {name}: {self._shown('')} has no such manifest")
        self._require_whole(listed, graph.read_manifest(self._layout, listed))
        return listed

    def manifests(self) -> list[Descriptor]:
        """Every manifest of this repository, the oldest first. Raises StoreCorrupt."""
        return read_listing(self._pair.index).manifests

    def tags(self) -> dict[str, Descriptor]:
        """Every tag, sorted. Raises StoreCorrupt."""
        return dict(sorted(read_tags(self._pair.tags).items()))

    def tags_of(self, digest: Digest) -> tuple[str, ...]:
        """The tags of one manifest, sorted. Raises StoreCorrupt."""
        return read_tagged(self._pair)[1].get(digest, ())

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        """The manifests of this repository whose subject this is; those that cannot be read are left out."""
        found = []
        for listed in self.manifests():
            if artifact_type not in ("", listed.artifact_type):
                continue
            try:
                data = graph.read_manifest(self._layout, listed)
                about = graph.references_of(data, where=f"manifest {listed.digest.short}").subject
            except (NotFound, ContentError):
                continue
            if about is not None and about.digest == subject:
                found.append(listed)
        return found

    def adopt(self, descriptor: Descriptor, source: Source) -> None:
        """List here a manifest of another repository of this store; no blob moves.

        Raises NotFound, ContentMissing, DigestMismatch.
        """
        if not self.exists(descriptor):
            self.write(descriptor, io.BytesIO(read_verified(source, descriptor)))

    def _shown(self, name: str) -> str:
        shown = Reference.from_store_name(self.store_name).shown_name
        if not name:
            return shown or "the repository of untagged kits"
        return f"{shown}{'@' if ':' in name and shown else ':' if shown else ''}{name}"
