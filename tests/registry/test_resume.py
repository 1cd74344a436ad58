"""What was moved is not moved again: after a break, after a kill, and by two at once."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor, Digest, Ingested
from kitops_jupyter.errors import Cancelled, DigestMismatch, KitError, NotFound, RegistryError, SizeMismatch
from kitops_jupyter.progress import Event
from kitops_jupyter.registry import Patience, Registry
from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import BLOB, UPLOAD, Fault, FaultServer
from tests.registry.conftest import Real

Connect = Callable[..., Registry]
MIB = 1 << 20
DATA = random.Random(6).randbytes(24 * MIB + 5)  # large enough to be written around the page cache
DESCRIPTOR = Descriptor.of("application/octet-stream", DATA)
ONE_TRY = Patience(connect_s=2, stall_s=1, attempts=1)


def ranges(server: FaultServer) -> list[str]:
    return [seen.headers.get("range", "") for seen in server.seen if seen.method == "GET"]


def test_a_pull_goes_on_where_an_earlier_one_broke(server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    server.add_blob(DATA)
    server.fault("GET", BLOB, Fault(cut_at=12 * MIB + 7))
    with pytest.raises(KitError):
        connect(server, patience=ONE_TRY).repository("a/b").fetch(DESCRIPTOR, tmp_path)
    events: list[Event] = []
    path = connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path, observe=events.append)
    assert path.read_bytes() == DATA
    assert ranges(server) == ["", f"bytes={12 * MIB}-"]  # a page less 7 bytes are moved again
    assert events[0].step == "started" and events[0].note == "resumed"
    done = [event.done_bytes for event in events]
    assert done == sorted(done) and done[1] == 12 * MIB and events[-1].step == "finished" and done[-1] == len(DATA)


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 4096, b"x" * 5 * MIB, b"x" * len(DATA), b"x" * (len(DATA) + 1)])
def test_a_partial_file_of_other_bytes_does_no_harm(
    content: bytes, server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.add_blob(DATA)
    (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").write_bytes(content)
    assert connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path).read_bytes() == DATA
    assert not (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").exists()


def test_a_whole_partial_file_is_taken_without_a_request(server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").write_bytes(DATA)
    assert connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path).read_bytes() == DATA
    assert not server.seen


def test_a_file_under_the_final_name_is_believed_only_after_a_look(
    server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.add_blob(DATA)
    (tmp_path / DESCRIPTOR.digest.hex).write_bytes(b"x" * len(DATA))
    assert connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path).read_bytes() == DATA
    before = len(server.seen)
    connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path)
    assert len(server.seen) == before


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links")
def test_a_partial_file_that_is_a_link_is_not_written_through(
    server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.add_blob(DATA)
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").symlink_to(tmp_path / "victim")
    with pytest.raises(KitError):
        connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path)
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_two_pulls_at_once_are_one_download(server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    server.add_blob(DATA)
    server.fault("GET", BLOB, Fault(delay_s=0.3))
    kept = tmp_path / "store" / "blob"
    kept.parent.mkdir()

    def find() -> Path | None:
        return kept if kept.exists() else None

    def pull(_: int) -> Path:
        return (
            connect(server)
            .repository("a/b")
            .fetch(DESCRIPTOR, tmp_path, find=find, keep=lambda path: path.replace(kept))
        )

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pull, range(4))) == [kept] * 4
    assert kept.read_bytes() == DATA and len(server.paths("GET")) == 1


def test_an_empty_blob_is_fetched(server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    server.add_blob(b"")
    assert connect(server).repository("a/b").fetch(Descriptor.of("", b""), tmp_path).read_bytes() == b""


def test_a_push_goes_on_where_an_earlier_one_broke(server: FaultServer, connect: Connect) -> None:
    options = {"resume_from_bytes": MIB, "chunk_bytes": 4 * MIB}
    server.fault("PATCH", UPLOAD, Fault(), Fault(), Fault(), Fault(answer_after=MIB, hang_up=True, reset=True))
    with pytest.raises(KitError):
        connect(server, patience=ONE_TRY, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(DATA))
    sent = server.sent_bytes("PATCH")
    connect(server, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(DATA))  # as another process would
    assert server.blobs[DESCRIPTOR.digest] == DATA
    assert server.sent_bytes("PATCH") - sent == len(DATA) - 12 * MIB
    assert server.sent_bytes("PATCH") - len(DATA) <= 4 * MIB


def test_a_resumed_push_hashes_also_what_it_does_not_send(server: FaultServer, connect: Connect) -> None:
    options = {"resume_from_bytes": MIB, "chunk_bytes": 4 * MIB}
    server.fault("PATCH", UPLOAD, Fault(), Fault(answer_after=0, hang_up=True, reset=True))
    with pytest.raises(KitError):
        connect(server, patience=ONE_TRY, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(DATA))
    with pytest.raises(DigestMismatch):
        connect(server, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(b"x" + DATA[1:]))
    assert not server.paths("PUT")


@pytest.mark.parametrize("location", ["http://127.0.0.1:9/gone", "/etc/passwd", 7, "file:///etc/passwd"])
def test_a_saved_session_that_is_worth_nothing_does_no_harm(
    location: object, server: FaultServer, connect: Connect, settings: Settings
) -> None:
    options = {"resume_from_bytes": MIB, "chunk_bytes": 4 * MIB}
    server.fault("PATCH", UPLOAD, Fault(), Fault(answer_after=0, hang_up=True, reset=True))
    with pytest.raises(KitError):
        connect(server, patience=ONE_TRY, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(DATA))
    (saved,) = (settings.cache / "uploads").glob("*.json")
    saved.write_text(f'{{"location": {location!r}}}'.replace("'", '"'))
    connect(server, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(DATA))
    assert server.blobs[DESCRIPTOR.digest] == DATA
    assert not list((settings.cache / "uploads").glob("*.json"))


@pytest.mark.parametrize("check", [True, False])
def test_docker_registry_takes_chunks(check: bool, plain: Real, settings: Settings) -> None:
    data = os.urandom(9 * MIB)
    descriptor = Descriptor.of("", data)
    with plain.connect(settings, resume_from_bytes=MIB, chunk_bytes=2 * MIB) as registry:
        repository = registry.repository("resume/chunks")
        repository.upload(descriptor, lambda: io.BytesIO(data), check=check)
        assert repository.fetch(descriptor, settings.cache).read_bytes() == data


@pytest.mark.parametrize("chunks", [True, False])
@pytest.mark.parametrize("check", [True, False])
def test_wrong_bytes_are_never_complete(check: bool, chunks: bool, server: FaultServer, connect: Connect) -> None:
    options = {"resume_from_bytes": MIB, "chunk_bytes": 4 * MIB} if chunks else {}
    wrong = DATA[:-1] + b"?"
    with pytest.raises(DigestMismatch):
        connect(server, **options).repository("a/b").upload(DESCRIPTOR, lambda: io.BytesIO(wrong), check=check)
    assert not server.blobs
    if check:
        assert server.sent_bytes("PUT") < len(DATA)  # the last byte was withheld


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("data", [DATA[:-1], DATA + b"?", b"", DATA[: 3 * MIB]])
def test_streams_of_another_length_are_never_complete(
    data: bytes, check: bool, server: FaultServer, connect: Connect
) -> None:
    with pytest.raises(SizeMismatch):
        connect(server).repository("a/b").upload(DESCRIPTOR, lambda: io.BytesIO(data), check=check)
    assert not server.blobs


class OnlyOnce(io.BytesIO):
    """Bytes that cannot be read again."""

    def seekable(self) -> bool:
        return False


def test_a_stream_that_cannot_be_rewound_leaves_a_temporary_error(server: FaultServer, connect: Connect) -> None:
    server.fault("PUT", UPLOAD, Fault(answer_after=5 * MIB, hang_up=True, reset=True))
    with pytest.raises(RegistryError) as caught:
        connect(server).repository("a/b").write(DESCRIPTOR, OnlyOnce(DATA))
    assert caught.value.temporary
    connect(server).repository("a/b").write(DESCRIPTOR, OnlyOnce(DATA))
    assert server.blobs[DESCRIPTOR.digest] == DATA


class Sized(io.BytesIO):
    """A stream that knows its length, as a tar stream does, and may be wrong about it."""

    def __init__(self, data: bytes, size_bytes: int) -> None:
        super().__init__(data)
        self.size_bytes = size_bytes


@pytest.mark.parametrize("stream", [io.BytesIO(DATA), Sized(DATA, len(DATA)), Sized(b"", 0), Sized(b"x", 1)])
def test_a_stream_of_unknown_digest_goes_in_one_pass(stream: io.BytesIO, server: FaultServer, connect: Connect) -> None:
    data = stream.getvalue()
    stream = type(stream)(data, *([len(data)] if isinstance(stream, Sized) else []))
    found = connect(server).repository("a/b").ingest(stream)
    assert found == Ingested(Digest.of(data), len(data))
    assert server.blobs[found.digest] == data and server.sent_bytes("PATCH") == len(data)


@pytest.mark.parametrize("size_bytes", [len(DATA) - 1, len(DATA) + 1, 5 * MIB])
def test_a_stream_that_is_not_as_long_as_it_says_leaves_nothing(
    size_bytes: int, server: FaultServer, connect: Connect
) -> None:
    with pytest.raises(SizeMismatch):
        connect(server).repository("a/b").ingest(Sized(DATA, size_bytes))
    assert not server.blobs and not server.uploads


def test_docker_registry_takes_a_stream(plain: Real, settings: Settings) -> None:
    data = os.urandom(9 * MIB + 1)
    for stream in (io.BytesIO(data), Sized(data, len(data))):
        with plain.connect(settings) as registry:
            repository = registry.repository(f"ingest/{type(stream).__name__.lower()}")
            found = repository.ingest(stream)
            assert found.digest == Digest.of(data)
            assert repository.exists(Descriptor("", found.digest, found.size_bytes))


def test_a_registry_that_takes_no_streams_is_told_how_to_go_on(server: FaultServer, connect: Connect) -> None:
    server.fault("PATCH", UPLOAD, Fault(status=405))
    with pytest.raises(RegistryError) as caught:
        connect(server).repository("a/b").ingest(io.BytesIO(DATA))
    assert "without --push" in caught.value.hint


@pytest.mark.parametrize(
    ("host", "takes"),
    [
        ("ghcr.io", False),
        ("us-docker.pkg.dev", False),
        ("gcr.io", False),
        ("eu.gcr.io", False),
        ("1.dkr.ecr.eu-west-1.amazonaws.com", False),
        ("1.dkr.ecr.cn-north-1.amazonaws.com.cn:443", False),
        ("registry.example.org", True),
        ("ghcr.io.example.org", True),
        ("127.0.0.1:5000", True),
    ],
)
def test_chunks_are_not_tried_where_kit_does_not(host: str, takes: bool) -> None:
    from kitops_jupyter.registry.upload import takes_chunks

    assert takes_chunks(host) is takes


def test_where_chunks_are_not_taken_a_stream_goes_through_a_file(
    server: FaultServer, connect: Connect, settings: Settings
) -> None:
    registry = connect(server)
    registry.hostname = "ghcr.io"  # what it believes to be; `base` is where it is
    registry.url = lambda path: f"{server.url}{path.removeprefix('ghcr.io')}"  # type: ignore[method-assign]
    found = registry.repository("a/b").ingest(io.BytesIO(DATA))
    assert server.blobs[found.digest] == DATA and not server.paths("PATCH")
    assert not list(settings.cache.glob("push-*"))


class Stop:
    """An observer that cancels after a while."""

    def __init__(self, after_s: float) -> None:
        self._at = time.monotonic() + after_s
        self.asked_last = 0.0

    def __call__(self, event: Event) -> None:
        self.asked_last = time.monotonic()
        if self.asked_last > self._at:
            raise Cancelled("enough")


HANGS = {
    "before the answer": ("GET", BLOB, Fault(no_answer=True)),
    "in the body": ("GET", BLOB, Fault(cut_at=5 * MIB, stalls=True)),
    "in a pause": ("GET", BLOB, Fault(status=503, headers={"Retry-After": "30"})),
    "before an answer to the upload": ("PUT", UPLOAD, Fault(no_answer=True)),
    "with the body": ("PUT", UPLOAD, Fault(no_answer=True, answer_after=0)),
    "at the session": ("POST", UPLOAD, Fault(no_answer=True)),
}


@pytest.mark.parametrize("where", HANGS)
def test_a_cancel_takes_effect_within_a_second_while_nothing_moves(
    where: str, server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    method, path, fault = HANGS[where]
    server.fault(method, path, fault)
    repository = connect(server, patience=Patience(stall_s=30)).repository("a/b")
    stop = Stop(0.3)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        if method == "GET":
            server.add_blob(DATA)
            repository.fetch(DESCRIPTOR, tmp_path, observe=stop)
        else:
            repository.write(DESCRIPTOR, io.BytesIO(DATA), observe=stop)
    assert time.monotonic() - began < 1.3
    assert not (tmp_path / DESCRIPTOR.digest.hex).exists()
    assert DESCRIPTOR.digest not in server.blobs or method == "GET"


def test_who_waits_for_anothers_download_can_be_cancelled(
    server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    import filelock

    with filelock.FileLock(tmp_path / f"{DESCRIPTOR.digest.hex}.lock"), pytest.raises(Cancelled):
        connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path, observe=Stop(-1))


def test_a_cancel_leaves_no_thread_behind(server: FaultServer, connect: Connect) -> None:
    def ours() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name.startswith("kit-")]

    server.fault("PUT", UPLOAD, Fault(no_answer=True, answer_after=0))
    with pytest.raises(Cancelled):
        connect(server).repository("a/b").write(DESCRIPTOR, io.BytesIO(DATA), observe=Stop(0.2))
    assert ours() == []


@pytest.mark.parametrize(
    ("offset", "size"), [(0, 1), (0, 100), (len(DATA) - 1, 1), (5 * MIB - 3, 4 * MIB), (0, len(DATA))]
)
def test_a_part_is_read_in_one_request(offset: int, size: int, server: FaultServer, connect: Connect) -> None:
    server.add_blob(DATA)
    assert connect(server).repository("a/b").read_range(DESCRIPTOR, offset, size) == DATA[offset : offset + size]
    assert len(server.seen) == 1


@pytest.mark.parametrize(("offset", "size"), [(-1, 1), (0, 0), (0, len(DATA) + 1), (len(DATA), 1)])
def test_a_part_beyond_the_blob_is_not_asked_for(offset: int, size: int, server: FaultServer, connect: Connect) -> None:
    with pytest.raises(SizeMismatch):
        connect(server).repository("a/b").read_range(DESCRIPTOR, offset, size)
    assert not server.seen


WHOLE = Fault(status=200, body=DATA)
PARTS = {
    "broken, then fine": (MIB, [Fault(cut_at=100)], None),
    "another part": (MIB, [Fault(headers={"Content-Range": f"bytes 0-{MIB - 1}/{len(DATA)}"})], SizeMismatch),
    "of another blob": (MIB, [Fault(headers={"Content-Range": f"bytes {MIB}-{2 * MIB - 1}/99999999"})], SizeMismatch),
    "of an unknown whole": (MIB, [Fault(headers={"Content-Range": f"bytes {MIB}-{2 * MIB - 1}/*"})], None),
    "416": (MIB, [Fault(status=416)], SizeMismatch),
    "the whole, and the part near its start": (MIB, [WHOLE], None),
    "the whole, and the part far inside": (20 * MIB, [WHOLE], RegistryError),
    "encoded": (MIB, [Fault(headers={"Content-Encoding": "gzip"})], RegistryError),
    "404": (MIB, [Fault(status=404)], NotFound),
}


@pytest.mark.parametrize("case", PARTS)
def test_a_part_that_is_not_what_was_asked_for_is_never_taken(case: str, server: FaultServer, connect: Connect) -> None:
    offset, faults, error = PARTS[case]
    server.add_blob(DATA)
    server.fault("GET", BLOB, *faults)
    repository = connect(server).repository("a/b")
    if error is None:
        assert repository.read_range(DESCRIPTOR, offset, MIB) == DATA[offset : offset + MIB]
    else:
        with pytest.raises(error):
            repository.read_range(DESCRIPTOR, offset, MIB)


CHILD = """
import sys
from pathlib import Path
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.registry import Registry
from kitops_jupyter.settings import Settings
verb, host, home, path, digest, size = sys.argv[1:]
described = Descriptor("", Digest(digest), int(size))
chunks = {"resume_from_bytes": 1 << 20, "chunk_bytes": 2 << 20}
registry = Registry(host, settings=Settings(Path(home)), plain_http=True, **chunks)
repository = registry.repository("kill/it")
print("ready", flush=True)
if verb == "pull":
    repository.fetch(described, Path(path))
else:
    repository.upload(described, lambda: open(path, "rb"))
"""
KILLS = int(os.environ.get("KILLS", "6"))  # of each; KILLS=50 for a long run


@pytest.fixture
def child(server: FaultServer, tmp_path: Path) -> Iterator[Callable[[str, Path], subprocess.Popen[str]]]:
    """A process that pulls or pushes DATA; all are gone at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(verb: str, path: Path) -> subprocess.Popen[str]:
        words = [verb, server.host, str(tmp_path / "home"), str(path), DESCRIPTOR.digest, str(len(DATA))]
        process = subprocess.Popen([sys.executable, "-c", CHILD, *words], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout and process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(10)
        assert process.stdout
        process.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
@pytest.mark.parametrize("verb", ["pull", "push"])
def test_kill_9_at_random_points_and_once_more(
    verb: str, server: FaultServer, child: Callable[[str, Path], subprocess.Popen[str]], tmp_path: Path
) -> None:
    rng = random.Random(verb)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(DATA)
    for _ in range(KILLS):
        process = child(verb, source if verb == "push" else target)
        time.sleep(rng.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        final = target / DESCRIPTOR.digest.hex
        assert not final.exists() or final.read_bytes() == DATA
        if verb == "pull":
            server.add_blob(DATA)
        assert server.blobs.get(DESCRIPTOR.digest, DATA) == DATA
    assert child(verb, source if verb == "push" else target).wait(60) == 0
    assert server.blobs[DESCRIPTOR.digest] == DATA
    if verb == "pull":
        assert (target / DESCRIPTOR.digest.hex).read_bytes() == DATA
