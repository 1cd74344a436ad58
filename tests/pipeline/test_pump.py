"""One stream into several sinks: order, errors, cancelling, memory."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator

import pytest

from kitops_jupyter.content import Digest, Hashing
from kitops_jupyter.errors import Cancelled
from kitops_jupyter.pipeline import BUFFER_BYTES, pump
from kitops_jupyter.progress import Event
from tests.pipeline.fakes import Broken, Endless, Failing, FailsAtClose, Kept

SIZES = [0, 1, BUFFER_BYTES - 1, BUFFER_BYTES, BUFFER_BYTES + 1, 9 * BUFFER_BYTES + 12345]


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """Whatever happens, all threads are joined."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("size", SIZES)
def test_every_sink_gets_every_byte_in_order(size: int) -> None:
    data = os.urandom(size)
    one, two, known = Kept(), Kept(), Hashing()
    assert pump(io.BytesIO(data), [one, known, two]) == size
    assert one.data == two.data == data
    assert (known.digest, known.size_bytes) == (Digest.of(data), size)
    assert one.said == ["close"]


def test_a_small_stream_starts_no_thread() -> None:
    small, large = Kept(), Kept()
    pump(io.BytesIO(bytes(100_000)), [small])
    pump(io.BytesIO(bytes(BUFFER_BYTES + 1)), [large])
    assert small.threads == {threading.current_thread().name}
    assert large.threads.isdisjoint(small.threads)


def test_short_reads_are_gathered() -> None:
    class Dribbling(io.BytesIO):
        def readinto(self, buffer: object, /) -> int:
            return super().readinto(memoryview(buffer)[:100_001])  # type: ignore[arg-type]

    data = os.urandom(2 * BUFFER_BYTES + 5)
    kept = Kept()
    assert pump(Dribbling(data), [kept]) == len(data)
    assert kept.data == data


@pytest.mark.parametrize("after", [0, 1, 20])
@pytest.mark.parametrize("place", [0, 1])
def test_a_sink_that_fails_ends_it_and_all_are_aborted(after: int, place: int) -> None:
    failing, other = Failing(after, ValueError("of its own")), Kept()
    sinks = [other, other]
    sinks[place] = failing
    with pytest.raises(ValueError, match="of its own"):
        pump(Endless(), sinks)
    assert failing.said == other.said == ["abort"]


def test_the_error_keeps_its_cause() -> None:
    class Deep(Kept):
        def write(self, view: memoryview) -> None:
            try:
                raise OSError("the reason")
            except OSError as error:
                raise ValueError("told") from error

    with pytest.raises(ValueError, match="told") as raised:
        pump(Endless(), [Deep(), Kept()])
    assert str(raised.value.__cause__) == "the reason"


def test_a_sink_that_dies_while_another_is_slow_does_not_hang() -> None:
    class Slow(Kept):
        def write(self, view: memoryview) -> None:
            time.sleep(0.05)

    started = time.monotonic()
    with pytest.raises(ValueError, match="early"):
        pump(Endless(), [Slow(), Failing(1, ValueError("early"))])
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("after", [0, 1, 12])
def test_a_stream_that_fails_aborts_every_sink(after: int) -> None:
    sinks = [Kept(), Kept()]
    with pytest.raises(ConnectionResetError):
        pump(Broken(after), sinks)
    assert [sink.said for sink in sinks] == [["abort"], ["abort"]]


def test_a_sink_that_fails_at_the_end_takes_the_others_with_it() -> None:
    first = Kept()
    with pytest.raises(OSError, match="last bytes"):
        pump(io.BytesIO(b"x"), [first, FailsAtClose()])
    assert first.said == ["close", "abort"]


def test_a_sink_whose_abort_fails_does_not_spare_the_others() -> None:
    class Stubborn(Kept):
        def abort(self) -> None:
            raise OSError("cannot even stop")

    other = Kept()
    with pytest.raises(OSError, match="cannot even stop"):
        pump(Broken(3), [Stubborn(), other, Stubborn()])
    assert other.said == ["abort"]


@pytest.mark.parametrize("stream", [Endless(), Endless(0.01, 1000)], ids=["fast", "slow"])
def test_the_observer_stops_it_within_a_second(stream: Endless) -> None:
    stopped_at_s = 0.0
    begun_at_s = time.monotonic()

    def observe(event: Event) -> None:
        nonlocal stopped_at_s
        if event.step == "advanced" and time.monotonic() - begun_at_s > 0.3:
            stopped_at_s = time.monotonic()
            raise Cancelled("enough")

    sink = Kept()
    with pytest.raises(Cancelled):
        pump(stream, [sink, Hashing()], observe=observe)
    assert time.monotonic() - stopped_at_s < 1
    assert stopped_at_s - begun_at_s < 1
    assert sink.said == ["abort"]


def test_a_sink_at_work_is_told_to_stop() -> None:
    class Patient(Kept):
        def __init__(self) -> None:
            super().__init__()
            self.stopped = threading.Event()

        def write(self, view: memoryview) -> None:
            if self.stopped.wait(10):
                raise Cancelled("stopped")

        def stop(self) -> None:
            self.stopped.set()

    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        pump(Broken(3), [Patient()])
    assert time.monotonic() - started < 2


@pytest.mark.skipif(os.name == "nt", reason="signals are otherwise on Windows")
def test_an_interrupt_stops_it_within_a_second() -> None:
    program = textwrap.dedent("""
        import sys, threading, time
        from kitops_jupyter.content import Hashing
        from kitops_jupyter.pipeline import pump
        class Endless:
            def readinto(self, buffer): return len(buffer)
            def close(self): pass
        try:
            print("begun", flush=True)
            pump(Endless(), [Hashing(), Hashing()])
        except KeyboardInterrupt:
            print("stopped", threading.active_count(), flush=True)
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.5)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopped 1\n"
        assert time.monotonic() - started < 1


def test_progress_tells_begin_middle_and_end_and_never_goes_back() -> None:
    events: list[Event] = []
    size = 3 * BUFFER_BYTES + 7
    pump(io.BytesIO(bytes(size)), [Kept()], observe=events.append, item="model", total_bytes=size)
    assert [event.step for event in events] == ["started", "advanced", "advanced", "advanced", "finished"]
    assert [event.done_bytes for event in events] == sorted(event.done_bytes for event in events)
    assert events[-1] == Event("finished", "model", size, size)


def test_a_slow_stream_is_observed_before_a_buffer_is_full() -> None:
    events: list[Event] = []

    class Slow(io.BytesIO):
        def readinto(self, buffer: object, /) -> int:
            time.sleep(0.06)
            return super().readinto(memoryview(buffer)[:10])  # type: ignore[arg-type]

    pump(Slow(bytes(100)), [Kept()], observe=events.append)
    assert len([event for event in events if event.step == "advanced"]) >= 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_flat_and_small_streams_take_little() -> None:
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from kitops_jupyter.content import Hashing
        from kitops_jupyter.pipeline import pump
        def peak(): return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if "VmHWM" in line)
        class Zeros:
            def __init__(self, left): self.left = left
            def readinto(self, buffer):
                count = min(len(buffer), self.left)
                buffer[:count] = bytes(count) if count < 9 else buffer[:count].tobytes()
                self.left -= count
                return count
            def close(self): pass
        def run(size): pump(Zeros(size), [Hashing(), Hashing()])
        run(10); before = peak()
        for _ in range(200): run(50_000)
        small = peak()
        run(256 << 20); one = peak()
        run(1 << 30); four = peak()
        print(small - before, one - before, four - one)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    small, large, growth = (int(text) for text in done.stdout.split())
    assert small < 1024
    assert large < 40 << 10  # 24 MiB of buffers, and the copies that this stream makes
    assert growth < 4 << 10


def test_hashing_in_threads_is_hashing() -> None:
    data = os.urandom(20 << 20)
    known = Hashing()
    pump(io.BytesIO(data), [known])
    assert known.digest.hex == hashlib.sha256(data).hexdigest()
