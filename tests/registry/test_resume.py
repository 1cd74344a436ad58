"""What was moved is not moved again: after a break, after a kill, and by two at once."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import DigestMismatch, KitError
from kitops_jupyter.progress import Event
from kitops_jupyter.registry import Registry
from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import BLOB, UPLOAD, Fault, FaultServer
from tests.registry.cases import DESCRIPTOR, LARGE, MIB, ONE_TRY

Connect = Callable[..., Registry]


def ranges(server: FaultServer) -> list[str]:
    return [seen.headers.get("range", "") for seen in server.seen if seen.method == "GET"]


def test_a_pull_goes_on_where_an_earlier_one_broke(server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    server.add_blob(LARGE)
    server.fault("GET", BLOB, Fault(cut_at=12 * MIB + 7))
    with pytest.raises(KitError):
        connect(server, patience=ONE_TRY).repository("a/b").fetch(DESCRIPTOR, tmp_path)
    events: list[Event] = []
    path = connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path, observe=events.append)
    assert path.read_bytes() == LARGE
    assert ranges(server) == ["", f"bytes={12 * MIB}-"]  # a page less 7 bytes are moved again
    events = [event for event in events if event.step != "waiting"]
    assert events[0].step == "started" and events[0].note == "resumed"
    done = [event.done_bytes for event in events]
    assert done == sorted(done) and done[1] == 12 * MIB and events[-1].step == "finished" and done[-1] == len(LARGE)


@pytest.mark.parametrize("size", [0, 1, 4096, 5 * MIB, len(LARGE), len(LARGE) + 1])
def test_a_partial_file_of_other_bytes_does_no_harm(
    size: int, server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.add_blob(LARGE)
    (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").write_bytes(b"x" * size)
    assert connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path).read_bytes() == LARGE
    assert not (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").exists()


def test_a_whole_partial_file_is_taken_without_a_request(server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").write_bytes(LARGE)
    assert connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path).read_bytes() == LARGE
    assert not server.seen


def test_a_file_under_the_final_name_is_believed_only_after_a_look(
    server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.add_blob(LARGE)
    (tmp_path / DESCRIPTOR.digest.hex).write_bytes(b"x" * len(LARGE))
    assert connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path).read_bytes() == LARGE
    before = len(server.seen)
    connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path)
    assert len(server.seen) == before


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links")
def test_a_partial_file_that_is_a_link_is_not_written_through(
    server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.add_blob(LARGE)
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").symlink_to(tmp_path / "victim")
    with pytest.raises(KitError):
        connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path)
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_two_pulls_at_once_are_one_download(server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    server.add_blob(LARGE)
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
    assert kept.read_bytes() == LARGE and len(server.paths("GET")) == 1


def test_an_empty_blob_is_fetched(server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    server.add_blob(b"")
    assert connect(server).repository("a/b").fetch(Descriptor.of("", b""), tmp_path).read_bytes() == b""


def test_a_push_goes_on_where_an_earlier_one_broke(server: FaultServer, connect: Connect) -> None:
    options = {"resume_from_bytes": MIB, "chunk_bytes": 4 * MIB}
    server.fault("PATCH", UPLOAD, Fault(), Fault(), Fault(), Fault(answer_after=MIB, hang_up=True, reset=True))
    with pytest.raises(KitError):
        connect(server, patience=ONE_TRY, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(LARGE))
    sent = server.sent_bytes("PATCH")
    connect(server, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(LARGE))  # as another process would
    assert server.blobs[DESCRIPTOR.digest] == LARGE
    assert server.sent_bytes("PATCH") - sent == len(LARGE) - 12 * MIB
    assert server.sent_bytes("PATCH") - len(LARGE) <= 4 * MIB


def test_a_resumed_push_hashes_also_what_it_does_not_send(server: FaultServer, connect: Connect) -> None:
    options = {"resume_from_bytes": MIB, "chunk_bytes": 4 * MIB}
    server.fault("PATCH", UPLOAD, Fault(), Fault(answer_after=0, hang_up=True, reset=True))
    with pytest.raises(KitError):
        connect(server, patience=ONE_TRY, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(LARGE))
    with pytest.raises(DigestMismatch):
        connect(server, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(b"x" + LARGE[1:]))
    assert not server.paths("PUT")


@pytest.mark.parametrize("location", ["http://127.0.0.1:9/gone", "/etc/passwd", 7, "file:///etc/passwd"])
def test_a_saved_session_that_is_worth_nothing_does_no_harm(
    location: object, server: FaultServer, connect: Connect, settings: Settings
) -> None:
    options = {"resume_from_bytes": MIB, "chunk_bytes": 4 * MIB}
    server.fault("PATCH", UPLOAD, Fault(), Fault(answer_after=0, hang_up=True, reset=True))
    with pytest.raises(KitError):
        connect(server, patience=ONE_TRY, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(LARGE))
    (saved,) = cache_folder(settings.cache, "uploads").glob("*.json")
    saved.write_text(f'{{"location": {location!r}}}'.replace("'", '"'))
    connect(server, **options).repository("a/b").write(DESCRIPTOR, io.BytesIO(LARGE))
    assert server.blobs[DESCRIPTOR.digest] == LARGE
    assert not list(cache_folder(settings.cache, "uploads").glob("*.json"))


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
    """A process that pulls or pushes LARGE; all are gone at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(verb: str, path: Path) -> subprocess.Popen[str]:
        words = [verb, server.host, str(tmp_path / "home"), str(path), DESCRIPTOR.digest, str(len(LARGE))]
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
    source.write_bytes(LARGE)
    for _ in range(KILLS):
        process = child(verb, source if verb == "push" else target)
        time.sleep(rng.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        final = target / DESCRIPTOR.digest.hex
        assert not final.exists() or final.read_bytes() == LARGE
        if verb == "pull":
            server.add_blob(LARGE)
        assert server.blobs.get(DESCRIPTOR.digest, LARGE) == LARGE
    assert child(verb, source if verb == "push" else target).wait(60) == 0
    assert server.blobs[DESCRIPTOR.digest] == LARGE
    if verb == "pull":
        assert (target / DESCRIPTOR.digest.hex).read_bytes() == LARGE
