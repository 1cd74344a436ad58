"""What is sent is what was promised, or nothing: whole blobs, chunks, and streams whose digest nobody knows yet."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import pytest

from kitops_jupyter.content import Descriptor, Digest, Ingested
from kitops_jupyter.errors import DigestMismatch, RegistryError, SizeMismatch
from kitops_jupyter.registry import Registry
from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import UPLOAD, Fault, FaultServer
from tests.fakes.registries import Real
from tests.registry.cases import DESCRIPTOR, LARGE, MIB

Connect = Callable[..., Registry]


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
    wrong = LARGE[:-1] + b"?"
    with pytest.raises(DigestMismatch):
        connect(server, **options).repository("a/b").upload(DESCRIPTOR, lambda: io.BytesIO(wrong), check=check)
    assert not server.blobs
    if check:
        assert server.sent_bytes("PUT") < len(LARGE)  # the last byte was withheld


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("data", [LARGE[:-1], LARGE + b"?", b"", LARGE[: 3 * MIB]])
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
        connect(server).repository("a/b").write(DESCRIPTOR, OnlyOnce(LARGE))
    assert caught.value.temporary
    connect(server).repository("a/b").write(DESCRIPTOR, OnlyOnce(LARGE))
    assert server.blobs[DESCRIPTOR.digest] == LARGE


class Sized(io.BytesIO):
    """A stream that knows its length, as a tar stream does, and may be wrong about it."""

    def __init__(self, data: bytes, size_bytes: int) -> None:
        super().__init__(data)
        self.size_bytes = size_bytes


@pytest.mark.parametrize("stream", [io.BytesIO(LARGE), Sized(LARGE, len(LARGE)), Sized(b"", 0), Sized(b"x", 1)])
def test_a_stream_of_unknown_digest_goes_in_one_pass(stream: io.BytesIO, server: FaultServer, connect: Connect) -> None:
    data = stream.getvalue()
    stream = type(stream)(data, *([len(data)] if isinstance(stream, Sized) else []))
    found = connect(server).repository("a/b").ingest(stream)
    assert found == Ingested(Digest.of(data), len(data))
    assert server.blobs[found.digest] == data and server.sent_bytes("PATCH") == len(data)


@pytest.mark.parametrize("size_bytes", [len(LARGE) - 1, len(LARGE) + 1, 5 * MIB])
def test_a_stream_that_is_not_as_long_as_it_says_leaves_nothing(
    size_bytes: int, server: FaultServer, connect: Connect
) -> None:
    with pytest.raises(SizeMismatch):
        connect(server).repository("a/b").ingest(Sized(LARGE, size_bytes))
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
        connect(server).repository("a/b").ingest(io.BytesIO(LARGE))
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
    from kitops_jupyter.registry.blobs.upload import takes_chunks

    assert takes_chunks(host) is takes


def test_where_chunks_are_not_taken_a_stream_goes_through_a_file(
    server: FaultServer, connect: Connect, settings: Settings
) -> None:
    registry = connect(server)
    registry.hostname = "ghcr.io"  # what it believes to be; `base` is where it is
    registry.url = lambda path: f"{server.url}{path.removeprefix('ghcr.io')}"  # type: ignore[method-assign]
    found = registry.repository("a/b").ingest(io.BytesIO(LARGE))
    assert server.blobs[found.digest] == LARGE and not server.paths("PATCH")
    assert not list(settings.cache.glob("push-*"))
