"""Blobs into a registry: not at all when it has them, mounted when a sibling has them, else sent.

A blob goes in one request by default. From `Registry.resume_from_bytes` on it goes in chunks, so that after a
break at most one chunk is sent again, also by a later process; not to hosts that are known to refuse that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kitops_jupyter.content import Descriptor, Readable, verified
from kitops_jupyter.errors import DigestMismatch, NotFound, RegistryError
from kitops_jupyter.progress import Observer, watched
from kitops_jupyter.registry.blobs.feed import Feed, Plain, Span
from kitops_jupyter.registry.blobs.saved import SavedSession
from kitops_jupyter.registry.blobs.session import SessionLost, UploadSession
from kitops_jupyter.registry.blobs.sinks import Exact, Progress
from kitops_jupyter.registry.http.exchange import Exchange
from kitops_jupyter.registry.http.retry import Attempts

SMALL_BYTES = 1 << 20  # not worth a thread: read, check, send
AFTER_413_BYTES = 16 << 20  # a proxy in between accepts no large body, but most take this
# kit's list of hosts that take one PUT only.
_MONOLITHIC = re.compile(r"(?:ghcr\.io|(?:.+\.)?pkg\.dev|.*gcr\.io|.+\.amazonaws\.com(?:\.cn)?)\Z")
# What registries answer to a PATCH that they do not do.
REFUSES_PATCH = {400, 404, 405, 411, 501}


def takes_chunks(host: str) -> bool:
    """Whether chunks are worth trying there."""
    return not _MONOLITHIC.match(host.partition(":")[0].lower())


class Upload:
    """One blob on its way to one repository; `run` sends it. `is_there` asks whether the repository has it."""

    def __init__(
        self,
        registry: Exchange,
        name: str,
        descriptor: Descriptor,
        reopen: Callable[[], Readable],
        *,
        is_there: Callable[[Descriptor], bool],
        mount_from: Sequence[str],
        check: bool,
        observe: Observer,
        item: str,
    ) -> None:
        self.registry = registry
        self.name = name
        self.descriptor = descriptor
        self.reopen = reopen
        self._is_there = is_there
        self.check = check
        self.mount_from = [source for source in mount_from if source != name]
        self.progress = Progress(observe, item or descriptor.digest.short, descriptor.size_bytes)
        self.what = f"push {descriptor.digest.short} to {registry.name}/{name}"
        large = descriptor.size_bytes >= registry.resume_from_bytes
        self.chunk_bytes = registry.chunk_bytes if large and takes_chunks(registry.hostname) else 0
        self._saved = SavedSession(registry, name, descriptor)

    def run(self) -> None:
        """Have the blob there, whole. Raises DigestMismatch, SizeMismatch, and what the registry answers."""
        with watched(self.progress.beat):
            if self.is_there():
                self.progress.skipped("unchanged")
                return
            with self._saved:
                session = self._saved.load() if self.chunk_bytes else None
                session = session or self._mounted()
                if session is None:
                    self.progress.skipped("mounted")
                    return
                self._send(session)
                self._saved.forget()
        self.progress.finished()

    def is_there(self) -> bool:
        return self._is_there(self.descriptor)

    def _mounted(self) -> UploadSession | None:
        """None if a sibling's blob was mounted; else an upload session, which a refused mount also opens."""
        session = None
        for source in self.mount_from[:3]:  # each costs a request; the first nearly always decides
            try:
                session = UploadSession.mount(self.registry, self.name, self.descriptor.digest, source)
            except (NotFound, RegistryError):  # may not read there: then it is sent
                continue
            if session is None:
                return None
        return session or UploadSession.begin(self.registry, self.name)

    def _send(self, session: UploadSession) -> None:
        body: bytes | Feed | Plain
        size, digest = self.descriptor.size_bytes, self.descriptor.digest
        if size <= SMALL_BYTES:
            with verified(Exact(self.reopen(), size, self.what), self.descriptor) as stream:
                body = stream.readall()
        elif self.check:
            body = Feed(self.reopen, size, digest, self.progress, what=self.what)
        else:
            body = Plain(self.reopen, size, self.progress, what=self.what)
        self.progress.started()
        try:
            self._persist(session, body)
        finally:
            if not isinstance(body, bytes):
                body.close()

    def _persist(self, session: UploadSession, body: bytes | Feed | Plain) -> None:
        """Send until the blob is there. After a failure, look first: perhaps only the response was lost."""
        tries, size = Attempts(self.registry.patience, may_last=True), self.descriptor.size_bytes
        current: UploadSession | None = session
        failure: RegistryError | None = None
        while True:
            try:
                current = current or UploadSession.begin(self.registry, self.name)
                if not isinstance(body, bytes) and self.chunk_bytes:
                    self._in_chunks(current, body, tries)
                else:
                    whole = body if isinstance(body, bytes) else Span(body, 0, size)
                    current.put(self.descriptor.digest, whole, size)
                return
            except StreamSpent as error:
                raise failure or error from None
            except RegistryError as error:
                changed = self._change_manner(error)
                failure = error = self._with_size(error)
                tries.after(error, may_pass=error.temporary or isinstance(error, SessionLost) or changed)
                if self.is_there():
                    return
                current = None if changed or not self.chunk_bytes else current
            except DigestMismatch:
                if current:
                    current.cancel()
                self._saved.forget()
                raise

    def _with_size(self, error: RegistryError) -> RegistryError:
        """The error, with the size that was too large."""
        if error.status == 413 and "bytes" not in error.message:
            message = f"{error.message}: this layer has {self.descriptor.size_bytes:,} bytes"
            return RegistryError(message, hint=error.hint, status=413)
        return error

    def _change_manner(self, error: RegistryError) -> bool:
        """Switch to small chunks if a body was too large, or to one PUT if chunks are refused; whether it did."""
        if error.status == 413 and self.chunk_bytes != AFTER_413_BYTES and takes_chunks(self.registry.hostname):
            self.chunk_bytes = AFTER_413_BYTES
            return True
        if isinstance(error, _PatchRefused):
            self.chunk_bytes = 0
            return True
        return False

    def _in_chunks(self, session: UploadSession, feed: Feed | Plain, tries: Attempts) -> None:
        """Send chunks from where the registry stands; the final PUT only after all bytes are verified."""
        size = self.descriptor.size_bytes
        chunk = max(self.chunk_bytes, session.least_bytes)
        done = self._where(session)
        if done:
            self.progress.started("resumed")
            self.progress.advanced(done)
        while done < size:
            self._saved.save(session)
            count = min(chunk, size - done)
            try:
                reached = session.patch(Span(feed, done, count), done, count)
            except RegistryError as error:
                if not done and error.status in REFUSES_PATCH:
                    raise _PatchRefused(error.message, status=error.status) from None
                raise
            if reached is not None and not done < reached <= done + count:
                raise SessionLost(f"{self.what}: the registry has {reached} bytes, expected {done + count}")
            done = done + count if reached is None else reached
            tries.progressed()
        feed.finish()
        session.put(self.descriptor.digest, b"", 0)

    def _where(self, session: UploadSession) -> int:
        """How far a session is. A new one is at 0; a saved or broken one is asked, and replaced if it has expired."""
        if not session.is_used:
            return 0
        try:
            done = session.status()
        except RegistryError as error:
            if not isinstance(error, SessionLost) and not session.is_saved:
                raise
            done = -1
        if 0 <= done <= self.descriptor.size_bytes:
            return done
        fresh = UploadSession.begin(self.registry, self.name)
        session.start_over(fresh)
        return 0


class _PatchRefused(RegistryError):
    """The registry does not accept chunks."""


class StreamSpent(RegistryError):
    """The bytes would have to be read again, and cannot be: the caller must open them again."""

    code = "stream_spent"
