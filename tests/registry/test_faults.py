"""Whatever a registry does: success or a typed error, soon; no bad byte under a final name, no secret elsewhere.

Each case is a row: what goes wrong, and how it must end. One table pulls a blob, one pushes one, one reads a manifest.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor, Digest, read_verified
from kitops_jupyter.errors import (
    DigestMismatch,
    Forbidden,
    KitError,
    ManifestInvalid,
    NotFound,
    RegistryError,
    SizeMismatch,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from kitops_jupyter.registry import Credential, Registry
from tests.contract import make_kit
from tests.fakes.fault_server import BLOB, MANIFEST, UPLOAD, Auth, Fault, FaultServer

Connect = Callable[..., Registry]
SOON_S = 8.0  # the server's silences and our patience are about a second each
MIB = 1 << 20
DATA = random.Random(4).randbytes(9 * MIB + 13)  # three buffers of the pipeline, the last one not full
SMALL = b"a small layer " * 100
GOOD = Fault()


@dataclass(frozen=True)
class Case:
    """`faults` befall the requests that match; `error` None means that it ends well all the same."""

    name: str
    match: str
    faults: list[Fault]
    error: type[KitError] | None = None
    method: str = "GET"
    data: bytes = DATA


def ids(case: Case) -> str:
    return case.name


def answers(*statuses: int, **headers: str) -> list[Fault]:
    return [
        Fault(status=status, headers={key.replace("_", "-"): value for key, value in headers.items()})
        for status in statuses
    ]


def range_lie(text: str) -> list[Fault]:
    """A break, and then another part than the one that was asked for, as long as it is asked for."""
    return [Fault(cut_at=5 * MIB), *[Fault(headers={"Content-Range": text})] * 9]


PULLS = [
    Case("nothing", BLOB, []),
    *[
        Case(f"cut at {at}", BLOB, [Fault(cut_at=at)])
        for at in (0, 1, 4096, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 8 * MIB, len(DATA) - 1)
    ],
    *[Case(f"reset at {at}", BLOB, [Fault(cut_at=at, reset=True)]) for at in (0, 4 * MIB, 6 * MIB + 7)],
    Case("cut at every MiB", BLOB, [Fault(cut_at=MIB)] * 12),
    Case("cut always, without progress", BLOB, [Fault(cut_at=0)] * 99, Unreachable),
    Case("truncated, then ranges refused", BLOB, [Fault(cut_at=5 * MIB), Fault(status=416)]),
    Case("truncated, then the whole blob again", BLOB, [Fault(cut_at=5 * MIB), Fault(status=200, body=DATA)]),
    Case("a part that starts elsewhere", BLOB, range_lie("bytes 0-99/100")),
    Case("a part of a blob of another size", BLOB, range_lie(f"bytes {5 * MIB}-{6 * MIB}/{6 * MIB + 1}")),
    Case("a part that is not told which", BLOB, range_lie("rubbish")),
    Case("wrong bytes", BLOB, [Fault(flip=77)] * 3, DigestMismatch),
    Case("right length, wrong bytes after a resume, then right ones", BLOB, [Fault(cut_at=5 * MIB), Fault(flip=9)]),
    Case("wrong bytes before a break, right ones after", BLOB, [Fault(cut_at=5 * MIB, flip=9)]),
    Case("lying length, too small", BLOB, [Fault(length=len(DATA) - 5)] * 9, SizeMismatch),
    Case("lying length, too large", BLOB, [Fault(length=len(DATA) + 5)] * 9, SizeMismatch),
    Case("too long without a length", BLOB, [Fault(length="", body=DATA + b"x")] * 9, SizeMismatch),
    Case("too short without a length", BLOB, [Fault(length="", body=DATA[:-1])]),
    Case("chunked", BLOB, [Fault(chunked=True)]),
    Case("chunked, cut", BLOB, [Fault(chunked=True, cut_at=5 * MIB)]),
    Case("chunked, without an end", BLOB, [Fault(chunked=True, body=DATA + b"x")] * 9, SizeMismatch),
    Case("gzip for the way", BLOB, [Fault(body=zlib.compress(DATA, 1, 31), headers={"Content-Encoding": "gzip"})]),
    Case(
        "gzip that is a bomb",
        BLOB,
        [Fault(body=zlib.compress(bytes(64 * MIB), 9, 31), headers={"Content-Encoding": "gzip"})] * 9,
        SizeMismatch,
    ),
    Case("gzip that is none", BLOB, [Fault(body=DATA[:-1], headers={"Content-Encoding": "gzip"})] * 9, Unreachable),
    Case("labelled gzip, as it is stored", BLOB, [Fault(headers={"Content-Encoding": "gzip"})]),
    Case("an encoding from elsewhere", BLOB, [Fault(body=b"?", headers={"Content-Encoding": "br"})] * 9, RegistryError),
    Case(
        "a resume that is gzip",
        BLOB,
        [Fault(cut_at=5 * MIB), *[Fault(length=99, body=bytes(99), headers={"Content-Encoding": "gzip"})] * 9],
        RegistryError,
    ),
    Case("404", BLOB, answers(404), NotFound),
    Case("403", BLOB, answers(403), Forbidden),
    Case("401 without a challenge", BLOB, answers(401), Unauthorized),
    Case("429, then fine", BLOB, answers(429)),
    Case("429 with seconds, then fine", BLOB, answers(429, Retry_After="0")),
    Case("429 with an hour", BLOB, answers(429, Retry_After="3600"), TooManyRequests),
    Case("429 with a date", BLOB, answers(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")),
    Case("429 with rubbish", BLOB, answers(429, Retry_After="soon")),
    Case("429 always", BLOB, answers(*[429] * 99), TooManyRequests),
    *[Case(f"{status}, then fine", BLOB, answers(status)) for status in (408, 500, 502, 503, 504)],
    *[Case(f"{status} always", BLOB, answers(*[status] * 99), RegistryError) for status in (500, 503)],
    Case("418", BLOB, answers(418), RegistryError),
    Case("no answer, then fine", BLOB, [Fault(no_answer=True)]),
    Case("stalled in the middle", BLOB, [Fault(cut_at=MIB, stalls=True)]),
    Case("stalled always", BLOB, [Fault(cut_at=0, stalls=True)] * 99, Unreachable),
    Case("slow to begin", BLOB, [Fault(delay_s=0.6)]),
    Case("a trickle", BLOB, [Fault(pace_s=0.6)] * 99, Unreachable, data=SMALL * 20),
    Case("a redirect loop", BLOB, [Fault(status=307, headers={"Location": "?again"})] * 99, RegistryError),
    Case("a redirect to nowhere", BLOB, [Fault(status=307, headers={"Location": "http://"})] * 9, RegistryError),
    Case(
        "a redirect to a file", BLOB, [Fault(status=307, headers={"Location": "file:///etc/passwd"})] * 9, Unreachable
    ),
    Case("a redirect without a place", BLOB, [Fault(status=307)] * 9, RegistryError),
]


@pytest.mark.parametrize("case", PULLS, ids=ids)
def test_pull(case: Case, server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    server.add_blob(case.data)
    server.fault(case.method, case.match, *case.faults)
    descriptor = Descriptor.of("", case.data)
    began = time.monotonic()
    if case.error is None:
        path = connect(server).repository("a/b").fetch(descriptor, tmp_path)
        assert Digest.of(path.read_bytes()) == descriptor.digest
    else:
        with pytest.raises(case.error):
            connect(server).repository("a/b").fetch(descriptor, tmp_path)
        assert not (tmp_path / descriptor.digest.hex).exists()
    assert time.monotonic() - began < SOON_S


def after(at: int) -> Fault:
    """The connection breaks when so much of the body has come."""
    return Fault(answer_after=at, hang_up=True, reset=True)


PUSHES = [
    Case("nothing", UPLOAD, []),
    *[
        Case(f"the PUT broken at {at}", UPLOAD, [after(at)], method="PUT")
        for at in (0, 1, 4 * MIB, 4 * MIB + 1, len(DATA) - 1)
    ],
    Case("the PUT broken always", UPLOAD, [after(MIB)] * 99, Unreachable, "PUT"),
    Case("500 after the PUT", UPLOAD, answers(500), method="PUT"),
    Case("502 always", UPLOAD, answers(*[502] * 99), RegistryError, "PUT"),
    Case("503 to the POST", UPLOAD, answers(503, Retry_After="0"), method="POST"),
    Case("429 to the POST, for an hour", UPLOAD, answers(429, Retry_After="3600"), TooManyRequests, "POST"),
    Case("403 to the POST", UPLOAD, answers(403), Forbidden, "POST"),
    Case("404 to the POST", UPLOAD, answers(404), NotFound, "POST"),
    Case("405 to the POST", UPLOAD, answers(405), RegistryError, "POST"),
    Case("no Location", UPLOAD, answers(202), RegistryError, "POST"),
    Case("a Location that is none", UPLOAD, answers(*[202] * 9, Location="http://["), RegistryError, "POST"),
    Case("a Location in a file", UPLOAD, answers(*[202] * 9, Location="file:///tmp/x"), RegistryError, "POST"),
    Case("the session is forgotten", UPLOAD, [Fault(forget_upload=True)], method="PUT"),
    Case("403 in the middle of the body", UPLOAD, [Fault(status=403, answer_after=MIB)], Forbidden, "PUT"),
    Case("503 in the middle of the body", UPLOAD, [Fault(status=503, answer_after=MIB)], method="PUT"),
    Case("413, then chunks", UPLOAD, [Fault(status=413, answer_after=MIB)], method="PUT"),
    Case("413 to chunks as well", UPLOAD, [Fault(status=413, answer_after=MIB)] * 99, RegistryError, "PUT|PATCH"),
    Case(
        "it stored another digest",
        UPLOAD,
        answers(201, Docker_Content_Digest="sha256:" + "0" * 64),
        DigestMismatch,
        "PUT",
    ),
    Case(
        "it says the digest is wrong",
        UPLOAD,
        [Fault(status=400, body=b'{"errors":[{"code":"DIGEST_INVALID"}]}')],
        DigestMismatch,
        "PUT",
    ),
    Case("the body is not taken, then it is", UPLOAD, [Fault(answer_after=0, no_answer=True)], method="PUT"),
    Case("no answer to the PUT, then fine", UPLOAD, [Fault(no_answer=True)], method="PUT"),
    Case("no answer to the HEAD, then fine", BLOB, [Fault(no_answer=True)], method="HEAD"),
    Case("no answer to the POST, then fine", UPLOAD, [Fault(no_answer=True)], method="POST"),
    Case("an error that is no JSON", UPLOAD, [Fault(status=400, body=b"\xff<html>")], RegistryError, "POST"),
    Case("an error of many MB", UPLOAD, [Fault(status=400, body=b"x" * (3 * MIB))], RegistryError, "POST"),
    Case("an error deep as the sea", UPLOAD, [Fault(status=400, body=b"[" * 60_000)], RegistryError, "POST"),
]


@pytest.mark.parametrize("case", PUSHES, ids=ids)
def test_push(case: Case, server: FaultServer, connect: Connect) -> None:
    server.fault(case.method, case.match, *case.faults)
    descriptor = Descriptor.of("", case.data)
    began = time.monotonic()
    repository = connect(server).repository("a/b")
    if case.error is None:
        repository.write(descriptor, io.BytesIO(case.data))
        assert server.blobs[descriptor.digest] == case.data
    else:
        with pytest.raises(case.error):
            repository.write(descriptor, io.BytesIO(case.data))
        assert descriptor.digest not in server.blobs
    assert time.monotonic() - began < SOON_S


CHUNKS = [
    Case("nothing", UPLOAD, []),
    *[
        Case(f"the second chunk broken at {at}", UPLOAD, [GOOD, after(at)], method="PATCH")
        for at in (0, 1, MIB, 4 * MIB - 1)
    ],
    Case("each chunk broken once", UPLOAD, [after(MIB), GOOD] * 9, method="PATCH"),
    Case("the first chunk refused", UPLOAD, answers(405), method="PATCH"),
    Case("the first chunk unknown", UPLOAD, answers(404), method="PATCH"),
    Case("a chunk broken always", UPLOAD, [GOOD, *[after(0)] * 99], Unreachable, "PATCH"),
    Case("the session forgotten at the second chunk", UPLOAD, [GOOD, Fault(forget_upload=True)], method="PATCH"),
    Case("416 at the second chunk", UPLOAD, [GOOD, Fault(status=416)], method="PATCH"),
    Case(
        "a range in the answer that cannot be, then the truth",
        UPLOAD,
        [Fault(headers={"Range": "0-999999999"})] * 99,
        method="PATCH",
    ),
    Case("no range in the answers", UPLOAD, [Fault(headers={"Range": ""})] * 99, method="PATCH"),
    Case("500 to the last PUT", UPLOAD, answers(500), method="PUT"),
    Case("a smallest chunk", UPLOAD, [Fault(headers={"OCI-Chunk-Min-Length": str(6 * MIB)})], method="POST"),
]


@pytest.mark.parametrize("case", CHUNKS, ids=ids)
def test_push_in_chunks(case: Case, server: FaultServer, connect: Connect) -> None:
    server.fault(case.method, case.match, *case.faults)
    descriptor = Descriptor.of("", case.data)
    began = time.monotonic()
    repository = connect(server, resume_from_bytes=MIB, chunk_bytes=4 * MIB).repository("a/b")
    if case.error is None:
        repository.write(descriptor, io.BytesIO(case.data))
        assert server.blobs[descriptor.digest] == case.data
    else:
        with pytest.raises(case.error):
            repository.write(descriptor, io.BytesIO(case.data))
        assert descriptor.digest not in server.blobs
    assert time.monotonic() - began < SOON_S


KIT = make_kit(b"weights")
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFESTS = [
    Case("nothing", MANIFEST, []),
    Case("404", MANIFEST, answers(404), NotFound),
    Case("malformed JSON", MANIFEST, [Fault(body=b"{", headers={"Docker-Content-Digest": ""})], ManifestInvalid),
    Case("an HTML page", MANIFEST, [Fault(body=b"<html>", headers={"Docker-Content-Digest": ""})], ManifestInvalid),
    Case("a list", MANIFEST, [Fault(body=b"[]", headers={"Docker-Content-Digest": ""})], ManifestInvalid),
    Case(
        "deep as the sea", MANIFEST, [Fault(body=b"[" * 99_999, headers={"Docker-Content-Digest": ""})], ManifestInvalid
    ),
    Case("huge", MANIFEST, [Fault(body=bytes(5 * MIB), headers={"Docker-Content-Digest": ""})], ManifestInvalid),
    Case("another digest in the header", MANIFEST, [Fault(flip=3)], DigestMismatch),
    Case("another media type in the header", MANIFEST, [Fault(headers={"Content-Type": INDEX})], ManifestInvalid),
    Case(
        "a media type that is a number",
        MANIFEST,
        [Fault(body=b'{"mediaType":1}', headers={"Docker-Content-Digest": ""})],
        ManifestInvalid,
    ),
    Case(
        "gzip", MANIFEST, [Fault(body=zlib.compress(KIT.contents[-1][1], 9, 31), headers={"Content-Encoding": "gzip"})]
    ),
    Case(
        "gzip that is a bomb",
        MANIFEST,
        [Fault(body=zlib.compress(bytes(64 * MIB), 9, 31), headers={"Content-Encoding": "gzip"})],
        ManifestInvalid,
    ),
    Case("cut, then fine", MANIFEST, [Fault(cut_at=10)]),
    Case("a trickle", MANIFEST, [Fault(body=b" " * 9999, pace_s=0.5)] * 9, Unreachable),
    Case("no media type at all", MANIFEST, [Fault(headers={"Content-Type": ""})]),
]


@pytest.mark.parametrize("case", MANIFESTS, ids=ids)
def test_read_a_manifest(case: Case, server: FaultServer, connect: Connect) -> None:
    server.manifests[KIT.manifest.digest] = (KIT.contents[-1][1], KIT.manifest.media_type)
    server.tags["v1"] = KIT.manifest.digest
    server.fault("GET", case.match, *case.faults)
    repository = connect(server).repository("a/b")
    began = time.monotonic()
    if case.error is None:
        assert read_verified(repository, repository.resolve("v1")) == KIT.contents[-1][1]
    else:
        with pytest.raises(case.error):
            repository.resolve("v1")
    assert time.monotonic() - began < SOON_S


def test_an_index_where_a_manifest_was_expected_is_told_by_its_type(server: FaultServer, connect: Connect) -> None:
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode()
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    server.manifests[digest], server.tags["v1"] = (body, INDEX), digest
    assert connect(server).repository("a/b").resolve("v1").media_type == INDEX


REDIRECTED = [307, 302, 303, 308]


@pytest.mark.parametrize("status", REDIRECTED)
def test_a_redirect_to_an_object_store_is_followed_without_the_token(
    status: int, server: FaultServer, foreign: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.auth = Auth("bearer")
    server.add_blob(DATA)
    foreign.add_blob(DATA)
    descriptor = Descriptor.of("", DATA)
    place = f"{foreign.url}/v2/x/blobs/{descriptor.digest}?signature=abc"
    server.fault("GET", BLOB, GOOD, Fault(status=status, headers={"Location": place}))  # the first is the challenge
    path = connect(server, credential=Credential("user", "hunter2")).repository("a/b").fetch(descriptor, tmp_path)
    assert path.read_bytes() == DATA
    assert foreign.seen and not foreign.secrets_seen()
    assert server.secrets_seen()


def test_an_expired_signature_is_renewed_at_the_registry(
    server: FaultServer, foreign: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    foreign.add_blob(DATA)
    descriptor = Descriptor.of("", DATA)
    there = Fault(status=307, headers={"Location": f"{foreign.url}/v2/x/blobs/{descriptor.digest}"})
    server.fault("GET", BLOB, there, there, there)
    foreign.fault("GET", BLOB, Fault(cut_at=5 * MIB), Fault(status=403))
    path = connect(server).repository("a/b").fetch(descriptor, tmp_path)
    assert path.read_bytes() == DATA
    assert foreign.paths("GET") == [f"/v2/x/blobs/{descriptor.digest}"] * 3


def test_a_challenge_of_another_host_is_not_answered(
    server: FaultServer, foreign: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.auth, foreign.auth = Auth("basic"), Auth("basic")
    descriptor = Descriptor.of("", DATA)
    server.fault(
        "GET", BLOB, GOOD, Fault(status=307, headers={"Location": f"{foreign.url}/v2/x/blobs/{descriptor.digest}"})
    )
    with pytest.raises(Unauthorized):
        connect(server, credential=Credential("user", "hunter2")).repository("a/b").fetch(descriptor, tmp_path)
    assert foreign.seen and not foreign.secrets_seen()


def test_an_upload_to_another_host_has_no_token_with_it(
    server: FaultServer, foreign: FaultServer, connect: Connect
) -> None:
    server.auth = Auth("bearer")
    place = f"{foreign.url}/v2/x/blobs/uploads/{foreign.new_upload()}"
    server.fault("POST", UPLOAD, GOOD, Fault(status=202, headers={"Location": place}))
    descriptor = Descriptor.of("", DATA)
    registry = connect(server, credential=Credential("user", "hunter2"))
    registry.repository("a/b").write(descriptor, io.BytesIO(DATA))
    assert foreign.blobs[descriptor.digest] == DATA
    assert not foreign.secrets_seen()


def test_a_body_is_not_redirected_to_another_host(server: FaultServer, foreign: FaultServer, connect: Connect) -> None:
    server.fault("PUT", UPLOAD, *[Fault(status=307, headers={"Location": foreign.url}, answer_after=0)] * 9)
    with pytest.raises(RegistryError, match="another host"):
        connect(server).repository("a/b").write(Descriptor.of("", DATA), io.BytesIO(DATA))
    assert not foreign.seen


def test_a_token_server_elsewhere_gets_no_password(server: FaultServer, foreign: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer", realm=f"{foreign.url}/token")
    foreign.auth = Auth("bearer")
    with pytest.raises(Unauthorized, match="foreign host"):
        connect(server, credential=Credential("user", "hunter2")).repository("a/b").resolve("v1")
    assert not foreign.seen
