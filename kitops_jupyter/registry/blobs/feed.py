"""The bytes of a stream as a request's body: read ahead and hashed by the pipeline, handed out in order.

A request pulls, the pipeline pushes; the two meet here, one buffer at a time, without a copy. The last byte is
withheld until all are hashed and the hash is right, so that a wrong blob is never complete at the other end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from kitops_jupyter.content import Digest, Readable, check_digest
from kitops_jupyter.errors import Cancelled, SizeMismatch
from kitops_jupyter.pipeline import aligned_buffer, pump
from kitops_jupyter.progress import BEAT_S, beat, watched
from kitops_jupyter.registry.blobs.sinks import AwaitedHashing, Exact, Progress

PIECE_BYTES = 1 << 20  # measured: larger pieces are no faster, smaller ones cost calls


class _Meeting:
    """The sink that gives each buffer to another thread and takes it back."""

    def __init__(self, skip_bytes: int) -> None:
        self._skip_bytes = skip_bytes
        self._offered: memoryview | None = None
        self._is_unwanted = False
        self._is_finished = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def write(self, view: memoryview) -> None:
        """Hand the buffer over and wait until it is given back. Raises Cancelled when nobody wants it any more."""
        skipped = min(self._skip_bytes, len(view))
        self._skip_bytes -= skipped
        if skipped == len(view):
            return
        with self._changed:
            self._offered = view[skipped:]
            self._changed.notify_all()
            while self._offered is not None and not self._is_unwanted:
                self._changed.wait()
            if self._is_unwanted:
                raise Cancelled("the request is over")

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass

    def stop(self) -> None:
        """No more is wanted: by the request, or because the pipeline failed elsewhere."""
        with self._changed:
            self._is_unwanted = True
            self._changed.notify_all()

    def finish(self, error: BaseException | None) -> None:
        """The pipeline ended; `error` is why."""
        with self._changed:
            self._error = error
            self._is_finished = True
            self._changed.notify_all()

    def take(self) -> memoryview | None:
        """The next buffer, to be given back; None at the end. Raises what the pipeline raised."""
        with self._changed:
            while not self._is_finished and (self._offered is None or self._is_unwanted):
                self._changed.wait(BEAT_S)
                beat()
            if self._error is not None:
                raise self._error
            return self._offered

    def give_back(self) -> None:
        with self._changed:
            self._offered = None
            self._changed.notify_all()


class Feed:
    """A stream for bodies that may have to be sent again; `reopen` gives the stream from its start each time.

    With a `digest` it must be that one; without, `found` and `size_bytes` say after `finish` what it was.
    """

    def __init__(
        self,
        reopen: Callable[[], Readable],
        size_bytes: int | None,
        digest: Digest | None,
        progress: Progress,
        *,
        what: str,
    ) -> None:
        self._reopen = reopen
        self._size_bytes = size_bytes
        self._digest = digest
        self._progress = progress
        self._what = what
        self._position = -1
        self._hash = AwaitedHashing()
        self._meeting = _Meeting(0)
        self._rest: memoryview | None = None
        self._thread: threading.Thread | None = None

    @property
    def found(self) -> Digest:
        return self._hash.digest

    @property
    def size_bytes(self) -> int:
        return self._hash.size_bytes

    def seek(self, position: int) -> None:
        """Let `pieces` continue at this byte; what is before it is read and hashed, not handed out."""
        if position == self._position:
            return
        self.close()
        stream = Exact(self._reopen(), self._size_bytes, self._what)
        self._hash, self._meeting, self._rest = AwaitedHashing(), _Meeting(position), None
        self._position = position
        self._thread = threading.Thread(
            target=self._pump, args=(stream, self._hash, self._meeting), name="kit-feed", daemon=True
        )
        self._thread.start()

    def _pump(self, stream: Exact, hashing: AwaitedHashing, meeting: _Meeting) -> None:
        """Runs in its own thread. Ends with the stream, with an error, or when the reader has stopped."""
        error: BaseException | None = None
        try:
            with watched(self._progress.beat):
                pump(stream, [hashing, meeting], observe=self._progress.from_start(0))
        except BaseException as raised:  # noqa: BLE001  # it is raised again in the request's thread
            error = raised
        finally:
            meeting.finish(error)  # before the hash gives up, so that whoever waits for it finds the reason here
            hashing.abort()
            stream.close()

    def pieces(self, limit_bytes: int | None = None) -> Iterator[memoryview]:
        """Views on the next bytes, at most that many; each is good until the next is asked for.

        Raises DigestMismatch, SizeMismatch before the last byte, and what the stream raises.
        """
        left = limit_bytes
        while left is None or left:
            if self._rest is None:
                self._rest = self._meeting.take()
                if self._rest is None:
                    return
            piece = self._rest[: min(PIECE_BYTES, len(self._rest) if left is None else left)]
            if self._digest and self._position + len(piece) == self._size_bytes:
                self._verify(self._size_bytes, self._digest)
            yield piece
            self._position += len(piece)
            left = None if left is None else left - len(piece)
            self._rest = self._rest[len(piece) :]
            if not len(self._rest):
                self._rest = None
                self._meeting.give_back()

    def _verify(self, size_bytes: int, digest: Digest) -> None:
        try:
            self._hash.wait(size_bytes)
        except Cancelled:
            self._meeting.take()  # raises what really happened
            raise
        check_digest(self._hash.digest, digest, self._what)

    def finish(self) -> None:
        """Have all of it read, hashed and, with a digest, verified; what was not handed out yet is not."""
        if self._digest and self._size_bytes is not None:
            self.seek(self._size_bytes)
            self._verify(self._size_bytes, self._digest)
        elif self._meeting.take() is not None:
            raise SizeMismatch(f"{self._what}: more than {self._position} bytes")

    def close(self) -> None:
        """Stop reading; may be called twice."""
        if self._thread is not None:
            self._meeting.stop()
            self._thread.join()
            self._thread = None
        self._position = -1
        self._rest = None


class Plain:
    """The same without a hash and without threads, for bytes that whoever takes them will verify.

    On one stream the hash costs more than all the rest; a registry refuses what has another digest anyhow.
    """

    def __init__(self, reopen: Callable[[], Readable], size_bytes: int, progress: Progress, *, what: str) -> None:
        self._reopen = reopen
        self._size_bytes = size_bytes
        self._progress = progress
        self._what = what
        self._position = -1
        self._stream: Exact | None = None
        self._buffer = aligned_buffer(PIECE_BYTES)

    def seek(self, position: int) -> None:
        if position == self._position:
            return
        self.close()
        self._stream, self._position = Exact(self._reopen(), self._size_bytes, self._what), 0
        for _ in self.pieces(position):
            beat()

    def pieces(self, limit_bytes: int) -> Iterator[memoryview]:
        end = self._position + limit_bytes
        while self._position < end and self._stream is not None:
            count = self._stream.readinto(self._buffer[: min(PIECE_BYTES, end - self._position)])
            if not count:
                return
            yield self._buffer[:count]
            self._position += count
            self._progress.advanced(self._position)

    def finish(self) -> None:
        """Nothing to verify."""

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream, self._position = None, -1


class Span:
    """A part of a feed as a body: `len` is its length, and each iteration starts at its first byte."""

    def __init__(self, feed: Feed | Plain, start: int, size_bytes: int) -> None:
        self._feed, self._start, self._size_bytes = feed, start, size_bytes

    def __len__(self) -> int:
        return self._size_bytes

    def __iter__(self) -> Iterator[memoryview]:
        self._feed.seek(self._start)
        yield from self._feed.pieces(self._size_bytes)


class Whole:
    """A feed of unknown length as a body, sent with chunked encoding."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def __iter__(self) -> Iterator[memoryview]:
        self._feed.seek(0)
        yield from self._feed.pieces()
