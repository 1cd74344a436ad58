"""Pushes to a registry that does everything wrong: success or a typed error, soon, and never a bad blob there."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import (
    DigestMismatch,
    Forbidden,
    NotFound,
    RegistryError,
    TooManyRequests,
    Unreachable,
)
from kitops_jupyter.registry import Registry
from tests.fakes.fault_server import BLOB, UPLOAD, Fault, FaultServer
from tests.registry.cases import DATA, GOOD, MIB, SOON_S, Case, after, answers, ids

Connect = Callable[..., Registry]


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
    Case("an error that is not JSON", UPLOAD, [Fault(status=400, body=b"\xff<html>")], RegistryError, "POST"),
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
