"""A stream of unknown digest into a registry in one pass: sent while it is hashed, named at the end.

Where the registry takes one PUT only, the stream goes through a temporary file.
Source: OCI distribution-spec 1.1, "Pushing a blob in chunks" (streamed: one PATCH without Content-Range).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from kitops_jupyter.content import Descriptor, Hashing, Ingested, Readable, size_of
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import RegistryError
from kitops_jupyter.pipeline import FileSink, disk_error, pump
from kitops_jupyter.progress import Observer, watched
from kitops_jupyter.registry.blobs.feed import Feed, Span, Whole
from kitops_jupyter.registry.blobs.session import UploadSession
from kitops_jupyter.registry.blobs.sinks import Exact, Progress
from kitops_jupyter.registry.blobs.upload import REFUSES_PATCH, StreamSpent, Upload, takes_chunks
from kitops_jupyter.registry.http.exchange import Exchange

_OCTETS = "application/octet-stream"


def ingest(
    registry: Exchange,
    name: str,
    stream: Readable,
    *,
    is_there: Callable[[Descriptor], bool],
    observe: Observer,
    item: str,
) -> Ingested:
    """Store the stream; its digest and size. Raises what the stream raises; then the upload is dropped."""
    if not takes_chunks(registry.hostname):

        def send(found: Ingested, path: Path) -> None:
            described = Descriptor(_OCTETS, found.digest, found.size_bytes)
            Upload(
                registry,
                name,
                described,
                lambda: path.open("rb", buffering=0),
                is_there=is_there,
                mount_from=(),
                check=True,
                observe=observe,
                item=item,
            ).run()

        return _through_a_file(cache_folder(registry.settings.cache, "pushes"), stream, send)
    size = size_of(stream)
    what = f"push a stream to {registry.name}/{name}"
    progress = Progress(observe, item, size)
    with watched(progress.beat):
        session = UploadSession.begin(registry, name)
        progress.started()
        feed = Feed(_only_once(stream), size, None, progress, what=what)
        try:
            # With its length known beforehand, a body needs no chunked encoding, which costs a copy and some proxies.
            reached = session.patch(Span(feed, 0, size) if size else Whole(feed), 0, size or None)
            feed.finish()
            found = Ingested(feed.found, feed.size_bytes)
            if reached not in (None, found.size_bytes) and found.size_bytes > 1:
                raise RegistryError(f"{what}: the registry has {reached} bytes of {found.size_bytes}", temporary=True)
            session.put(found.digest, b"", 0)
        except BaseException as error:
            feed.close()
            session.cancel()
            if isinstance(error, RegistryError) and error.status in REFUSES_PATCH:
                hint = "pack without --push, then push: the registry does not accept streams"
                raise RegistryError(error.message, hint=hint, status=error.status) from None
            raise
        feed.close()
    progress.finished()
    return found


def _through_a_file(folder: Path, stream: Readable, send: Callable[[Ingested, Path], None]) -> Ingested:
    """For registries that want to know the digest first."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True)
    except OSError as error:
        raise disk_error(error, folder) from None
    with temporary as own:
        path = Path(own) / "blob"
        hashing = Hashing()
        pump(Exact(stream, None, "push a stream"), [hashing, FileSink(path, size_of(stream))])
        found = Ingested(hashing.digest, hashing.size_bytes)
        send(found, path)
    return found


def _only_once(stream: Readable) -> Callable[[], Readable]:
    """The stream, for one reading."""
    left = [stream]

    def reopen() -> Readable:
        if not left:
            raise StreamSpent("the stream broke off and cannot be sent again", temporary=True)
        return left.pop()

    return reopen
