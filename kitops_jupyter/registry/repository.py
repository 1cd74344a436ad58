"""One repository of a registry: a content.Target that also ingests, mounts, lists, deletes, reads parts and refers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from kitops_jupyter.content import MANIFEST_LIMIT_BYTES, Descriptor, Digest, Ingested, Readable, verified
from kitops_jupyter.errors import Forbidden, InvalidReference, ManifestInvalid, NotFound, Unauthorized
from kitops_jupyter.pipeline import ByteSink
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import is_repository_name, is_tag
from kitops_jupyter.registry.blobs import download
from kitops_jupyter.registry.content import lists, referrers
from kitops_jupyter.registry.content.manifests import ACCEPTED_TYPES, Manifests, Read
from kitops_jupyter.registry.http.door import typed
from kitops_jupyter.registry.http.exchange import Exchange
from kitops_jupyter.registry.http.problems import is_past_login
from kitops_jupyter.remembered import KnownNames, Remembered


def _nothing() -> Path | None:
    return None


def _as_it_is(path: Path) -> Path:
    return path


@typed(lambda it: it.store_name)
class RemoteRepository:
    """Safe to use from several threads. Every method raises RegistryError's kinds for what the registry answers."""

    def __init__(self, registry: Exchange, name: str, remembered: Remembered, known: KnownNames) -> None:
        if not is_repository_name(name):
            raise InvalidReference(
                f"{name[:80]!r} is not a repository of {registry.name}",
                hint="names are lower-case, with a-z 0-9 . _ - and /",
            )
        self.registry = registry
        self.name = name
        self._manifests = Manifests(registry, name, remembered)
        self._remembered = remembered
        self._known = known

    @property
    def store_name(self) -> str:
        """`registry/repository`."""
        return f"{self.registry.name}/{self.name}"

    # Source

    def resolve(self, name: str) -> Descriptor:
        """The descriptor of the manifest behind a tag or a digest; its bytes are then at hand. Raises NotFound."""
        try:
            descriptor = self._manifests.resolve(name)
        except NotFound:
            if is_tag(name):
                self._known.gone(self.name, name)
            raise
        self._known.saw(self.name, name if is_tag(name) else "", descriptor.digest)
        return descriptor

    def open(self, descriptor: Descriptor) -> Readable:
        """The bytes as the registry has them; a broken connection is resumed. Raises NotFound here."""
        if descriptor.media_type in ACCEPTED_TYPES:
            return self._manifests.open(descriptor)
        stream = download.BlobStream(self.registry, self.name, descriptor)
        stream.start()
        return stream

    def exists(self, descriptor: Descriptor) -> bool:
        """Whether the registry has it in this repository."""
        if descriptor.media_type in ACCEPTED_TYPES:
            return self._manifests.exists(descriptor.digest)
        url = self.registry.url(self.registry.container(self.name).get_blob_url(descriptor.digest))
        what = f"look for {descriptor.digest.short} in {self.store_name}"
        response = self.registry.look(url, what=what)
        if response is None:
            return False
        length = response.headers.get("Content-Length", "")
        return not length or length == str(descriptor.size_bytes) or "Content-Encoding" in response.headers

    def is_known(self, descriptor: Descriptor, *, if_refused: bool = False) -> bool:
        """`exists`, for who writes next; `if_refused` where the registry refuses to say although it has our login.

        Some answer 401 or 403 for what does not exist, or let somebody push who may not pull: the write then decides.
        """
        try:
            return self.exists(descriptor)
        except (Unauthorized, Forbidden) as error:
            if not is_past_login(error):
                raise
            return if_refused

    def fetch(
        self,
        descriptor: Descriptor,
        directory: Path,
        *,
        find: Callable[[], Path | None] = _nothing,
        keep: Callable[[Path], Path] = _as_it_is,
        observe: Observer = ignore,
        item: str = "",
        watcher: ByteSink | None = None,
    ) -> Path:
        """The blob as a verified file in `directory`, resumed from what an earlier try left there.

        Others that want the same blob wait, and then find it: `find` says whether it is where it belongs already,
        `keep` moves it there, both while nobody else is at it. Returns what `find` or `keep` returned.
        `watcher` is a sink beside the file's, which sees all bytes or, of a blob that is resumed or here, none.
        Raises DigestMismatch, SizeMismatch, StorageFull, NotFound; Cancelled within a second.
        """
        from kitops_jupyter.registry.blobs.partial import fetch

        return fetch(
            self.registry,
            self.name,
            descriptor,
            directory,
            find=find,
            keep=keep,
            observe=observe,
            item=item,
            watcher=watcher,
        )

    def open_range(self, descriptor: Descriptor, offset: int, size_bytes: int) -> Readable:
        """A part of a blob, unverified, in one request. Raises SizeMismatch; RegistryError where parts are not done."""
        return download.open_range(self.registry, self.name, descriptor, offset, size_bytes)

    def read_range(self, descriptor: Descriptor, offset: int, size_bytes: int) -> bytes:
        """The same as bytes."""
        return download.read_range(self.registry, self.name, descriptor, offset, size_bytes)

    # Sink

    def write(self, descriptor: Descriptor, stream: Readable, *, observe: Observer = ignore, item: str = "") -> None:
        """Send content; a no-op when it is there. A manifest goes by its digest, and tells its subject.

        A stream that can be rewound is sent again after a broken connection; for one that cannot, the error is
        temporary, and the caller opens it again (or uses `upload`). Closes the stream.
        """
        with closing(stream):
            if descriptor.media_type in ACCEPTED_TYPES:
                self._write_manifest(descriptor, stream)
            else:
                self._send(descriptor, _rewinding(stream), mount_from=(), check=True, observe=observe, item=item)

    def upload(
        self,
        descriptor: Descriptor,
        reopen: Callable[[], Readable],
        *,
        mount_from: Sequence[str] = (),
        check: bool = True,
        observe: Observer = ignore,
        item: str = "",
    ) -> None:
        """Have a blob there: found, mounted from another repository of this registry, or sent.

        `reopen` gives its bytes from the start, every time. From `Registry.resume_from_bytes` on it goes in
        chunks, and after a break, also of this process, at most one chunk is sent again. With `check` it is hashed
        while it is sent, and its last byte withheld until that is right; without, which is faster, that is left to
        the registry, which must refuse bytes of another digest.
        Raises DigestMismatch, SizeMismatch (then it is not stored), Cancelled within a second.
        """
        self._send(descriptor, reopen, mount_from=mount_from, check=check, observe=observe, item=item)

    def _send(self, descriptor: Descriptor, reopen: Callable[[], Readable], **how: Any) -> None:
        """As `upload`, for our own calls: a source's error must pass the room's door only once."""
        from kitops_jupyter.registry.blobs.upload import Upload

        Upload(self.registry, self.name, descriptor, reopen, is_there=self.is_known, **how).run()

    def ingest(self, stream: Readable, *, observe: Observer = ignore, item: str = "") -> Ingested:
        """Send a stream whose digest is known only at its end; nothing is kept here, where the registry takes it so."""
        from kitops_jupyter.registry.blobs.ingest import ingest

        with closing(stream):
            return ingest(self.registry, self.name, stream, is_there=self.is_known, observe=observe, item=item)

    def _write_manifest(self, descriptor: Descriptor, stream: Readable) -> None:
        if descriptor.size_bytes > MANIFEST_LIMIT_BYTES:
            raise ManifestInvalid(f"manifest of {descriptor.size_bytes} bytes, expected at most {MANIFEST_LIMIT_BYTES}")
        with verified(stream, descriptor) as checked:
            data = checked.readall()
        if self.is_known(descriptor):
            return
        subject = referrers.subject_of(data)
        response = self._manifests.put(descriptor.digest, data, descriptor.media_type)
        if subject and response.headers.get("OCI-Subject", "") != subject[0]:
            referrers.add_to_tag(self.store_name, self._manifests, *subject)

    def tag(self, descriptor: Descriptor, name: str) -> None:
        """Let `name` point at a manifest that is there; no blob moves. Raises NotFound, InvalidReference."""
        if not is_tag(name):
            raise InvalidReference(f"{name[:140]!r} is not a tag", hint="letters, digits, _ . -; 128 at most")
        if not self.is_known(descriptor, if_refused=True):
            raise NotFound(f"{descriptor.digest.short}: cannot be tagged {name}, it is not in {self.store_name}")
        with verified(self._manifests.open(descriptor), descriptor) as stream:
            self._manifests.put(name, stream.readall(), descriptor.media_type)
        self._known.saw(self.name, name, descriptor.digest)

    # Abilities

    def mount_point(self) -> tuple[Hashable, str]:
        """Its registry's origin and its own name there: repositories of one origin can mount its blobs."""
        return self.registry.origin, self.name

    def tags(self) -> Iterator[str]:
        """Every tag, as the pages come. Raises NotFound, RegistryError for pages that cannot be trusted."""
        return self._known.tags_listed(self.name, lists.tags(self.registry, self.name))

    def read_many(self, names: Iterable[str], *, with_config: bool = True) -> Iterator[Read]:
        """The manifests (and configs) behind many tags or digests, side by side, in the order of the names."""
        with closing(self._manifests.read_many(names, with_config=with_config)) as found:
            for read in found:
                if read.descriptor and is_tag(read.name):
                    self._known.saw(self.name, read.name, read.descriptor.digest)
                yield read

    def delete(self, name: str) -> None:
        """Delete a manifest by its digest, with all its tags; or a tag alone by its name. Raises NotFound."""
        self._manifests.delete(name)
        if is_tag(name):
            self._known.gone(self.name, name)
        else:
            self._known.tags_gone(self.name)

    def keep_config(self, digest: Digest, config: bytes) -> None:
        """Remember a kit's config, whose digest was checked: completion then knows the kit's layers."""
        self._remembered.put(digest, config)

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        """The manifests that have this one as their subject."""
        return referrers.referrers(self.registry, self.name, self._manifests, subject, artifact_type=artifact_type)


def _rewinding(stream: Readable) -> Callable[[], Readable]:
    """Gives the stream once, and again if it can be rewound."""
    from kitops_jupyter.registry.blobs.upload import StreamSpent

    is_fresh = True

    def reopen() -> Readable:
        nonlocal is_fresh
        if not is_fresh:
            seekable, seek = getattr(stream, "seekable", None), getattr(stream, "seek", None)
            if seek is None or seekable is None or not seekable():
                raise StreamSpent("the bytes cannot be sent again: their source cannot be rewound", temporary=True)
            seek(0)
        is_fresh = False
        return _Open(stream)

    return reopen


class _Open:
    """The same stream, not closed when its reader has had enough."""

    def __init__(self, stream: Readable) -> None:
        self.readinto = stream.readinto

    def close(self) -> None:
        pass
