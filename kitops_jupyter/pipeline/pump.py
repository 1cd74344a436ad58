"""One stream into several sinks, each byte read once, each sink in a thread of its own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack

from kitops_jupyter.content import Descriptor, Measured, Readable, Verifying
from kitops_jupyter.pipeline.buffers import ALIGNMENT, BUFFER_BYTES, aligned_buffer
from kitops_jupyter.pipeline.sinks import ByteSink, sinks_of
from kitops_jupyter.progress import Event, Observer, Step, ignore

# Measured: with 6 buffers neither the hash nor the disk waits for the other; 24 MiB a stream.
BUFFERS = 6
# How long a slow stream, or a slow sink, goes without asking the observer whether to continue.
OBSERVE_EVERY_S = 0.1


def pump(
    stream: Readable,
    sinks: Sequence[ByteSink],
    *,
    observe: Observer = ignore,
    item: str = "",
    total_bytes: int | None = None,
) -> int:
    """Read the stream to its end and hand every byte, in order, to every sink; returns how many there were.

    What fits in one buffer is handed over here and now; more goes through six buffers of 4 MiB, each sink in a
    thread of its own. Then every sink is closed. An error anywhere, the observer's Cancelled and KeyboardInterrupt
    included, stops all of it within a buffer's time, waits for the threads, aborts every sink and is raised as it
    was. The observer is called from this thread: started, advanced, finished. The caller closes the stream.
    A stream may bring sinks of its own (`BringsSinks`).
    """
    return _Pump(stream, [*sinks, *sinks_of(stream)], observe, item, total_bytes).run()


def pump_verified(
    stream: Readable,
    descriptor: Descriptor,
    sinks: Sequence[ByteSink],
    *,
    observe: Observer = ignore,
    item: str = "",
) -> int:
    """`pump` all of the content that the descriptor names; no sink is closed unless the bytes were right.

    The hash has a thread of its own, as every sink has. The caller closes the stream.
    Raises SizeMismatch, DigestMismatch, and what `pump` raises.
    """
    checked = [Verifying(stream, descriptor), *sinks, *sinks_of(stream)]
    return pump(Measured(stream, descriptor), checked, observe=observe, item=item, total_bytes=descriptor.size_bytes)


class _Pump:
    def __init__(
        self, stream: Readable, sinks: Sequence[ByteSink], observe: Observer, item: str, total_bytes: int | None
    ) -> None:
        self._stream = stream
        self._sinks = sinks
        self._observe = observe
        self._item = item
        self._total_bytes = total_bytes
        self._done_bytes = 0
        self._told_at_s = 0.0
        self._under_way: deque[tuple[memoryview, list[Future[None]]]] = deque()

    def run(self) -> int:
        try:
            self._tell("started")
            buffer = aligned_buffer(BUFFER_BYTES + ALIGNMENT)
            view = self._fill(buffer)
            if len(view) == BUFFER_BYTES:
                self._in_threads(buffer, view)
            elif len(view):
                for sink in self._sinks:
                    sink.write(view)
            for sink in self._sinks:
                sink.close()
            self._tell("finished")
        except BaseException:
            with ExitStack() as all_of_them:
                for sink in self._sinks:
                    all_of_them.callback(sink.abort)
            raise
        return self._done_bytes

    def _tell(self, step: Step) -> None:
        self._told_at_s = time.monotonic()
        self._observe(Event(step, self._item, self._done_bytes, self._total_bytes))

    def _fill(self, buffer: memoryview) -> memoryview:
        """The next bytes of the stream: a whole buffer of them, or less at its end."""
        phase = max((getattr(sink, "phase_bytes", 0) for sink in self._sinks), default=0)
        view = buffer[phase : phase + BUFFER_BYTES]
        at = 0
        while at < BUFFER_BYTES:
            count = self._stream.readinto(view[at:])
            if not count:
                break
            at += count
            self._done_bytes += count
            if at == BUFFER_BYTES or time.monotonic() - self._told_at_s > OBSERVE_EVERY_S:
                self._raise_failed()
                self._tell("advanced")
        return view[:at]

    def _in_threads(self, buffer: memoryview, view: memoryview) -> None:
        """Keep every buffer busy: the oldest is filled again when every sink is done with it."""
        workers = [ThreadPoolExecutor(1, thread_name_prefix=f"kit-{type(sink).__name__}") for sink in self._sinks]
        try:
            while len(view):
                futures = [worker.submit(sink.write, view) for worker, sink in zip(workers, self._sinks, strict=True)]
                self._under_way.append((buffer, futures))
                is_room = len(self._under_way) < BUFFERS
                buffer = aligned_buffer(BUFFER_BYTES + ALIGNMENT) if is_room else self._oldest()
                view = self._fill(buffer)
            while self._under_way:
                self._oldest()
        except BaseException:
            for sink in self._sinks:
                getattr(sink, "stop", _nothing)()
            raise
        finally:
            for worker in workers:
                _join(worker)

    def _oldest(self) -> memoryview:
        buffer, futures = self._under_way[0]
        for future in futures:
            while not future.done():
                self._raise_failed()
                if time.monotonic() - self._told_at_s > OBSERVE_EVERY_S:
                    self._tell("advanced")
                wait([future], OBSERVE_EVERY_S)  # in steps: an interrupt does not get through a long wait on Windows
            future.result()
        self._under_way.popleft()
        return buffer

    def _raise_failed(self) -> None:
        """A sink that failed ends it all, however far the others are."""
        for _, futures in self._under_way:
            for future in futures:
                if future.done():
                    future.result()


def _nothing() -> None:
    """For sinks that cannot be stopped while they write."""


def _join(worker: ThreadPoolExecutor) -> None:
    """Wait for the thread whatever happens: an impatient second interrupt must not leave it at work on a buffer."""
    while True:
        try:
            worker.shutdown(wait=True, cancel_futures=True)
        except KeyboardInterrupt:
            continue
        return
